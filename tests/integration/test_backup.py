"""deploy/backup and deploy/restore: what goes in comes out, and nothing else is accepted."""

import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text

PROJECT = Path(__file__).parents[2]


def safekeeping(
    data: Path, *arguments: object, database: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "MINSHENG_DATA": str(data),
        "MINSHENG_DATABASE_URL": database,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "deploy")]),
    }
    command = [sys.executable, "-m", "safekeeping", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a store of 500 rows, one upload and one key."""
    folder = tmp_path / "var"
    for name, content in {
        "uploads/2026/井盖.jpg": b"\xff\xd8photo",
        "recordings/2026/07/0123abcd": b"sealed sound",
        "keys/field.key": b"k",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    with closing(sqlite3.connect(folder / "minsheng.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE ticket (number INTEGER PRIMARY KEY, said TEXT)")
        connection.executemany("INSERT INTO ticket (said) VALUES (?)", [("路灯不亮",)] * 500)
        connection.commit()
    return folder


def archive_of(folder: Path) -> Path:
    (found,) = folder.glob("*.tar")
    return found


def count_tickets(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "minsheng.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM ticket").fetchone()[0])


def test_comes_back_whole_with_keys_kept_apart(data: Path, tmp_path: Path) -> None:
    made = safekeeping(data, "backup", tmp_path / "copies", "--keys", tmp_path / "safe")
    assert made.returncode == 0, made.stderr
    archive, keys = archive_of(tmp_path / "copies"), archive_of(tmp_path / "safe")
    assert archive.stat().st_mode & 0o077 == 0
    with tarfile.open(archive) as content:
        assert not [name for name in content.getnames() if name.startswith("keys")]

    goal = tmp_path / "restored"
    put_back = safekeeping(goal, "restore", archive, "--keys", keys)
    assert put_back.returncode == 0, put_back.stderr
    assert count_tickets(goal) == 500
    assert (goal / "uploads/2026/井盖.jpg").read_bytes() == b"\xff\xd8photo"
    assert (goal / "recordings/2026/07/0123abcd").read_bytes() == b"sealed sound"
    assert (goal / "keys/field.key").read_bytes() == b"k"


def test_copies_one_moment_while_the_service_writes(data: Path, tmp_path: Path) -> None:
    stop = Event()

    def write_pairs() -> None:
        with closing(sqlite3.connect(data / "minsheng.db")) as connection:
            while not stop.wait(0.001):
                with connection:
                    connection.executemany("INSERT INTO ticket (said) VALUES (?)", [("a",), ("b",)])

    writer = Thread(target=write_pairs)
    writer.start()
    try:
        made = safekeeping(data, "backup", tmp_path / "copies")
    finally:
        stop.set()
        writer.join()
    assert made.returncode == 0, made.stderr
    goal = tmp_path / "restored"
    assert safekeeping(goal, "restore", archive_of(tmp_path / "copies")).returncode == 0
    assert count_tickets(goal) % 2 == 0


def test_warns_that_keys_are_missing(data: Path, tmp_path: Path) -> None:
    made = safekeeping(data, "backup", tmp_path / "copies")
    assert "--keys" in made.stderr
    put_back = safekeeping(tmp_path / "restored", "restore", archive_of(tmp_path / "copies"))
    assert "keys" in put_back.stderr


@pytest.mark.parametrize(
    "place", ["路灯不亮".encode(), b"photo", b'"minsheng.db": "'], ids=["row", "upload", "list"]
)
def test_refuses_one_changed_bit(data: Path, tmp_path: Path, place: bytes) -> None:
    safekeeping(data, "backup", tmp_path / "copies")
    archive = archive_of(tmp_path / "copies")
    content = bytearray(archive.read_bytes())
    content[content.index(place) + len(place) - 1] ^= 1
    archive.write_bytes(content)
    refused = safekeeping(tmp_path / "restored", "restore", archive)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "restored").exists()


def test_refuses_a_torn_archive(data: Path, tmp_path: Path) -> None:
    safekeeping(data, "backup", tmp_path / "copies")
    archive = archive_of(tmp_path / "copies")
    archive.write_bytes(archive.read_bytes()[:5000])
    refused = safekeeping(tmp_path / "restored", "restore", archive)
    assert refused.returncode == 1
    assert "another backup" in refused.stderr


def test_refuses_an_archive_that_climbs_out(data: Path, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as archive:
        archive.add(data / "keys/field.key", arcname="../climbed")
    refused = safekeeping(tmp_path / "deep" / "restored", "restore", evil)
    assert refused.returncode == 1
    assert not list(tmp_path.rglob("climbed"))


def test_never_overwrites_a_store(data: Path, tmp_path: Path) -> None:
    safekeeping(data, "backup", tmp_path / "copies")
    refused = safekeeping(data, "restore", archive_of(tmp_path / "copies"))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert count_tickets(data) == 500


def test_postgres_comes_back_in_an_empty_database_only(
    data: Path, tmp_path: Path, empty_postgres_url: str
) -> None:
    engine = create_engine(empty_postgres_url)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE ticket AS SELECT g AS number FROM generate_series(1, 7) g")
        )
    (data / "minsheng.db").unlink()
    made = safekeeping(data, "backup", tmp_path / "copies", database=empty_postgres_url)
    assert made.returncode == 0, made.stderr
    archive = archive_of(tmp_path / "copies")

    refused = safekeeping(tmp_path / "restored", "restore", archive, database=empty_postgres_url)
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert not (tmp_path / "restored").exists()

    with engine.begin() as connection:
        connection.execute(text("DROP TABLE ticket"))
    put_back = safekeeping(tmp_path / "restored", "restore", archive, database=empty_postgres_url)
    assert put_back.returncode == 0, put_back.stderr
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM ticket")) == 7
    engine.dispose()
    wrong = safekeeping(tmp_path / "other", "restore", archive)
    assert "PostgreSQL backup" in wrong.stderr
