"""One suggestion a version of a ticket, whatever is delivered and in which order."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from intake.domain.errors import NotFound
from intake.domain.numbers import ticket_number
from intake.domain.people import CITIZEN
from intake.services.outbox import take_due
from intake.services.suggest import suggest_changed, suggest_received
from intake.services.supplement import add_supplement
from intake.services.workroom import Workroom, utc_now
from intake.store.tables import suggestion, ticket
from tests.store_fixtures import SteadySuggester

Report = Callable[..., int]


def stored(room: Workroom) -> list[dict[str, Any]]:
    with room.database.read() as conn:
        query = select(suggestion).order_by(suggestion.c.id)
        return [dict(row) for row in conn.execute(query).mappings()]


def test_what_is_stored(room: Workroom, report: Report) -> None:
    key = report("one")
    (job,) = take_due(room, 1, 60)
    assert suggest_received(room, job.id, key)
    (row,) = stored(room)
    assert row["guesses"] == [
        {"label": "E06010", "name": "暴露垃圾", "probability": 0.9, "evidence": ["垃圾"]}
    ]
    assert (row["appeal"], row["urgency"], row["place"]) == ("COMPLAINT", "NORMAL", "中山路")
    assert (row["ticket_id"], row["ticket_version"], row["chosen"]) == (key, 1, "")


def test_delivered_twice_is_suggested_once(room: Workroom, report: Report) -> None:
    key = report("one")
    (job,) = take_due(room, 1, 60)
    assert suggest_received(room, job.id, key)
    assert not suggest_received(room, job.id, key)
    assert len(stored(room)) == 1


def test_both_jobs_of_one_version_leave_one_suggestion(room: Workroom, report: Report) -> None:
    """The first job was late and saw what the second one is about."""
    key = report("one")
    add_supplement(room, CITIZEN, ticket_number(key), "旁边的路灯也坏了")
    received, changed = take_due(room, 2, 60)
    assert suggest_changed(room, changed.id, key)
    assert suggest_received(room, received.id, key)
    assert [row["ticket_version"] for row in stored(room)] == [2]
    assert take_due(room, 1, 60) == []


def test_the_suggester_reads_what_was_added(room: Workroom, report: Report) -> None:
    key = report("one", "垃圾成堆")
    add_supplement(room, CITIZEN, ticket_number(key), "在学校门口")
    suggest_changed(room, take_due(room, 2, 60)[1].id, key)
    assert isinstance(room.suggester, SteadySuggester)
    assert room.suggester.asked == ["垃圾成堆\n在学校门口"]


def test_a_registered_ticket_gets_no_new_suggestion(room: Workroom, report: Report) -> None:
    key = report("one")
    add_supplement(room, CITIZEN, ticket_number(key), "旁边的路灯也坏了")
    registered = update(ticket).values(registered_at=utc_now())
    room.database.write(lambda unit: unit.conn.execute(registered).rowcount)
    assert suggest_changed(room, take_due(room, 2, 60)[1].id, key)
    assert stored(room) == []


def test_a_ticket_that_is_not_there(room: Workroom) -> None:
    with pytest.raises(NotFound):
        suggest_received(room, 1, 202601010000001)
