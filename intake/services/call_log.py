"""Call rows read back as records: for a process that starts, a gap to fill, a day to compare."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select

from intake.domain.call import CallOutcome, CallRecord, CallSource, Direction, Purpose
from intake.services.workroom import Workroom
from intake.store.tables import call

_KEPT_BY_THE_PBX = timedelta(days=2)


def open_calls(room: Workroom, pbx: str) -> list[CallRecord]:
    """Calls the books hold open; numbers stay sealed in every record of this module."""
    return _read(room, _of(pbx).where(call.c.ended_at.is_(None)))


def calls_to_fill(room: Workroom, pbx: str) -> list[CallRecord]:
    """Ended calls with a hole in their story, which the PBX's own log may close."""
    since = room.clock() - _KEPT_BY_THE_PBX
    query = _of(pbx).where(
        call.c.in_gap,
        call.c.source == CallSource.LIVE.value,
        call.c.ended_at.is_not(None),
        call.c.started_at >= since,
    )
    return _read(room, query)


def calls_between(room: Workroom, pbx: str, begin: datetime, end: datetime) -> list[CallRecord]:
    """Calls that started in this time, oldest first."""
    return _read(room, _of(pbx).where(call.c.started_at >= begin, call.c.started_at < end))


def without_contact(room: Workroom, pbx: str, begin: datetime, end: datetime) -> set[str]:
    """Callers' calls of this time that are no arrival in the contact table: there must be none."""
    query = select(call.c.linkedid).where(
        call.c.pbx == pbx,
        call.c.started_at >= begin,
        call.c.started_at < end,
        call.c.direction == Direction.IN.value,
        call.c.contact_id.is_(None),
    )
    with room.database.read() as conn:
        return set(conn.execute(query).scalars())


def known_linkedids(room: Workroom, pbx: str, linkedids: set[str]) -> set[str]:
    """Which of these calls the books have."""
    found: set[str] = set()
    wanted = sorted(linkedids)
    with room.database.read() as conn:
        for first in range(0, len(wanted), 500):
            query = select(call.c.linkedid).where(
                call.c.pbx == pbx, call.c.linkedid.in_(wanted[first : first + 500])
            )
            found.update(conn.execute(query).scalars())
    return found


def _of(pbx: str) -> Select[Any]:
    return select(call).where(call.c.pbx == pbx).order_by(call.c.started_at, call.c.id)


def _read(room: Workroom, query: Select[Any]) -> list[CallRecord]:
    with room.database.read() as conn:
        return [_record(row) for row in conn.execute(query)]


def _record(row: Row[Any]) -> CallRecord:
    return CallRecord(
        pbx=row.pbx,
        linkedid=row.linkedid,
        direction=Direction(row.direction),
        purpose=Purpose(row.purpose),
        started_at=row.started_at,
        outcome=CallOutcome(row.outcome),
        source=CallSource(row.source),
        in_gap=row.in_gap,
        withheld=row.withheld,
        queued_at=row.queued_at,
        ringing_at=row.ringing_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        hold_ms=row.hold_ms or 0,
        extension=row.extension,
        attempt_id=row.attempt_id,
        remark=row.remark,
    )
