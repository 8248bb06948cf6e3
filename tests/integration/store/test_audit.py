"""The audit names the first row that does not fit, whatever was done to the history."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, select, update

from intake.domain.numbers import ticket_number
from intake.domain.people import Actor, Role
from intake.services.audit import verify
from intake.services.claim import claim, release
from intake.services.upkeep import seal_events
from intake.services.workroom import Workroom
from intake.store.tables import event, seal, ticket

OPERATOR = Actor(Role.OPERATOR, "王芳", 1)


@pytest.fixture
def tickets(room: Workroom, report: Callable[..., int]) -> list[int]:
    """Three tickets with three events each, in two seals."""
    keys = [report(str(number)) for number in range(3)]
    seal_events(room)
    for key in keys:
        claim(room, OPERATOR, ticket_number(key))
        release(room, OPERATOR, ticket_number(key))
    seal_events(room)
    return keys


def tamper(room: Workroom, statement: Executable) -> None:
    room.database.write(lambda unit: unit.conn.execute(statement).rowcount)


def events_of(room: Workroom, key: int) -> list[dict[str, Any]]:
    with room.database.read() as conn:
        query = select(event).where(event.c.subject_id == key).order_by(event.c.id)
        return [dict(row) for row in conn.execute(query).mappings()]


def test_what_was_left_alone_is_sound(room: Workroom, tickets: list[int]) -> None:
    told: list[tuple[int, int]] = []
    verdict = verify(room, lambda done, total: told.append((done, total)))
    assert (verdict.fault, verdict.events, verdict.seals) == ("", 9, 2)
    assert verdict.sealed_to == events_of(room, tickets[2])[-1]["id"]
    assert told[-1] == (18, 18)


def test_events_after_the_last_seal_are_sound_too(room: Workroom, tickets: list[int]) -> None:
    claim(room, OPERATOR, ticket_number(tickets[0]))
    assert verify(room).sound


@pytest.mark.parametrize(
    "values",
    [{"actor_name": "李强"}, {"data": {"source": "EMAIL"}}, {"type": "Nonsense"}],
    ids=lambda values: next(iter(values)),
)
def test_changed_row(room: Workroom, tickets: list[int], values: dict[str, Any]) -> None:
    row = events_of(room, tickets[1])[0]
    tamper(room, update(event).where(event.c.id == row["id"]).values(values))
    assert verify(room).fault.startswith(f"event {row['id']}: its content")


def test_deleted_row_in_the_middle(room: Workroom, tickets: list[int]) -> None:
    _, gone, after = events_of(room, tickets[1])
    tamper(room, delete(event).where(event.c.id == gone["id"]))
    assert verify(room).fault.startswith(f"event {after['id']}: it does not follow")


def test_deleted_last_row(room: Workroom, tickets: list[int]) -> None:
    gone = events_of(room, tickets[1])[-1]
    tamper(room, delete(event).where(event.c.id == gone["id"]))
    assert verify(room).fault.startswith(f"ticket {tickets[1]}: its head")


def test_all_events_of_a_ticket_gone(room: Workroom, tickets: list[int]) -> None:
    tamper(room, delete(event).where(event.c.subject_id == tickets[1]))
    assert verify(room).fault.startswith(f"ticket {tickets[1]}: all of its events")


def test_all_traces_of_an_event_covered_up(room: Workroom, tickets: list[int]) -> None:
    """Whoever also sets the head back is found by the seal."""
    before, gone = events_of(room, tickets[1])[-2:]
    tamper(room, delete(event).where(event.c.id == gone["id"]))
    head = update(ticket).where(ticket.c.id == tickets[1]).values(head_hash=before["hash"])
    tamper(room, head)
    assert verify(room).fault.startswith("seal 2: it covers 6 events")


def test_reordered_rows(room: Workroom, tickets: list[int]) -> None:
    _, one, other = events_of(room, tickets[1])
    spare = 1_000_000
    for old, new in ((one["id"], spare), (other["id"], one["id"]), (spare, other["id"])):
        tamper(room, update(event).where(event.c.id == old).values(id=new))
    assert verify(room).fault.startswith(f"event {one['id']}: it does not follow")


def test_row_added(room: Workroom, tickets: list[int]) -> None:
    copy = events_of(room, tickets[1])[-1] | {"id": 1_000_000}
    tamper(room, insert(event).values(copy))
    assert verify(room).fault.startswith("event 1000000: it does not follow")


def test_row_of_a_ticket_that_does_not_exist(room: Workroom, tickets: list[int]) -> None:
    copy = events_of(room, tickets[1])[0] | {"id": 1_000_000, "subject": "CASE"}
    tamper(room, insert(event).values(copy))
    assert not verify(room).sound


def test_changed_seal(room: Workroom, tickets: list[int]) -> None:
    tamper(room, update(seal).where(seal.c.id == 1).values(hash="f" * 64))
    assert verify(room).fault.startswith("seal 1: its events or the seal itself")


def test_removed_seal(room: Workroom, tickets: list[int]) -> None:
    tamper(room, delete(seal).where(seal.c.id == 1))
    assert verify(room).fault.startswith("seal 2: it does not follow")
