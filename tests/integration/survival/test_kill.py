"""kill -9 of any process at random moments under load: what was acknowledged is there once, whole.

MINSHENG_TEST_KILLS sets the number of rounds on each store, MINSHENG_TEST_SEED the randomness.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.migrate import upgrade
from tests.integration.survival.ledger import open_jobs, require_whole
from tests.integration.survival.load import Load, loading, wait_until
from tests.integration.survival.parts import open_room
from tests.integration.survival.processes import Nursery, Part, nursery

ROUNDS = int(os.environ.get("MINSHENG_TEST_KILLS", "200"))
SEED = int(os.environ.get("MINSHENG_TEST_SEED", "20261122"))
LONGEST_PAUSE = 0.35
FREE = {"report_rate": "1000000/minute", "query_rate": "1000000/minute"}
Kill = Callable[[], Any]
Show = Callable[[str], None]


def ways_to_go(part: Part) -> list[Kill]:
    """A worker may also lose its pool, or die with it."""
    if part.name != "worker":
        return [part.kill]
    return [part.kill, part.kill_with_children, part.kill_one_child]


def storm(parts: Sequence[Part], load: Load, show: Show) -> None:
    """ROUNDS times: wait a random moment, kill something, start it again."""
    chance = random.Random(SEED)
    for done in range(1, ROUNDS + 1):
        time.sleep(chance.uniform(0, LONGEST_PAUSE))
        for part in parts:
            part.keep_alive()
        part = chance.choice(parts)
        kill = chance.choice(ways_to_go(part))
        kill()
        if kill != part.kill_one_child:
            part.start()
        if done % 20 == 0 or done == ROUNDS:
            show(f"kill -9: {done} of {ROUNDS}, {len(load.heard.numbers)} acknowledged")


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    """Progress on the terminal."""

    def line(words: str) -> None:
        with capsys.disabled():
            sys.stdout.write(words + "\n")
            sys.stdout.flush()

    return line


def survive(room: Workroom, parts: Sequence[Part], show: Show) -> None:
    """Storm, calm, and the ledger."""
    for part in parts:
        part.start()
    with loading([room.settings.site]) as load:
        storm(parts, load, show)
        heard = load.stop()
    late = open_jobs(room)

    def calm() -> bool:
        for part in parts:
            part.keep_alive()
        return open_jobs(room) == 0

    wait_until(calm, 90, "jobs stay open")
    for part in parts:
        part.end()
    assert not heard.faults, heard.faults[:3]
    tickets = require_whole(room, heard.numbers)
    show(f"{tickets} tickets whole; {late} jobs were late, {heard.broken} attempts cut off")
    assert tickets >= ROUNDS, "there was no load to speak of"


def settled(folder: Path, port: int, **settings: Any) -> dict[str, Any]:
    folder.joinpath("uploads").mkdir()
    return {"port": port, "store_threads": 4, **FREE, **settings}


@pytest.fixture
def born() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


def test_embedded(born: Nursery, tmp_path: Path, free_port: int, show: Show) -> None:
    settings = settled(tmp_path, free_port)
    room = open_room(Settings(data=tmp_path, **settings))
    upgrade(room.settings.store_url)
    try:
        survive(room, [Part(born, name, tmp_path, settings) for name in ("web", "jobs")], show)
    finally:
        room.database.close()


@pytest.mark.services("postgres", "rabbitmq", "rabbitmq_admin")
def test_with_broker(
    born: Nursery,
    tmp_path: Path,
    free_port: int,
    empty_postgres_url: str,
    rabbitmq_url: str,
    show: Show,
) -> None:
    settings = settled(
        tmp_path, free_port, database_url=empty_postgres_url, broker_url=rabbitmq_url
    )
    upgrade(empty_postgres_url)
    room = open_room(Settings(data=tmp_path, **settings))
    names = ("web", "relay", "worker")
    try:
        survive(room, [Part(born, name, tmp_path, settings) for name in names], show)
    finally:
        room.database.close()
