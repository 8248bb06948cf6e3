"""Gather what the filing rules look at (domain.md §4.3)."""

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import Connection, and_, func, select

from intake.domain.contact import Source
from intake.domain.filing import FilingFacts
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.reporters import open_reporter
from intake.services.workroom import Workroom
from intake.store.tables import category, condition, condition_limit, ticket, verification

_OPEN = tuple(
    state.value
    for state in TicketState
    if not state.terminal
    and state
    not in {
        TicketState.ANSWERED,
        TicketState.DECLINED,
        TicketState.REFERRED,
        TicketState.MERGED,
        TicketState.FILING_REFUSED,
    }
)


def filing_facts(room: Workroom, conn: Connection, sheet: Ticket) -> FilingFacts:
    """Facts of one ticket, read in at most five statements."""
    active, has_condition, lead_unit, limits = _handbook(conn, sheet)
    verified = sheet.state is TicketState.VERIFIED or _was_verified(conn, sheet)
    person = open_reporter(room, conn, sheet.id)
    private = [value for value in asdict(person).values() if len(value) > 1]
    return FilingFacts(
        appeal=sheet.appeal,
        category_active=active,
        has_condition=has_condition,
        in_area=sheet.in_area,
        unit_grid_code=sheet.unit_grid_code,
        has_evidence=sheet.photos > 0,
        verified=verified,
        emergency_waiver=sheet.emergency_waiver,
        leader_reference=sheet.leader_reference,
        source_is_collector=sheet.source is Source.COLLECTOR,
        open_duplicates=_open_duplicates(room, conn, sheet),
        duplicate_decided=sheet.duplicate_decided,
        has_who=bool(person.name or person.phone or person.caller_number or person.email),
        anonymous=sheet.anonymous,
        has_when=bool(sheet.occurred),
        has_where=bool(sheet.address or sheet.landmark),
        has_cause=bool(sheet.cause or len(sheet.description) >= 6),
        absence_reason=sheet.absence_reason,
        has_limit=limits > 0,
        lead_unit=lead_unit,
        confidential=sheet.confidential,
        text_names_reporter=any(value in sheet.description for value in private),
    )


def _handbook(conn: Connection, sheet: Ticket) -> tuple[bool, bool, str, int]:
    ref = sheet.category
    if ref is None:
        return False, False, "", 0
    limits = (
        select(func.count())
        .where(condition_limit.c.condition_id == condition.c.id)
        .scalar_subquery()
    )
    row = conn.execute(
        select(category.c.active, condition.c.id, condition.c.lead_unit, limits)
        .select_from(category)
        .outerjoin(condition, and_(condition.c.id == sheet.condition_id, condition.c.active))
        .where(
            category.c.edition == ref.edition,
            category.c.kind == ref.kind.value,
            category.c.code == ref.code,
        )
    ).first()
    if row is None:
        return False, False, "", 0
    return bool(row[0]), row[1] is not None, row[2] or "", int(row[3] or 0)


def _was_verified(conn: Connection, sheet: Ticket) -> bool:
    """What the collector who looked last has seen: an older finding does not outlive it."""
    last = conn.execute(
        select(verification.c.found)
        .where(verification.c.ticket_id == sheet.id, verification.c.answered_at.is_not(None))
        .order_by(verification.c.id.desc())
        .limit(1)
    ).scalar()
    return bool(last)


def _open_duplicates(room: Workroom, conn: Connection, sheet: Ticket) -> int:
    """Open tickets of the same category in the same unit grid within the days of the setting."""
    if not sheet.unit_grid_code or sheet.category is None:
        return 0
    since = sheet.received_at - timedelta(days=room.settings.duplicate_days)
    found = conn.execute(
        select(ticket.c.id)
        .where(
            ticket.c.unit_grid_code == sheet.unit_grid_code,
            ticket.c.category_code == sheet.category.code,
            ticket.c.category_kind == sheet.category.kind.value,
            ticket.c.category_edition == sheet.category.edition,
            ticket.c.state.in_(_OPEN),
            ticket.c.received_at >= since,
            ticket.c.id != sheet.id,
            ticket.c.parent_id.is_distinct_from(sheet.id),
            ticket.c.id.is_distinct_from(sheet.parent_id),
        )
        .limit(20)
    ).all()
    return len(found)
