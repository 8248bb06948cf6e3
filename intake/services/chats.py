"""Take what a messenger delivers: contact, turn and deed in one transaction (decision 1).

An update is acknowledged after the commit. The same one again does nothing; what is told stays
open in the balance until it is handed in, taken back, or handed in for the citizen after a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from intake.domain import chat_words as words
from intake.domain.chat import Chat, Deed, DeedKind, Heard, Turn, hear
from intake.domain.contact import Outcome, Source
from intake.domain.errors import KeyReused
from intake.domain.message import Button, MessageChannel
from intake.domain.numbers import ticket_number
from intake.domain.submission import Arrival
from intake.services.accept import contact_row
from intake.services.chat_deeds import Reply, decide, do
from intake.services.chat_rows import Held, held_of, hold, keep, reports_of
from intake.services.door_health import note_arrival
from intake.services.grouped import Grouped
from intake.services.workroom import Workroom
from intake.store.tables import chat, contact
from intake.store.unit import Unit

SAY_TOPIC = "chat.say"
_MOST_A_MINUTE = 30
_MINUTE = timedelta(minutes=1)
_LEFT_ALONE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One delivery of a messenger. ``heard`` is None for what is recorded and not answered:
    ``outcome`` and ``remark`` then say why; ``said`` is told to its sender once if not empty."""

    channel: MessageChannel
    external_id: str
    received_at: datetime
    raw: bytes
    address: str = ""
    heard: Heard | None = None
    outcome: Outcome = Outcome.AUTOMATIC
    remark: str = ""
    said: str = ""


class ChatReception(Grouped[Update, bool]):
    """The front of ``take_updates`` for asyncio; one per event loop."""

    def __init__(self, room: Workroom) -> None:
        super().__init__(room, take_updates)


