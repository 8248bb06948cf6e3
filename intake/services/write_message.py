"""Put a message beside a ticket: what came in, what goes out, what stays in the house."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.domain.errors import Incomplete, Invalid
from intake.domain.events import EventType, Fact, Subject
from intake.domain.message import (
    Button,
    Direction,
    MessageChannel,
    MessageKind,
    MessageState,
)
from intake.domain.people import SYSTEM, Action, Actor
from intake.domain.ticket import Ticket
from intake.services.received_message import address_context, address_hash
from intake.services.return_address import return_address
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom
from intake.store.tables import message
from intake.store.unit import Unit

SEND_TOPIC = "message.send"
LONGEST_REPLY = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to write. ``dedupe_key`` is derived from its cause: the same cause writes once."""

    kind: MessageKind
    text: str
    dedupe_key: str
    actor: Actor = SYSTEM
    automatic: bool = True
    buttons: Sequence[Button] = field(default=())


def write_message(room: Workroom, unit: Unit, sheet: Ticket, draft: Draft) -> int | None:
    """Add a message to the citizen and plan its sending; None when its cause has written before.

    A report without any way to write to its reporter gets it on the report's own page.
    """
    way = return_address(room, unit.conn, sheet)
    shown = way.channel is MessageChannel.WEB
    key = draft.dedupe_key
    row: dict[str, Any] = {
        "ticket_id": sheet.id,
        "direction": Direction.OUT.value,
        "channel": way.channel.value,
        "kind": draft.kind.value,
        "text": draft.text,
        "buttons": [{"label": button.label, "data": button.data} for button in draft.buttons],
        "at": unit.now,
        "by_account": draft.actor.account_id,
        "automatic": draft.automatic,
        "dedupe_key": key,
        "address": None if shown else room.cipher.seal(way.address, address_context(key)),
        "address_hash": None if shown else address_hash(room, way.channel, way.address),
        "state": (MessageState.SHOWN if shown else MessageState.WAITING).value,
        "attempts": 0,
        "next_at": None if shown else unit.now,
        "sent_at": unit.now if shown else None,
        "last_error": "",
        "external_id": "",
    }
    written = _insert_once(unit, row)
    if written is None:
        return None
    _tell(unit, draft.actor, sheet, written, draft.kind, way.channel)
    if not shown:
        unit.enqueue(SEND_TOPIC, str(written), {"message": written})
    return written


def reply(room: Workroom, actor: Actor, number: str, text: str, submission_id: str) -> int:
    """An operator writes to the citizen, on his own channel; returns the message's id.

    ``submission_id`` comes from the page, so that a second press sends nothing twice.
    """
    return _by_hand(room, actor, number, text, submission_id, MessageKind.REPLY)


def note(room: Workroom, actor: Actor, number: str, text: str, submission_id: str) -> int:
    """A remark for colleagues: stays in the house, never sent."""
    return _by_hand(room, actor, number, text, submission_id, MessageKind.NOTE)


def _by_hand(
    room: Workroom, actor: Actor, number: str, text: str, submission_id: str, kind: MessageKind
) -> int:
    said = text.strip()
    if not said:
        raise Incomplete("请填写内容。", fields=["text"])
    if len(said) > LONGEST_REPLY:
        raise Invalid(f"内容不能超过{LONGEST_REPLY}字。", field="text")
    key = f"{kind.lower()}:{actor.account_id}:{submission_id}"

    def work(unit: Unit) -> int:
        actor.require(Action.WRITE_MESSAGE)
        sheet = find_ticket(unit.conn, number, lock=False)
        if kind is MessageKind.NOTE:
            written = _insert_once(unit, _note_row(unit, actor, sheet, said, key))
            if written is not None:
                _tell(unit, actor, sheet, written, kind, MessageChannel.WEB)
        else:
            draft = Draft(kind=kind, text=said, dedupe_key=key, actor=actor, automatic=False)
            written = write_message(room, unit, sheet, draft)
        if written is None:
            raise Invalid("这条消息已经提交过了。", field="submission_id")
        return written

    return room.database.write(work)


def _note_row(unit: Unit, actor: Actor, sheet: Ticket, said: str, key: str) -> dict[str, Any]:
    return {
        "ticket_id": sheet.id,
        "direction": Direction.NOTE.value,
        "channel": MessageChannel.WEB.value,
        "kind": MessageKind.NOTE.value,
        "text": said,
        "buttons": [],
        "at": unit.now,
        "by_account": actor.account_id,
        "automatic": False,
        "dedupe_key": key,
        "state": MessageState.KEPT.value,
        "attempts": 0,
        "last_error": "",
        "external_id": "",
    }


def _insert_once(unit: Unit, row: dict[str, Any]) -> int | None:
    insert_once = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    statement = (
        insert_once(message)
        .values(row)
        .on_conflict_do_nothing(index_elements=[message.c.dedupe_key])
        .returning(message.c.id)
    )
    key: int | None = unit.conn.execute(statement).scalar()
    return key


def _tell(
    unit: Unit, actor: Actor, sheet: Ticket, key: int, kind: MessageKind, channel: MessageChannel
) -> None:
    told = {"ticket": sheet.id, "kind": kind.value, "channel": channel.value}
    fact = Fact.of(
        actor,
        unit.now,
        Subject.MESSAGE,
        key,
        EventType.MESSAGE_WRITTEN,
        to_state=MessageState.WAITING.value,
        data=told,
    )
    unit.record(fact)
