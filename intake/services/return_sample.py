"""Sampling after closing (C4): a random share, and every case that went badly (domain.md §5.1).

What these reporters say is quality statistics; it changes no state of ticket or case.
"""

from datetime import timedelta
from random import SystemRandom

from sqlalchemy import Row, exists, select

from intake.domain.appeal import AppealType
from intake.domain.case import Case
from intake.domain.return_visit import ReturnKind, sample_size
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.returns import begin_returns
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import casefile, return_task, ticket
from intake.store.unit import Unit

_PERIOD = timedelta(days=7)
_AT_A_TIME = 100


def draw_sample(room: Workroom) -> int:
    """Tasks for the tickets closed within a week; run again, it only fills up what is missing."""
    chosen = _chosen(room)
    made = 0
    for begin in range(0, len(chosen), _AT_A_TIME):
        keys = chosen[begin : begin + _AT_A_TIME]
        made += _make(room, keys)
    return made


def _chosen(room: Workroom) -> list[int]:
    now = room.clock()
    sampled = exists().where(
        return_task.c.ticket_id == ticket.c.id, return_task.c.kind == ReturnKind.SAMPLE.value
    )
    query = (
        select(
            ticket.c.id,
            ticket.c.appeal,
            casefile.c.due_at,
            casefile.c.closed_at,
            casefile.c.rework_count,
            sampled.label("sampled"),
        )
        .join(casefile, casefile.c.id == ticket.c.case_id)
        .where(
            ticket.c.state == TicketState.CLOSED.value,
            ticket.c.close_reason == "case_closed",
            ticket.c.closed_at >= now - _PERIOD,
            ticket.c.needs_reply,
        )
        .order_by(ticket.c.id)
    )
    with room.database.read() as conn:
        rows = conn.execute(query).all()
    certain = [row.id for row in rows if _went_badly(row) and not row.sampled]
    others = [row.id for row in rows if not _went_badly(row) and not row.sampled]
    drawn = sum(row.sampled for row in rows if not _went_badly(row))
    ordinary = len(others) + drawn
    missing = max(0, sample_size(ordinary, room.settings.sample_percent) - drawn)
    return certain + SystemRandom().sample(others, missing)


def _went_badly(row: Row[tuple[object, ...]]) -> bool:
    """Overdue, reworked, or a report about somebody that was upheld."""
    late = row.due_at is not None and row.closed_at is not None and row.closed_at > row.due_at
    return bool(late or row.rework_count or row.appeal == AppealType.REPORT.value)


def _make(room: Workroom, keys: list[int]) -> int:
    def work(unit: Unit) -> int:
        made = 0
        for key in keys:
            sheet = load(unit.conn, Ticket, key, lock=True)
            case = load(unit.conn, Case, sheet.case_id) if sheet and sheet.case_id else None
            if sheet is None or case is None or _asked(unit, key):
                continue
            made += begin_returns(room, unit, case, [sheet], ReturnKind.SAMPLE)
        return made

    return room.database.write(work)


def _asked(unit: Unit, key: int) -> bool:
    query = select(return_task.c.id).where(
        return_task.c.ticket_id == key, return_task.c.kind == ReturnKind.SAMPLE.value
    )
    return unit.conn.execute(query.limit(1)).first() is not None
