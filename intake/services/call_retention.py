"""What is personal about a call goes in time; that it took place stays (PIPL art. 19).

Numbers and notes of calls are kept as long as reporters are (``reporter_days``); statistics need
neither.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update

from intake.services.workroom import Workroom
from intake.store.tables import call, call_note
from intake.store.unit import Unit

_BATCH = 500


def forget_callers(room: Workroom) -> int:
    """Forget numbers and notes of calls that began ``reporter_days`` ago; returns how many."""
    total = 0
    while done := room.database.write(lambda unit: _some(room, unit)):
        total += done
    return total


def _some(room: Workroom, unit: Unit) -> int:
    before = unit.now - timedelta(days=room.settings.reporter_days)
    noted = select(call_note.c.call_id).where(call_note.c.call_id == call.c.id).exists()
    keys = list(
        unit.conn.execute(
            select(call.c.id)
            .where(call.c.started_at < before, call.c.number_hash.is_not(None) | noted)
            .order_by(call.c.started_at)
            .limit(_BATCH)
        ).scalars()
    )
    if not keys:
        return 0
    forgotten = {"number": None, "number_hash": None, "number_shown": ""}
    unit.conn.execute(update(call).where(call.c.id.in_(keys)).values(forgotten))
    unit.conn.execute(delete(call_note).where(call_note.c.call_id.in_(keys)))
    return len(keys)
