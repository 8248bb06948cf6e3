"""kill -9 at random moments loses nothing and does nothing twice."""

import random
import time
from collections.abc import Callable

from sqlalchemy import func, select

from intake.services.audit import verify
from intake.services.workroom import Workroom
from intake.store.tables import ticket
from tests.integration.jobs.processes import process, start
from tests.integration.jobs.watching import counted, open_jobs, suggestions, wait_until

ROUNDS = 3
REPORTS = 15


def test_embedded_process_killed_again_and_again(
    room: Workroom, report: Callable[..., int]
) -> None:
    chance = random.Random(7)
    keys = []
    for number in range(ROUNDS):
        victim = start("embedded", room)
        done = len(suggestions(room))
        keys += [report(f"{number}-{one}") for one in range(REPORTS)]
        wait_until(lambda done=done: len(suggestions(room)) > done, 30)
        time.sleep(chance.uniform(0, 0.2))
        victim.kill()
        victim.wait()
    with process("embedded", room):
        wait_until(lambda: open_jobs(room) == 0, 60)
        wait_until(lambda: counted(room) == {"RECEIVED": len(keys)}, 10)
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]
    with room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(ticket)).scalar_one() == len(keys)
    assert verify(room).sound


def test_killed_between_effect_and_the_word_of_it(
    room: Workroom, report: Callable[..., int]
) -> None:
    (room.settings.data / "dies_once").touch()
    keys = [report(str(number)) for number in range(3)]
    start("embedded", room).wait(30)
    assert len(suggestions(room)) >= 1
    with process("embedded", room):
        wait_until(lambda: open_jobs(room) == 0, 60)
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]
