"""Arrivals of a day with what became of them: the balance sheet line by line (decision 1)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, or_, select

from intake.domain.contact import Outcome, Source
from intake.domain.errors import Invalid
from intake.domain.numbers import COUNTY_ZONE, ticket_number
from intake.domain.people import Action, Actor
from intake.services.workroom import Workroom
from intake.store.tables import contact

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    begin = _start_of(day)
    end = _start_of(day + timedelta(days=1))
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
        moment, key = _position(after)
        query = query.where(
            columns.received_at >= moment,
            or_(
                columns.received_at > moment,
                and_(columns.received_at == moment, columns.id > key),
            ),
        )
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
    return ContactPage(rows, _cursor(rows[-1]) if len(found) > limit else "")


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), COUNTY_ZONE).astimezone(UTC)


def _cursor(line: ContactLine) -> str:
    return f"{(line.received_at - _EPOCH) // _MICROSECOND}-{line.id}"


def _position(after: str) -> tuple[datetime, int]:
    moment, _, key = after.partition("-")
    try:
        if not (len(moment) <= 17 and len(key) <= 18 and moment.isascii() and key.isascii()):
            raise ValueError
        return _EPOCH + timedelta(microseconds=int(moment)), int(key)
    except (ValueError, OverflowError):
        raise Invalid("翻页位置不对，请从第一页重新打开。", field="after") from None
