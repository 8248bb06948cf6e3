"""The day's balance sheet: every arrival has one outcome, and it is true (decision 1)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from intake.domain.contact import Outcome
from intake.domain.numbers import county_midnight, daily_key, ticket_number
from intake.services.workroom import Workroom
from intake.store.tables import contact, ticket

_MOST_NAMED = 20
_WITH_TICKET = (Outcome.TICKET, Outcome.SUPPLEMENT, Outcome.VOICEMAIL)


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """Arrivals of one source with one outcome."""

    source: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """One county day. ``open`` must be zero and ``faults`` empty once the day's mail is read."""

    day: date
    lines: tuple[BalanceLine, ...]
    faults: tuple[str, ...]

    @property
    def open(self) -> int:
        return sum(line.count for line in self.lines if line.outcome == Outcome.OPEN)

    @property
    def closed(self) -> bool:
        return not self.faults


def balance(room: Workroom, day: date) -> BalanceSheet:
    """Count a county day's arrivals and name what does not add up."""
    start, end = county_midnight(day), county_midnight(day + timedelta(days=1))
    with room.database.read() as conn:
        lines = _lines(conn, start, end)
        faults = [
            *_left_open(lines),
            *_without_ticket(conn, start, end),
            *_without_contact(conn, day),
        ]
    return BalanceSheet(day, lines, tuple(faults))


def _lines(conn: Connection, start: datetime, end: datetime) -> tuple[BalanceLine, ...]:
    query = (
        select(contact.c.source, contact.c.outcome, func.count())
        .where(contact.c.received_at >= start, contact.c.received_at < end)
        .group_by(contact.c.source, contact.c.outcome)
        .order_by(contact.c.source, contact.c.outcome)
    )
    return tuple(BalanceLine(*row) for row in conn.execute(query))


def _left_open(lines: tuple[BalanceLine, ...]) -> list[str]:
    return [
        f"{line.count} contacts by {line.source} are still open"
        for line in lines
        if line.outcome == Outcome.OPEN
    ]


def _without_ticket(conn: Connection, start: datetime, end: datetime) -> list[str]:
    """Contacts whose outcome names a ticket that is not there."""
    query = (
        select(contact.c.id, contact.c.outcome)
        .select_from(contact.outerjoin(ticket, ticket.c.id == contact.c.ticket_id))
        .where(
            contact.c.received_at >= start,
            contact.c.received_at < end,
            contact.c.outcome.in_([outcome.value for outcome in _WITH_TICKET]),
            ticket.c.id.is_(None),
        )
        .order_by(contact.c.id)
        .limit(_MOST_NAMED)
    )
    return [f"contact {row.id} ({row.outcome}) has no ticket" for row in conn.execute(query)]


def _without_contact(conn: Connection, day: date) -> list[str]:
    """Tickets of the day's numbers that no contact led to; a split ticket has its parent's."""
    first, beyond = daily_key(day, 0), daily_key(day + timedelta(days=1), 0)
    query = (
        select(ticket.c.id)
        .select_from(ticket.outerjoin(contact, contact.c.ticket_id == ticket.c.id))
        .where(
            ticket.c.id >= first,
            ticket.c.id < beyond,
            contact.c.id.is_(None),
            ticket.c.parent_id.is_(None),
        )
        .order_by(ticket.c.id)
        .limit(_MOST_NAMED)
    )
    return [f"ticket {ticket_number(row.id)} has no contact" for row in conn.execute(query)]
