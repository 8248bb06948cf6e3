"""Arrivals of a day with what became of them: the balance sheet line by line (decision 1)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from intake.domain.contact import Outcome, Source
from intake.domain.errors import Invalid
from intake.domain.numbers import county_midnight, ticket_number
from intake.domain.people import Action, Actor
from intake.services.list_position import ListPosition
from intake.services.workroom import Workroom
from intake.store.tables import contact


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One arrival; what it said stays sealed."""

    id: int
    source: Source
    external_id: str
    received_at: datetime
    media_type: str
    outcome: Outcome
    outcome_at: datetime | None
    ticket_number: str
    remark: str


@dataclass(frozen=True, slots=True)
class ContactPage:
    """``next`` is the ``after`` of the following page, empty on the last one."""

    rows: list[ContactLine]
    next: str


def list_contacts(
    room: Workroom,
    actor: Actor,
    day: date,
    source: Source | None = None,
    after: str = "",
    limit: int = 100,
) -> ContactPage:
    """Arrivals of one county day, oldest first; one statement a page at any size of the day."""
    if not actor.may(Action.READ_AUDIT):
        actor.require(Action.READ_TICKETS)
    if not 1 <= limit <= 500:
        raise Invalid("每页条数应在1到500之间。", field="limit")
    if not 2000 <= day.year < 9000:
        raise Invalid("日期不对，请重新选择。", field="date")
    begin, end = county_midnight(day), county_midnight(day + timedelta(days=1))
    columns = contact.c
    query = (
        select(
            columns.id,
            columns.source,
            columns.external_id,
            columns.received_at,
            columns.media_type,
            columns.outcome,
            columns.outcome_at,
            columns.ticket_id,
            columns.remark,
        )
        .where(columns.received_at >= begin, columns.received_at < end)
        .order_by(columns.received_at, columns.id)
        .limit(limit + 1)
    )
    if source is not None:
        query = query.where(columns.source == source.value)
    if after:
        here = ListPosition.read(after)
        query = query.where(here.newer(columns.received_at, columns.id))
    with room.database.read() as conn:
        found = conn.execute(query).all()
    rows = [
        ContactLine(
            id=row.id,
            source=Source(row.source),
            external_id=row.external_id,
            received_at=row.received_at,
            media_type=row.media_type,
            outcome=Outcome(row.outcome),
            outcome_at=row.outcome_at,
            ticket_number=ticket_number(row.ticket_id) if row.ticket_id else "",
            remark=row.remark,
        )
        for row in found[:limit]
    ]
    if len(found) <= limit:
        return ContactPage(rows, "")
    return ContactPage(rows, str(ListPosition(rows[-1].received_at, rows[-1].id)))
