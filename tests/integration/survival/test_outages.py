"""Database or broker away for a while: 503 with Retry-After, nothing lost, no restart needed.

MINSHENG_TEST_OUTAGE sets how long the database is away, in seconds.
"""

import os
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.migrate import upgrade
from tests.integration.survival.gate import Gate, gate
from tests.integration.survival.ledger import open_jobs, require_whole
from tests.integration.survival.load import loading, wait_until
from tests.integration.survival.parts import open_room
from tests.integration.survival.processes import Part, nursery

SECONDS = float(os.environ.get("MINSHENG_TEST_OUTAGE", "30"))
FREE = "1000000/minute"
PARTS = ("web", "relay", "worker")

pytestmark = pytest.mark.services("postgres", "rabbitmq", "rabbitmq_admin")


def through(url: str, gate: Gate) -> str:
    """The same address by way of the gate."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    there = f"127.0.0.1:{gate.port}"
    return urlunsplit(parts._replace(netloc=f"{login}@{there}" if login else there))


@pytest.fixture
def gates(empty_postgres_url: str, rabbitmq_url: str) -> Iterator[tuple[Gate, Gate]]:
    """Before the database and before the broker."""
    database, broker = urlsplit(empty_postgres_url), urlsplit(rabbitmq_url)
    with (
        gate(database.hostname or "", database.port or 0) as first,
        gate(broker.hostname or "", broker.port or 0) as second,
    ):
        yield first, second


@pytest.fixture
def service(
    gates: tuple[Gate, Gate],
    tmp_path: Path,
    free_port: int,
    empty_postgres_url: str,
    rabbitmq_url: str,
) -> Iterator[Workroom]:
    """Web, relay and worker behind the gates; the test's own room looks at the store directly."""
    upgrade(empty_postgres_url)
    settings: dict[str, Any] = {"port": free_port, "report_rate": FREE, "query_rate": FREE}
    room = open_room(Settings(data=tmp_path, database_url=empty_postgres_url, **settings))
    settings["database_url"] = through(empty_postgres_url, gates[0])
    settings["broker_url"] = through(rabbitmq_url, gates[1])
    with nursery() as born:
        parts = [Part(born, name, tmp_path, settings) for name in PARTS]
        for part in parts:
            part.start()
        wait_until(lambda: asked(free_port, "/health")[0] == 200, 30, "the web did not come up")
        yield room
        for part in parts:
            part.keep_alive()
    room.database.close()


def asked(port: int, path: str, body: bytes | None = None) -> tuple[int, str | None]:
    """Status and Retry-After of one request; 0 when nobody answered."""
    connection = HTTPConnection("127.0.0.1", port, timeout=25)
    try:
        kind = {"Content-Type": "application/json"}
        connection.request("POST" if body else "GET", path, body, kind if body else {})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Retry-After"]
    except (OSError, HTTPException):
        return 0, None
    finally:
        connection.close()


def during(seconds: float, look: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        look()
        time.sleep(0.2)


def survived(room: Workroom, numbers: dict[str, str]) -> None:
    wait_until(lambda: open_jobs(room) == 0, 90, "jobs stay open")
    assert require_whole(room, numbers) > 0


def test_database_away(service: Workroom, gates: tuple[Gate, Gate]) -> None:
    port = service.settings.port
    with loading([service.settings.site]) as load:
        wait_until(lambda: len(load.heard.numbers) > 20, 30, "no load")
        gates[0].shut()
        refused = b'{"text": "\xe8\xb7\xaf\xe7\x81\xaf\xe4\xb8\x8d\xe4\xba\xae"}'

        def look() -> None:
            status, retry = asked(port, "/api/v1/complaints", refused)
            assert (status, bool(retry)) == (503, True), (status, retry)
            assert asked(port, "/health")[0] == 503

        during(SECONDS, look)
        before = len(load.heard.numbers)
        gates[0].open()
        wait_until(lambda: len(load.heard.numbers) > before + 20, 30, "it did not recover")
        heard = load.stop()
    assert heard.busy > 0
    assert not heard.faults, heard.faults[:3]
    survived(service, heard.numbers)


def test_database_hangs(service: Workroom, gates: tuple[Gate, Gate]) -> None:
    with loading([service.settings.site]) as load:
        wait_until(lambda: len(load.heard.numbers) > 20, 30, "no load")
        gates[0].freeze()
        time.sleep(min(SECONDS, 8))
        before = len(load.heard.numbers)
        gates[0].open()
        wait_until(lambda: len(load.heard.numbers) > before + 20, 40, "it did not recover")
        heard = load.stop()
    assert not heard.faults, heard.faults[:3]
    survived(service, heard.numbers)


def test_broker_away(service: Workroom, gates: tuple[Gate, Gate]) -> None:
    with loading([service.settings.site]) as load:
        wait_until(lambda: len(load.heard.numbers) > 20, 30, "no load")
        gates[1].shut()
        before = len(load.heard.numbers)
        wait_until(
            lambda: len(load.heard.numbers) > before + 100, 30, "reports wait for the broker"
        )
        assert load.heard.busy == 0
        gates[1].open()
        heard = load.stop()
    assert not heard.faults, heard.faults[:3]
    survived(service, heard.numbers)
