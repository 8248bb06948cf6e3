"""Personal data goes when its time is over (PIPL art. 19); the record of what was done stays."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, select, update

from intake.domain.events import EventType
from intake.domain.numbers import county_day, daily_key
from intake.domain.people import SYSTEM
from intake.domain.ticket import Ticket
from intake.services.stepping import write_fact
from intake.services.workroom import Workroom
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.records import load
from intake.store.tables import contact, reporter, ticket
from intake.store.unit import Unit

_BATCH = 200
_DELIVERIES = "forgotten-deliveries"


def forget_reporters(room: Workroom) -> int:
    """Delete who reported, ``reporter_days`` after closing; each is a fact. Returns how many."""
    return _in_batches(room, _some_reporters)


def forget_deliveries(room: Workroom) -> int:
    """Empty what arrived at the doors ``raw_days`` ago; its hash stays for the balance."""
    return _in_batches(room, _some_deliveries)


def _in_batches(room: Workroom, forget: Callable[[Workroom, Unit], int]) -> int:
    total = 0
    while done := room.database.write(lambda unit: forget(room, unit)):
        total += done
    return total


def _some_reporters(room: Workroom, unit: Unit) -> int:
    before = unit.now - timedelta(days=room.settings.reporter_days)
    keys = unit.conn.execute(
        select(reporter.c.ticket_id)
        .select_from(reporter.join(ticket, ticket.c.id == reporter.c.ticket_id))
        .where(ticket.c.id < daily_key(county_day(before), 0), ticket.c.closed_at < before)
        .order_by(reporter.c.ticket_id)
        .limit(_BATCH)
    ).scalars()
    forgotten = list(keys)
    for key in forgotten:
        sheet = load(unit.conn, Ticket, key, lock=True)
        if sheet is not None:
            write_fact(unit, SYSTEM, sheet, EventType.REPORTER_FORGOTTEN, bump=False)
    unit.conn.execute(delete(reporter).where(reporter.c.ticket_id.in_(forgotten)))
    return len(forgotten)


def _some_deliveries(room: Workroom, unit: Unit) -> int:
    before = unit.now - timedelta(days=room.settings.raw_days)
    done = locked_cursor(unit, _DELIVERIES)
    keys = unit.conn.execute(
        select(contact.c.id)
        .where(contact.c.id > done, contact.c.received_at < before)
        .order_by(contact.c.id)
        .limit(_BATCH)
    ).scalars()
    emptied = list(keys)
    if emptied:
        unit.conn.execute(update(contact).where(contact.c.id.in_(emptied)).values(raw=b""))
        move_cursor(unit, _DELIVERIES, emptied[-1])
    return len(emptied)
