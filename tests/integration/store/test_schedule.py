"""Periodic work is claimed by one, comes round at its pace, and is not lost with its claimer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.services import upkeep
from intake.services.upkeep import DUTIES, Duty, plan_duties, run_due_duties
from intake.services.workroom import Workroom, utc_now
from intake.store import schedule
from intake.store.tables import presence
from intake.store.tables import schedule as table
from intake.store.unit import Unit


def plan(room: Workroom, name: str, every: int = 60) -> None:
    room.database.write(lambda unit: schedule.plan(unit, name, every))


def claim(room: Workroom) -> list[str]:
    return room.database.write(lambda unit: schedule.claim(unit, seconds=600))


def make_due(room: Workroom, *, lease_over: bool = False) -> None:
    past = utc_now() - timedelta(seconds=1)
    values = {"next_at": past} | ({"lease_until": past} if lease_over else {})
    room.database.write(lambda unit: unit.conn.execute(update(table).values(values)).rowcount)


def test_what_is_claimed_is_nobody_elses(room: Workroom) -> None:
    plan(room, "seal")
    assert claim(room) == ["seal"]
    make_due(room)
    assert claim(room) == []


def test_it_comes_round_at_its_pace(room: Workroom) -> None:
    plan(room, "seal", every=3_600)
    claim(room)
    room.database.write(lambda unit: schedule.ran(unit, "seal"))
    with room.database.read() as conn:
        row = conn.execute(select(table)).one()
        assert not schedule.any_due(conn, utc_now() + timedelta(minutes=59))
        assert schedule.any_due(conn, utc_now() + timedelta(minutes=61))
    assert (row.lease_until, row.last_error) == (None, "")
    assert row.last_run is not None


def test_what_a_dead_process_claimed_is_due_again(room: Workroom) -> None:
    plan(room, "seal")
    claim(room)
    make_due(room, lease_over=True)
    assert claim(room) == ["seal"]


def test_planning_again_changes_the_pace_and_not_the_time(room: Workroom) -> None:
    plan(room, "seal", every=60)
    claim(room)
    plan(room, "seal", every=120)
    with room.database.read() as conn:
        row = conn.execute(select(table)).one()
        assert row.every_seconds == 120
        assert not schedule.any_due(conn, utc_now())


def test_a_failing_duty_is_noted_and_does_not_stop_the_others(
    room: Workroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_room: Workroom) -> None:
        raise OSError("13800000000 is full")

    monkeypatch.setattr(upkeep, "DUTIES", dict(DUTIES) | {"seal-events": Duty(60, fails)})
    plan_duties(room)
    assert run_due_duties(room) == ["seal-events"]
    assert run_due_duties(room) == []
    with room.database.read() as conn:
        rows = conn.execute(select(table.c.name, table.c.last_error))
        errors = {row.name: row.last_error for row in rows}
    assert errors.pop("seal-events") == "OSError: [电话] is full"
    assert set(errors.values()) == {""}


def test_presence_of_long_ago_is_forgotten(room: Workroom) -> None:
    for ticket_id, age in ((1, 0), (2, 2)):
        seen = {
            "account_id": 1,
            "ticket_id": ticket_id,
            "seen_at": utc_now() - timedelta(hours=age),
        }
        room.database.write(lambda unit, seen=seen: _insert(unit, seen))
    upkeep.forget_presence(room)
    with room.database.read() as conn:
        assert list(conn.execute(select(presence.c.ticket_id)).scalars()) == [1]


def _insert(unit: Unit, values: dict[str, object]) -> None:
    unit.conn.execute(presence.insert().values(values))
