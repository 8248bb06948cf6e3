"""Create through the HTTP API: CPU of the web process (and database), statements, speed.

The client is another process. CPU is what the kernel counted for the process, not elapsed time.
"""

import itertools
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, make_url, text

from classifiers.lexicon import lexicon
from intake.store.migrate import upgrade
from tests.benchmarks.client import burst, get_json, post_request
from tests.benchmarks.figures import Figures, console, middle, percentile
from tests.benchmarks.machine import cpu_seconds, described, family_cpu_seconds, resident_megabytes
from tests.services.network import unused_port
from tests.services.postgres import fresh_database
from tests.store_fixtures import sample_county

RUNS = 5
REQUESTS = 1_000
PATH = "/api/v1/complaints"
_numbers = itertools.count()


def run(only: str = "") -> None:
    """Measure both stores; PostgreSQL when MINSHENG_TEST_POSTGRES says where it is."""
    server = os.environ.get("MINSHENG_TEST_POSTGRES", "")
    machine = described(server)
    figures = Figures("Create through the HTTP API, per accepted complaint")
    with TemporaryDirectory(prefix="minsheng-benchmark-") as folder:
        if only in ("", "sqlite"):
            _measure_sqlite(figures, Path(folder))
        if server and only in ("", "postgresql"):
            _measure_postgres(figures, Path(folder), server)
    figures.show(machine)


def _measure_sqlite(figures: Figures, folder: Path) -> None:
    url = f"sqlite:///{folder / 'store.db'}"
    upgrade(url)
    _measure(figures, "SQLite, synchronous=FULL", folder, url, 1.5, lambda: 0.0)


def _measure_postgres(figures: Figures, folder: Path, server: str) -> None:
    with fresh_database(make_url(server)) as url:
        upgrade(url)
        parent = _postmaster(server)
        _measure(figures, "PostgreSQL", folder, url, 2.5, lambda: family_cpu_seconds(parent))


def _measure(
    figures: Figures,
    store: str,
    folder: Path,
    url: str,
    target: float,
    database_cpu: Callable[[], float],
) -> None:
    with _serving(folder, url, "count") as (port, _):
        statements, transactions = _statements(port)
    most = 6 if url.startswith("sqlite") else None
    figures.add(f"{store}: statements", statements, "", most, f"and {transactions:g} transaction")
    with _serving(folder, url) as (port, pid):
        burst(port, _requests(500), 4)
        for connections in (1, 16):
            _bursts(
                figures,
                f"{store}, {connections} at once",
                port,
                pid,
                connections,
                target,
                database_cpu,
            )
        figures.add(f"{store}: memory of the web process", resident_megabytes(pid), "MB", 300)


def _bursts(
    figures: Figures,
    name: str,
    port: int,
    pid: int,
    connections: int,
    target: float,
    database_cpu: Callable[[], float],
) -> None:
    web, database, rate, slow = [], [], [], []
    for done in range(1, RUNS + 1):
        requests = _requests(REQUESTS)
        before, before_database = cpu_seconds(pid), database_cpu()
        went = burst(port, requests, connections)
        web.append((cpu_seconds(pid) - before) / REQUESTS * 1e3)
        database.append((database_cpu() - before_database) / REQUESTS * 1e3)
        rate.append(REQUESTS / went.seconds)
        slow.append(percentile(went.each, 99) * 1e3)
        console.print(f"{name}: run {done} of {RUNS}, {web[-1]:.2f} + {database[-1]:.2f} ms CPU")
    total = [one + other for one, other in zip(web, database, strict=True)]
    note = f"web {middle(web):.2f} + database {middle(database):.2f}; best {min(total):.2f}"
    figures.add(f"{name}: CPU", middle(total), "ms", target, note)
    note = f"p99 {middle(slow):.1f} ms"
    figures.add(f"{name}: complaints a second", middle(rate), "", None, note)


def _statements(port: int) -> tuple[float, float]:
    burst(port, _requests(20), 1)
    before = get_json(port, "/counted")
    burst(port, _requests(100), 1)
    after = get_json(port, "/counted")
    return (
        (after["statements"] - before["statements"]) / 100,
        (after["transactions"] - before["transactions"]) / 100,
    )


def _requests(count: int) -> list[bytes]:
    """Reports as citizens send them: words, phone, name, a place on the map."""
    said = [utterance.text for utterance in lexicon().utterances]
    west, south, east, north = _middle_of_the_county()
    run = secrets.token_hex(4)
    return [
        post_request(
            PATH,
            f"{run}-{number}",
            {
                "text": f"{said[number % len(said)]}，请尽快派人处理。",
                "address": f"中山路{number % 500}号",
                "lon": west + (east - west) * (number % 97) / 97,
                "lat": south + (north - south) * (number % 89) / 89,
                "name": "测试人",
                "phone": "13800000000",
            },
        )
        for number in itertools.islice(_numbers, count)
    ]


def _middle_of_the_county() -> tuple[float, float, float, float]:
    centre = sample_county().managed_area.representative_point()
    return centre.x - 0.005, centre.y - 0.005, centre.x + 0.005, centre.y + 0.005


@contextmanager
def _serving(folder: Path, url: str, *count: str) -> Iterator[tuple[int, int]]:
    port = unused_port()
    command = [sys.executable, "-m", "tests.benchmarks.server", str(folder), str(port), url, *count]
    server = subprocess.Popen(command)
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, server: subprocess.Popen[Any]) -> None:
    while True:
        try:
            get_json(port, "/health")
            return
        except OSError:
            if server.poll() is not None:
                raise


def _postmaster(server: str) -> int:
    """The server process above all backends; it must run on this machine."""
    engine = create_engine(server)
    try:
        with engine.connect() as conn:
            backend = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()
            status = Path(f"/proc/{backend}/status").read_text("ascii", errors="replace")
    finally:
        engine.dispose()
    return int(status.partition("PPid:")[2].split()[0])
