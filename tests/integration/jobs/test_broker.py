"""With a broker: relay and workers are processes of their own, and the broker may go away."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from intake.services.workroom import Workroom
from tests.integration.jobs.watching import open_jobs, suggestions, wait_until

Report = Callable[..., int]
PROJECT = Path(__file__).parents[3]


@pytest.fixture(
    params=[
        pytest.param("rabbitmq_url", marks=pytest.mark.services("rabbitmq", "rabbitmq_admin")),
        pytest.param("redis_url", marks=pytest.mark.services("redis")),
    ]
)
def broker(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@contextmanager
def process(part: str, room: Workroom, broker: str) -> Iterator[subprocess.Popen[bytes]]:
    """One part as an own process; it must end by itself when asked politely."""
    folder = room.settings.data
    command = [sys.executable, "-m", "tests.integration.jobs.process", part]
    with (folder / f"{part}.log").open("ab") as output:
        started = subprocess.Popen(
            [*command, room.database.url, str(folder), broker],
            cwd=PROJECT,
            env=os.environ | {"MINSHENG_DATA": str(folder)},
            stdout=output,
            stderr=output,
        )
    try:
        yield started
    finally:
        started.terminate()
        started.wait(20)


def test_relay_and_worker_do_what_follows_a_report(
    room: Workroom, report: Report, broker: str
) -> None:
    with process("worker", room, broker), process("relay", room, broker):
        keys = [report(str(number)) for number in range(5)]
        wait_until(lambda: open_jobs(room) == 0, 40)
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]


def test_worker_killed_between_effect_and_acknowledgement(
    room: Workroom, report: Report, broker: str
) -> None:
    (room.settings.data / "dies_once").touch()
    with process("worker", room, broker), process("relay", room, broker):
        keys = [report(str(number)) for number in range(3)]
        wait_until(lambda: open_jobs(room) == 0, 60)
        assert not (room.settings.data / "dies_once").exists()
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]