def take_updates(room: Workroom, updates: Sequence[Update]) -> list[bool | Exception]:
    """Take updates that arrived together, in order; True for those taken before.

    One whose number was used for other content is answered with KeyReused. Raises
    StoreUnavailable; then none was taken.
    """
    first: dict[str, Update] = {}
    for update in updates:
        first.setdefault(update.external_id, update)
    known: dict[str, str] = {}
    rest = list(first.values())
    while rest:
        try:
            room.database.write(partial(_take, room, updates=rest))
            break
        except IntegrityError:
            before = len(known)
            known = _known(room, list(first))
            if len(known) == before:
                raise
            rest = [update for name, update in first.items() if name not in known]
    seen = set(known)
    answers: list[bool | Exception] = []
    for update in updates:
        name = update.external_id
        if (known.get(name) or _hash(first[name])) != _hash(update):
            answers.append(KeyReused("这个更新编号已经用于另一份内容。"))
        else:
            answers.append(name in seen)
        seen.add(name)
    return answers


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of an update so far; ``number`` is empty while there is no report."""

    outcome: Outcome
    number: str
    received_at: datetime


def standing_of(room: Workroom, external_id: str) -> Standing:
    """How an update that was taken stands."""
    query = select(contact.c.outcome, contact.c.ticket_id, contact.c.received_at).where(
        contact.c.source == Source.BOT.value, contact.c.external_id == external_id
    )
    with room.database.read() as conn:
        row = conn.execute(query).one()
    number = ticket_number(row.ticket_id) if row.ticket_id else ""
    return Standing(Outcome(row.outcome), number, row.received_at)


def _known(room: Workroom, names: list[str]) -> dict[str, str]:
    query = select(contact.c.external_id, contact.c.raw_hash).where(
        contact.c.source == Source.BOT.value, contact.c.external_id.in_(names)
    )
    with room.database.read() as conn:
        return {row.external_id: row.raw_hash for row in conn.execute(query)}


def _take(room: Workroom, unit: Unit, *, updates: list[Update]) -> None:
    rows = [_contact(room, unit, update) for update in updates]
    statement = insert(contact).returning(contact.c.id, sort_by_parameter_order=True)
    keys: Sequence[int] = unit.conn.execute(statement, rows).scalars().all()
    for channel in {update.channel for update in updates}:
        note_arrival(unit, channel)
    held: dict[tuple[MessageChannel, str], Held] = {}
    for key, update in zip(keys, updates, strict=True):
        if update.heard is None and not update.said:
            continue
        name = (update.channel, update.address)
        if name not in held:
            held[name] = hold(room, unit, *name)
        if _turn(room, unit, held[name], update, key):
            del held[name]
    for one in held.values():
        keep(room, unit, one)


def _turn(room: Workroom, unit: Unit, held: Held, update: Update, key: int) -> bool:
    """One update; True when the conversation is forgotten with it."""
    if update.heard is None:
        _say(unit, held, update.said)
        return False
    if _too_fast(unit, held):
        decide(unit, (key,), Outcome.REFUSED, remark="flood")
        if held.heard == _MOST_A_MINUTE + 1:
            _say(unit, held, words.TOO_FAST)
        return False
    before = held.chat
    reports = [number for number, _ in reports_of(unit.conn, held.hash)]
    turn = hear(before, update.heard, reports)
    held.chat = _with_contact(before, turn, key)
    if turn.deed is None:
        if turn.chat.draft == before.draft:
            decide(unit, (key,), Outcome.AUTOMATIC)
        _say(unit, held, turn.say, turn.buttons)
        return False
    handing_in = turn.deed.kind in {DeedKind.SUBMIT, DeedKind.SUPPLEMENT}
    if not handing_in:
        decide(unit, (key,), Outcome.AUTOMATIC)
    if turn.deed.kind is DeedKind.FORGET:
        _say(unit, held, turn.say, address=held.address, room=room)
    reply = do(room, unit, held, turn.deed, key)
    if turn.deed.kind is DeedKind.FORGET:
        return True
    _say(unit, held, reply.text or turn.say, reply.buttons or turn.buttons)
    return False


def _with_contact(before: Chat, turn: Turn, key: int) -> Chat:
    """A message that went into the draft belongs to it until the draft is decided."""
    if turn.deed is not None or turn.chat.draft == before.draft:
        return turn.chat
    draft = replace(turn.chat.draft, contacts=(*turn.chat.draft.contacts, key))
    return replace(turn.chat, draft=draft)


def _too_fast(unit: Unit, held: Held) -> bool:
    if unit.now - held.minute >= _MINUTE:
        held.minute, held.heard = unit.now, 0
    held.heard += 1
    return held.heard > _MOST_A_MINUTE


def _say(
    unit: Unit,
    held: Held,
    text: str,
    buttons: tuple[Button, ...] = (),
    *,
    address: str = "",
    room: Workroom | None = None,
) -> None:
    """Plan an answer. A conversation about to be forgotten takes its address along, sealed."""
    if not text:
        return
    told: dict[str, Any] = {
        "chat": held.id,
        "channel": held.channel.value,
        "text": text,
        "buttons": [[button.label, button.data] for button in buttons],
    }
    if room is not None:
        told["address"] = room.cipher.seal(address, f"chat.say:{held.id}").hex()
    unit.enqueue(SAY_TOPIC, str(held.id), told)


def submit_left_alone(room: Workroom) -> None:
    """Hand in for the citizen what he told and left: nothing told is lost."""
    query = select(chat.c.id).where(
        chat.c.draft.is_not(None), chat.c.touched_at < room.clock() - _LEFT_ALONE
    )
    with room.database.read() as conn:
        left = conn.execute(query).scalars().all()
    for key in left:
        room.database.write(partial(_submit_one, room, key=key))


def _submit_one(room: Workroom, unit: Unit, *, key: int) -> None:
    row = unit.conn.execute(select(chat).where(chat.c.id == key).with_for_update()).first()
    if row is None or row.draft is None or row.touched_at >= room.clock() - _LEFT_ALONE:
        return
    held = held_of(room, row)
    draft = held.chat.draft
    held.chat = Chat()
    if draft.text.strip() and draft.contacts:
        reply: Reply = do(room, unit, held, Deed(DeedKind.SUBMIT, draft), None)
        _say(unit, held, reply.text or words.SUBMITTED_FOR_YOU)
    else:
        decide(unit, draft.contacts, Outcome.REFUSED, remark="no words")
        _say(unit, held, words.TEXT_NEEDED)
    keep(room, unit, held)


def _contact(room: Workroom, unit: Unit, update: Update) -> dict[str, Any]:
    arrival = Arrival(
        source=Source.BOT,
        external_id=update.external_id,
        received_at=update.received_at,
        raw=update.raw,
        raw_hash=_hash(update),
        media_type="application/json",
    )
    still = update.heard is not None
    outcome = Outcome.OPEN if still else update.outcome
    row = contact_row(room, unit, 0, arrival, outcome)
    return row | {
        "ticket_id": None,
        "outcome_at": None if still else unit.now,
        "remark": update.remark,
    }


def _hash(update: Update) -> str:
    return sha256(update.raw).hexdigest()
