"""What comes round every second beside the calls: due times that live in the store (decision 3)."""

from sqlalchemy import select, update

from intake.domain.pbx_command import CommandKind
from intake.domain.people import SYSTEM
from intake.services.agent_calls import end_wrap_ups
from intake.services.pbx_commands import ask, expire
from intake.services.workroom import Workroom
from intake.store.tables import call
from intake.store.unit import Unit


def each_second(room: Workroom) -> None:
    """End late commands, end wrap-ups, let paused recordings go on; each a short look first."""
    expire(room, room.settings.pbx_name)
    end_wrap_ups(room)
    resume_recordings(room)


def resume_recordings(room: Workroom) -> int:
    """Record again what was paused for private data and forgotten; returns how many.

    A call that has ended needs nothing any more.
    """
    now = room.clock()
    due = select(call.c.id, call.c.linkedid, call.c.ended_at).where(
        call.c.pbx == room.settings.pbx_name, call.c.record_resume_at <= now
    )
    with room.database.read() as conn:
        if conn.execute(due.limit(1)).first() is None:
            return 0

    def work(unit: Unit) -> int:
        rows = unit.conn.execute(due.with_for_update(skip_locked=True)).all()
        keys = [row.id for row in rows]
        unit.conn.execute(update(call).where(call.c.id.in_(keys)).values(record_resume_at=None))
        for row in rows:
            if row.ended_at is None:
                told = {"call": row.id, "linkedid": row.linkedid}
                pbx = room.settings.pbx_name
                ask(unit, SYSTEM, pbx, CommandKind.RECORD_RESUME, told)
        return len(rows)

    return room.database.write(work)
