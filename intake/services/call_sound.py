"""Calls whose sound has died: the operator's browser tells, the shift leader is shown it.

SIP and the PBX see a healthy call then; only the media itself can tell (telephony.md §9). Each
change is a fact of the call.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from intake.domain.alarm import Alarm, AlarmKind, CallSound
from intake.domain.errors import NotAllowed
from intake.domain.events import EventType, Subject
from intake.domain.people import Action, Actor
from intake.services.call_control import record_call
from intake.services.call_list import find_call
from intake.services.workroom import Workroom
from intake.store.tables import account, call, event
from intake.store.unit import Unit

_MOST_CHANGES = 40
"""A line that comes and goes is known to be bad by then."""
_LONGEST_CALL = timedelta(days=1)


def tell_sound(room: Workroom, actor: Actor, key: int, sound: CallSound) -> None:
    """The sound of one's own call has changed; the same again, or after its end, does nothing.

    Raises NotAllowed for somebody else's call, NotFound.
    """
    actor.require(Action.CALL)

    def work(unit: Unit) -> None:
        line = find_call(unit.conn, key, lock=True)
        if not line.own(actor):
            raise NotAllowed("只能登记自己的通话。")
        if not line.live:
            return
        changes = _changes(unit.conn, [key])
        last = changes[-1].data["sound"] if changes else CallSound.FLOWING.value
        if last != sound.value and len(changes) < _MOST_CHANGES:
            told = {"sound": sound.value}
            record_call(unit, actor, line, EventType.CALL_SOUND_CHANGED, told)

    room.database.write(work)


def silent_calls(conn: Connection, now: datetime) -> list[Alarm]:
    """Calls going on without sound, the oldest first."""
    rows = conn.execute(
        select(call.c.id, account.c.display_name)
        .join(account, account.c.id == call.c.account_id)
        .where(
            call.c.ended_at.is_(None),
            call.c.answered_at.is_not(None),
            call.c.started_at >= now - _LONGEST_CALL,
        )
        .order_by(call.c.id)
    ).all()
    if not rows:
        return []
    last = {change.subject_id: change for change in _changes(conn, [row.id for row in rows])}
    alarms = []
    for row in rows:
        change = last.get(row.id)
        sound = CallSound(change.data["sound"]) if change else CallSound.FLOWING
        if change is None or sound is CallSound.FLOWING:
            continue
        text = f"{row.display_name}的通话：{sound.label}，请查看并安排回拨。"
        alarms.append(Alarm(f"sound-{row.id}-{change.id}", AlarmKind.CALL_SOUND, text, change.at))
    return alarms


def _changes(conn: Connection, keys: list[int]) -> list[Row[Any]]:
    query = select(event.c.id, event.c.subject_id, event.c.at, event.c.data).where(
        event.c.subject == Subject.CALL.value,
        event.c.subject_id.in_(keys),
        event.c.type == EventType.CALL_SOUND_CHANGED.value,
    )
    return list(conn.execute(query.order_by(event.c.id)))
