"""A disk that is really full: 503 with Retry-After, nothing half stored, and on again when freed.

The web process runs on a small disk of its own (tmpfs in a private mount name space).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.abuse.bad_inputs import JPEG
from tests.integration.survival.ledger import counts
from tests.integration.survival.load import wait_until
from tests.integration.survival.processes import PROJECT
from tests.integration.survival.test_outages import asked
from tests.services.network import unused_port
from tests.store_fixtures import make_room

DISK = "6m"
PATH = "/api/v1/complaints"
MOUNT = 'mount -t tmpfs -o size=$1 none "$0" && cp "$2" "$0/store.db" && shift 2 && exec "$@"'


@dataclass(slots=True)
class SmallDisk:
    """The web process on its disk; ``folder`` is that disk as seen from here."""

    port: int
    folder: Path

    def fill(self) -> None:
        """Take all that is left, to the last page."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                return

    def free(self) -> None:
        (self.folder / "ballast").unlink()

    def post(self, words: str) -> int:
        return asked(self.port, PATH, json.dumps({"text": words}).encode())[0]

    def post_photo(self) -> tuple[int, str]:
        """A report with one photo of 3 MB."""
        content = JPEG + bytes(3_000_000)
        part = 'Content-Disposition: form-data; name="{}"'
        head = f"--x\r\n{part.format('text')}\r\n\r\n垃圾\r\n--x\r\n"
        head += f'{part.format("photos")}; filename="a.jpg"\r\n\r\n'
        connection = HTTPConnection("127.0.0.1", self.port, timeout=25)
        try:
            kind = {"Content-Type": "multipart/form-data; boundary=x"}
            connection.request("POST", PATH, head.encode() + content + b"\r\n--x--\r\n", kind)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Retry-After", "")
        finally:
            connection.close()


@pytest.fixture
def small_disk(tmp_path: Path, migrated_file: Path) -> Iterator[SmallDisk]:
    port = unused_port()
    folder = tmp_path / "data"
    folder.mkdir()
    become = ["--map-root-user"] if os.geteuid() else []
    unshare = ["unshare", *become, "--mount", "sh", "-c", MOUNT, str(folder), DISK]
    server = [sys.executable, "-m", "tests.abuse.server", str(folder), str(port)]
    process = subprocess.Popen(
        [*unshare, str(migrated_file), *server, f"sqlite:///{folder / 'store.db'}"],
        cwd=PROJECT,
        env=os.environ | {"MINSHENG_DATA": str(folder)},
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(
            lambda: process.poll() is not None or asked(port, "/health")[0] == 200, 30, "no web"
        )
        assert process.poll() is None, "no disk of its own: unshare and mount must be allowed"
        seen = Path(f"/proc/{process.pid}/root{folder}")
        yield SmallDisk(port, seen)
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def test_no_room_for_reports(small_disk: SmallDisk) -> None:
    assert small_disk.post("路灯不亮") == 201
    small_disk.fill()
    heard = [small_disk.post(f"井盖破了 {number}" + "路" * 900) for number in range(40)]
    assert heard[-1] == 503
    assert set(heard) <= {201, 503}
    status, retry = asked(small_disk.port, PATH, b'{"text": "x"}')
    assert (status, bool(retry)) == (503, True)
    whole(small_disk, 1 + heard.count(201))
    small_disk.free()
    assert small_disk.post("又好了") == 201
    whole(small_disk, 2 + heard.count(201))


def test_no_room_for_photos(small_disk: SmallDisk) -> None:
    status, _ = small_disk.post_photo()
    assert status == 201
    small_disk.fill()
    status, retry = small_disk.post_photo()
    assert (status, bool(retry)) == (503, True)
    whole(small_disk, 1)
    assert len(list((small_disk.folder / "uploads" / "incoming").iterdir())) == 1
    small_disk.free()
    assert small_disk.post("又好了") == 201
    whole(small_disk, 2)


def whole(disk: SmallDisk, tickets: int) -> None:
    """As many of everything as were acknowledged, and the file is sound.

    Nobody writes meanwhile, so a copy of the file and its log can be looked at in peace.
    """
    with TemporaryDirectory() as name:
        copy = Path(name)
        for file in ("store.db", "store.db-wal"):
            shutil.copy(disk.folder / file, copy / file)
        room = make_room(f"sqlite:///{copy / 'store.db'}", copy)
        stored = counts(room)
        with room.database.read() as conn:
            assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        room.database.close()
    assert {stored[name] for name in ("ticket", "contact", "event", "outbox")} == {tickets}
