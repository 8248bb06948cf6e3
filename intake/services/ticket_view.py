"""Everything the ticket page shows, read in one snapshot, personal data masked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from intake.domain.case import Case
from intake.domain.errors import NotAllowed
from intake.domain.events import EventType, Subject
from intake.domain.filing import LeaderReason, RuleResult, checklist, leader_reasons
from intake.domain.people import Action, Actor, Role
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TRANSITIONS, Step, possible_steps
from intake.services.checklist import filing_facts
from intake.services.reporters import MaskedReporter, mask, open_reporter
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import (
    account,
    attachment,
    event,
    suggestion,
    supplement,
    ticket_link,
    verification,
    visit,
)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One fact, for the operator."""

    id: int
    at: datetime
    type: EventType
    actor_role: str
    actor_name: str
    from_state: str
    to_state: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Photo:
    """An attachment; ``clean_key`` is empty until it has been re-encoded, then it may be shown."""

    id: int
    position: int
    state: str
    clean_key: str
    thumb_key: str
    width: int | None
    height: int | None
    refusal: str


@dataclass(frozen=True, slots=True)
class TicketView:
    """The ticket page. ``steps`` are those both the state and the reader's role allow."""

    ticket: Ticket
    case: Case | None
    reporter: MaskedReporter
    holder: str
    history: list[HistoryLine]
    photos: list[Photo]
    supplements: list[dict[str, Any]]
    suggestion: dict[str, Any] | None
    verifications: list[dict[str, Any]]
    visits: list[dict[str, Any]]
    links: list[dict[str, Any]]
    checklist: tuple[RuleResult, ...]
    leader_reasons: tuple[LeaderReason, ...]
    steps: tuple[Step, ...]


def view_ticket(room: Workroom, actor: Actor, number: str) -> TicketView:
    """Read one ticket; raises NotAllowed and NotFound.

    The dispatcher reads what has become a case; who reported in confidence is shown, masked, only
    to posts that may see it at all (domain.md §4.5).
    """
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
        if actor.role is Role.DISPATCHER and sheet.case_id is None:
            raise NotAllowed("派遣员只能查看已立案的受理单。")
        hidden = sheet.confidential and not actor.may(Action.REVEAL)
        person = ReporterDetails() if hidden else open_reporter(room, conn, sheet.id)
        facts = filing_facts(room, conn, sheet)
        holder = None
        if sheet.claimed_by is not None:
            query = select(account.c.display_name).where(account.c.id == sheet.claimed_by)
            holder = conn.execute(query).scalar()
        return TicketView(
            ticket=sheet,
            case=load(conn, Case, sheet.case_id) if sheet.case_id else None,
            reporter=mask(person),
            holder=holder or "",
            history=history(conn, Subject.TICKET, sheet.id),
            photos=photos(conn, sheet.id),
            supplements=_rows(conn, supplement, sheet.id),
            suggestion=latest_suggestion(conn, sheet.id),
            verifications=_rows(conn, verification, sheet.id),
            visits=_rows(conn, visit, sheet.id),
            links=_rows(conn, ticket_link, sheet.id),
            checklist=checklist(facts),
            leader_reasons=leader_reasons(room.settings.filing_authority, sheet.case_class, facts),
            steps=allowed_steps(actor, sheet),
        )


def allowed_steps(actor: Actor, sheet: Ticket) -> tuple[Step, ...]:
    """Steps that state and role allow; a service may still refuse for what is missing."""
    return tuple(
        step for step in possible_steps(sheet.state) if actor.may(TRANSITIONS[step].action)
    )


def history(conn: Connection, subject: Subject, key: int) -> list[HistoryLine]:
    """All facts of a ticket or case, oldest first."""
    rows = conn.execute(
        select(event)
        .where(and_(event.c.subject == subject.value, event.c.subject_id == key))
        .order_by(event.c.id)
    ).mappings()
    return [
        HistoryLine(
            id=row["id"],
            at=row["at"],
            type=EventType(row["type"]),
            actor_role=row["actor_role"],
            actor_name=row["actor_name"],
            from_state=row["from_state"],
            to_state=row["to_state"],
            data=row["data"],
        )
        for row in rows
    ]


def photos(conn: Connection, key: int) -> list[Photo]:
    """Attachments in the order they were sent."""
    rows = conn.execute(
        select(attachment).where(attachment.c.ticket_id == key).order_by(attachment.c.position)
    ).mappings()
    return [
        Photo(
            id=row["id"],
            position=row["position"],
            state=row["state"],
            clean_key=row["clean_key"],
            thumb_key=row["thumb_key"],
            width=row["width"],
            height=row["height"],
            refusal=row["refusal"],
        )
        for row in rows
    ]


def latest_suggestion(conn: Connection, key: int) -> dict[str, Any] | None:
    """The newest suggestion as a row, or None while none has been made."""
    row = conn.execute(
        select(suggestion)
        .where(suggestion.c.ticket_id == key)
        .order_by(suggestion.c.id.desc())
        .limit(1)
    ).mappings()
    found = row.first()
    return None if found is None else dict(found)


def _rows(conn: Connection, table: Any, key: int) -> list[dict[str, Any]]:
    rows = conn.execute(select(table).where(table.c.ticket_id == key).order_by(table.c.id))
    return [dict(row) for row in rows.mappings()]
