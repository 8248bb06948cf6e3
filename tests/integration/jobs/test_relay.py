"""The relay runs what is due, once, and tries again what failed."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from intake.domain.numbers import ticket_number
from intake.domain.people import CITIZEN
from intake.jobs import tasks
from intake.services import outbox
from intake.services.outbox import Job
from intake.services.supplement import add_supplement
from intake.services.workroom import Workroom, utc_now
from intake.store import search
from intake.store.tables import outbox as table
from intake.store.tables import schedule, seal
from tests.integration.jobs.watching import counted, open_jobs, running, suggestions, wait_until

Report = Callable[..., int]


def found(room: Workroom, *words: str) -> list[int]:
    with room.database.read() as conn:
        return search.search(conn, words)


def test_a_report_is_suggested_indexed_and_counted(room: Workroom, report: Report) -> None:
    with running(room):
        key = report("one")
        wait_until(lambda: open_jobs(room) == 0)
        wait_until(lambda: counted(room) == {"RECEIVED": 1})
    assert suggestions(room) == [(key, 1)]
    assert found(room, "垃圾") == [key]


def test_what_waited_while_nothing_ran_is_done_after_the_start(
    room: Workroom, report: Report
) -> None:
    keys = [report(str(number)) for number in range(20)]
    with running(room):
        wait_until(lambda: open_jobs(room) == 0)
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]


def test_a_supplement_is_suggested_anew_and_found(room: Workroom, report: Report) -> None:
    key = report("one")
    with running(room):
        wait_until(lambda: open_jobs(room) == 0)
        add_supplement(room, CITIZEN, ticket_number(key), "旁边的路灯也坏了")
        wait_until(lambda: open_jobs(room) == 0)
    assert suggestions(room) == [(key, 1), (key, 2)]
    assert found(room, "路灯") == [key]
    assert found(room, "垃圾") == [key]


def test_two_relays_never_run_one_row_twice_at_a_time(
    room: Workroom, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, at_work, runs, clashes = threading.Lock(), set[int](), Counter[int](), list[int]()
    received = tasks.TASKS["ticket.received"]

    def watched(inside: Workroom, job: Job) -> None:
        with lock:
            clashes.extend({job.id} & at_work)
            at_work.add(job.id)
            runs[job.id] += 1
        received.run(inside, job)
        with lock:
            at_work.discard(job.id)

    changed = {**tasks.TASKS, "ticket.received": replace(received, run=watched)}
    monkeypatch.setattr(tasks, "TASKS", changed)
    with running(room, relays=2):
        keys = [report(str(number)) for number in range(60)]
        wait_until(lambda: open_jobs(room) == 0, 60)
    assert clashes == []
    assert set(runs.values()) == {1}
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]
    assert counted(room) == {"RECEIVED": 60}


def test_redelivery_does_nothing(room: Workroom, report: Report) -> None:
    report("one")
    (job,) = outbox.take_due(room, 1, 60)
    for _ in range(3):
        tasks.run_job(room, job.id, job.attempts)
    assert len(suggestions(room)) == 1
    with room.database.read() as conn:
        assert conn.execute(select(table.c.attempts)).scalar_one() == 1


def test_a_failing_task_backs_off_and_parks(room: Workroom, report: Report) -> None:
    room.settings.job_attempts = 2
    report("poison", "有人在河里倒毒药")
    with running(room):
        wait_until(lambda: len(outbox.parked(room)) == 1)
        key = report("good")
        wait_until(lambda: suggestions(room) == [(key, 1)])
    (left,) = outbox.parked(room)
    assert (left.attempts, left.last_error) == (2, "RuntimeError: poison")


def test_a_topic_nobody_knows_is_parked(room: Workroom) -> None:
    room.settings.job_attempts = 1
    room.database.write(lambda unit: unit.enqueue("from.the.future", "1"))
    with running(room):
        wait_until(lambda: len(outbox.parked(room)) == 1)
    assert "no task for from.the.future" in outbox.parked(room)[0].last_error


def test_duties_come_round_by_the_schedule(room: Workroom, report: Report) -> None:
    report("one")
    with running(room, relays=2):
        wait_until(lambda: open_jobs(room) == 0)
        wait_until(lambda: seals(room) == 1)
        report("two")
        again = update(schedule).where(schedule.c.name == "seal-events").values(next_at=utc_now())
        room.database.write(lambda unit: unit.conn.execute(again).rowcount)
        wait_until(lambda: seals(room) == 2)
    with room.database.read() as conn:
        assert set(conn.execute(select(schedule.c.last_error)).scalars()) == {""}


def seals(room: Workroom) -> int:
    with room.database.read() as conn:
        return conn.execute(select(func.count()).select_from(seal)).scalar_one()
