"""Leases, attempts, back-off and parking of outbox rows."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from intake.domain.errors import NotAllowed
from intake.domain.people import Actor, Role
from intake.services import outbox as services
from intake.services.workroom import Workroom, utc_now
from intake.store import outbox
from intake.store.tables import outbox as table
from intake.store.unit import Unit

ADMINISTRATOR = Actor(Role.SYSADMIN, "管理员", 1)


def enqueue(room: Workroom, *keys: str, later: timedelta = timedelta()) -> None:
    def work(unit: Unit) -> None:
        for key in keys:
            unit.enqueue("test", key, {"it": 1}, available_at=unit.now + later)

    room.database.write(work)


def lease(room: Workroom, batch: int = 10) -> list[outbox.Job]:
    return room.database.write(lambda unit: outbox.lease(unit, batch=batch, seconds=60))


def begun(room: Workroom, job: outbox.Job) -> outbox.Job:
    found = services.begin(room, job.id, job.attempts)
    assert found is not None
    return found


def let_time_pass(room: Workroom) -> None:
    """Make every open row due, as if its wait or lease had run out."""
    due = update(table).values(available_at=utc_now() - timedelta(seconds=1))
    room.database.write(lambda unit: unit.conn.execute(due).rowcount)


def row(room: Workroom, job: outbox.Job) -> dict[str, Any]:
    with room.database.read() as conn:
        found = conn.execute(select(table).where(table.c.id == job.id)).mappings().one()
        return dict(found)


def test_leased_rows_are_nobody_elses(room: Workroom) -> None:
    enqueue(room, "a", "b", "c")
    assert [job.key for job in lease(room, 2)] == ["a", "b"]
    assert [job.key for job in lease(room, 2)] == ["c"]
    assert lease(room) == []


def test_a_lease_that_ran_out_is_due_again(room: Workroom) -> None:
    enqueue(room, "a")
    lease(room)
    let_time_pass(room)
    assert [job.key for job in lease(room)] == ["a"]


def test_a_row_for_later_is_not_due(room: Workroom) -> None:
    enqueue(room, "a", later=timedelta(hours=1))
    assert lease(room) == []
    assert services.take_due(room, 10, 60) == []


def test_one_ring_begins_once(room: Workroom) -> None:
    enqueue(room, "a")
    job = lease(room)[0]
    first = begun(room, job)
    assert (first.attempts, first.payload) == (1, {"it": 1})
    assert services.begin(room, job.id, job.attempts) is None


def test_a_finished_row_is_finished_once(room: Workroom) -> None:
    enqueue(room, "a")
    job = lease(room)[0]
    effects: list[str] = []
    assert services.finish_with(room, job.id, lambda _unit: effects.append("done"))
    assert not services.finish_with(room, job.id, lambda _unit: effects.append("twice"))
    assert effects == ["done"]
    let_time_pass(room)
    assert lease(room) == []


def test_an_effect_that_fails_leaves_the_row_open(room: Workroom) -> None:
    enqueue(room, "a")
    job = lease(room)[0]

    def broken(unit: Unit) -> None:
        unit.enqueue("other", "b")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        services.finish_with(room, job.id, broken)
    let_time_pass(room)
    assert [open_job.key for open_job in lease(room)] == ["a"]


def test_failures_back_off_and_park(room: Workroom) -> None:
    room.settings.job_attempts = 3
    enqueue(room, "a")
    waits = []
    for attempt in (1, 2, 3):
        job = begun(room, lease(room)[0])
        assert job.attempts == attempt
        before = utc_now()
        parked = services.failed(room, job, RuntimeError("电话 13800000000 不通"))
        assert parked == (attempt == 3)
        if not parked:
            waits.append(row(room, job)["available_at"] - before)
        let_time_pass(room)
    assert timedelta(seconds=0.8) <= waits[0] <= timedelta(seconds=1.5)
    assert timedelta(seconds=1.6) <= waits[1] <= timedelta(seconds=2.7)
    assert lease(room) == []
    (left,) = services.parked(room)
    assert (left.key, left.attempts) == ("a", 3)
    assert left.last_error == "RuntimeError: 电话 [电话] 不通"


def test_a_database_error_tells_no_values(room: Workroom) -> None:
    enqueue(room, "a")
    job = begun(room, lease(room)[0])
    query = text("SELECT '王小明' FROM nowhere")
    with pytest.raises(DBAPIError, match="王小明") as raised, room.database.read() as conn:
        conn.execute(query)
    services.failed(room, job, raised.value)
    assert "王小明" not in str(row(room, job)["last_error"])


def test_the_wait_has_an_end() -> None:
    assert outbox.back_off(1) < timedelta(seconds=1.3)
    assert timedelta(minutes=7) < outbox.back_off(50) < timedelta(minutes=13)


def test_a_row_that_kills_its_process_is_parked(room: Workroom) -> None:
    room.settings.job_attempts = 2
    enqueue(room, "a")
    for _ in range(2):
        begun(room, lease(room)[0])
        let_time_pass(room)
    job = lease(room)[0]
    assert services.begin(room, job.id, job.attempts) is None
    assert "process ended" in services.parked(room)[0].last_error


def test_replay_opens_a_parked_row_with_all_attempts(room: Workroom) -> None:
    room.settings.job_attempts = 1
    enqueue(room, "a")
    job = begun(room, lease(room)[0])
    assert services.failed(room, job, ValueError("no"))
    assert services.replay(room, ADMINISTRATOR, job.id)
    assert services.parked(room) == []
    assert begun(room, lease(room)[0]).attempts == 1
    assert not services.replay(room, ADMINISTRATOR, job.id)


def test_replay_is_the_administrators(room: Workroom) -> None:
    with pytest.raises(NotAllowed):
        services.replay(room, Actor(Role.OPERATOR, "王芳", 2), 1)


def test_somebody_still_at_it_keeps_the_row(room: Workroom) -> None:
    enqueue(room, "a")
    job = begun(room, lease(room)[0])
    let_time_pass(room)
    services.extend(room, [job])
    assert lease(room) == []


def test_who_lost_the_row_cannot_take_it_back(room: Workroom) -> None:
    enqueue(room, "a")
    late = begun(room, lease(room)[0])
    let_time_pass(room)
    now = begun(room, lease(room)[0])
    services.failed(room, late, ValueError("late"))
    services.extend(room, [late])
    assert row(room, now)["last_error"] == ""
    assert row(room, now)["attempts"] == 2


def test_old_done_rows_are_pruned(room: Workroom) -> None:
    enqueue(room, "old", "new", "open")
    old, new, _ = lease(room)
    for job in (old, new):
        services.finish_with(room, job.id, lambda _unit: None)
    long_ago = update(table).where(table.c.id == old.id)
    long_ago = long_ago.values(done_at=utc_now() - timedelta(days=30))
    room.database.write(lambda unit: unit.conn.execute(long_ago).rowcount)
    services.prune(room)
    with room.database.read() as conn:
        left = conn.execute(select(table.c.key).order_by(table.c.id)).scalars()
        assert list(left) == ["new", "open"]
