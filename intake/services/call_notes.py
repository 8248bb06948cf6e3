"""Notes typed during a call: kept keystroke by keystroke, whatever happens to call or page.

A note belongs to the call, not to the connection: it can be written before the answer, after the
end, and after the PBX is gone. It is offered again until a ticket or a decision has come of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from intake.domain.call import Direction
from intake.domain.contact import Outcome
from intake.domain.errors import NotAllowed, StaleVersion
from intake.domain.people import Action, Actor
from intake.services.call_list import CallLine, find_call, lines_of
from intake.services.screen_pop import Note
from intake.services.workroom import Workroom
from intake.store.tables import call, call_note, contact
from intake.store.unit import Unit

_MOST = 50
_LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class OpenNote:
    """A call nobody has made anything of yet, with what was typed; version 0 without a note."""

    call: CallLine
    text: str
    version: int
    updated_at: datetime | None


def save_note(room: Workroom, actor: Actor, key: int, text: str, version: int) -> Note:
    """Store the note; ``version`` is the one last seen, 0 for the first.

    Raises StaleVersion with the stored text when another window was faster: both texts are kept,
    one here and one at the caller's. Raises NotAllowed for a colleague's call.
    """
    actor.require(Action.CALL)

    def work(unit: Unit) -> Note:
        line = find_call(unit.conn, key)
        stored = unit.conn.execute(
            select(call_note).where(call_note.c.call_id == key).with_for_update()
        ).first()
        owner = stored.account_id if stored else line.account_id
        leader = actor.may(Action.SUPERVISE_CALLS)
        if owner not in (None, actor.account_id) and not leader:
            raise NotAllowed("这是同事的通话，只能由接听人记录。")
        if stored is None:
            if version != 0:
                raise _stale("", 0)
            unit.conn.execute(insert(call_note).values(_row(unit, actor, key, text)))
            return Note(text, 1, unit.now)
        if stored.text == text:
            return Note(stored.text, stored.version, stored.updated_at)
        if stored.version != version:
            raise _stale(stored.text, stored.version)
        unit.conn.execute(
            update(call_note)
            .where(call_note.c.call_id == key)
            .values(text=text, version=version + 1, updated_at=unit.now)
        )
        return Note(text, version + 1, unit.now)

    try:
        return room.database.write(work)
    except IntegrityError:
        # Two windows wrote the first version at the same time.
        with room.database.read() as conn:
            stored = conn.execute(select(call_note).where(call_note.c.call_id == key)).one()
        raise _stale(stored.text, stored.version) from None


def open_notes(room: Workroom, actor: Actor) -> Sequence[OpenNote]:
    """One's own notes and answered calls without ticket and decision, newest first.

    Every caller who was answered stays on this list until the contact has its outcome, so that
    the day's balance closes. Two statements.
    """
    actor.require(Action.CALL)
    me = actor.account_id or 0
    noted = (call_note.c.account_id == me) & (call_note.c.text != "")
    answered = (
        (call.c.account_id == me)
        & (call.c.direction == Direction.IN.value)
        & call.c.answered_at.is_not(None)
        & call.c.ended_at.is_not(None)
    )
    undecided = contact.c.id.is_(None) | (contact.c.outcome == Outcome.OPEN.value)
    query = (
        select(call.c.id, call_note.c.text, call_note.c.version, call_note.c.updated_at)
        .select_from(
            call.outerjoin(call_note, call_note.c.call_id == call.c.id).outerjoin(
                contact, contact.c.id == call.c.contact_id
            )
        )
        .where(
            call.c.started_at > room.clock() - _LOOK_BACK,
            noted | answered,
            call.c.ticket_id.is_(None),
            undecided,
        )
        .order_by(call.c.id.desc())
        .limit(_MOST)
    )
    with room.database.read() as conn:
        rows = conn.execute(query).all()
        lines = lines_of(conn, [row.id for row in rows])
    return [
        OpenNote(lines[row.id], row.text or "", row.version or 0, row.updated_at) for row in rows
    ]


def _row(unit: Unit, actor: Actor, key: int, text: str) -> dict[str, object]:
    return {
        "call_id": key,
        "account_id": actor.account_id or 0,
        "text": text,
        "version": 1,
        "updated_at": unit.now,
    }


def _stale(text: str, version: int) -> StaleVersion:
    return StaleVersion(
        "这份记录已在另一个窗口修改过，请核对两处内容后再保存。", text=text, version=version
    )
