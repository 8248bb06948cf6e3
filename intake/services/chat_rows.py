"""Conversations in the store: who it is, where it stands, which reports are his."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intake.domain.chat import Chat, ChatState, Draft, Media
from intake.domain.message import Button, Direction, MessageChannel
from intake.domain.numbers import ticket_number
from intake.domain.ticket_steps import TicketState
from intake.services.received_message import address_hash
from intake.services.workroom import Workroom
from intake.store.tables import chat, message, ticket
from intake.store.unit import Unit

_SHOWN = 5
_TERMINAL = [state.value for state in TicketState if state.terminal]


@dataclass(slots=True)
class Held:
    """One conversation while a transaction works on it."""

    id: int
    channel: MessageChannel
    address: str
    hash: bytes
    chat: Chat
    minute: datetime
    heard: int


def hold(room: Workroom, unit: Unit, channel: MessageChannel, address: str) -> Held:
    """The conversation with this address, locked; begun when it is the first time."""
    digest = address_hash(room, channel, address)
    query = select(chat).where(chat.c.channel == channel.value, chat.c.address_hash == digest)
    row = unit.conn.execute(query.with_for_update()).first()
    if row is None:
        key = unit.conn.execute(
            insert(chat)
            .values(
                channel=channel.value,
                address_hash=digest,
                address=room.cipher.seal(address, _address_context(channel, digest)),
                state=ChatState.IDLE.value,
                touched_at=unit.now,
                minute=unit.now,
                heard=0,
            )
            .returning(chat.c.id)
        ).scalar_one()
        return Held(key, channel, address, digest, Chat(), unit.now, 0)
    return held_of(room, row)


def held_of(room: Workroom, row: Any) -> Held:
    """A row of the table, opened."""
    channel = MessageChannel(row.channel)
    address = room.cipher.open_text(row.address, _address_context(channel, row.address_hash))
    state = _opened(room, channel, row)
    return Held(row.id, channel, address, row.address_hash, state, row.minute, row.heard)


def keep(room: Workroom, unit: Unit, held: Held) -> None:
    """Write the conversation back; the draft is sealed."""
    idle = held.chat == Chat()
    sealed = None
    if not idle:
        told = json.dumps(asdict(held.chat), ensure_ascii=False)
        sealed = room.cipher.seal(told, _draft_context(held.channel, held.hash))
    unit.conn.execute(
        update(chat)
        .where(chat.c.id == held.id)
        .values(
            state=held.chat.state.value,
            draft=sealed,
            touched_at=unit.now,
            minute=held.minute,
            heard=held.heard,
        )
    )


def reports_of(
    conn: Connection, digest: bytes, *, still_open: bool = True
) -> list[tuple[str, TicketState]]:
    """This citizen's newest reports through this messenger: number and state."""
    query = (
        select(ticket.c.id, ticket.c.state)
        .where(
            ticket.c.id.in_(
                select(message.c.ticket_id).where(
                    message.c.address_hash == digest, message.c.direction == Direction.IN.value
                )
            )
        )
        .order_by(ticket.c.id.desc())
        .limit(_SHOWN)
    )
    if still_open:
        query = query.where(ticket.c.state.not_in(_TERMINAL))
    return [(ticket_number(row.id), TicketState(row.state)) for row in conn.execute(query)]


def _opened(room: Workroom, channel: MessageChannel, row: Any) -> Chat:
    if row.draft is None:
        return Chat()
    told = json.loads(room.cipher.open(row.draft, _draft_context(channel, row.address_hash)))
    draft = told["draft"]
    return Chat(
        state=ChatState(told["state"]),
        draft=Draft(
            texts=tuple((one[0], one[1]) for one in draft["texts"]),
            media=tuple(Media(one["kind"], one["ref"]) for one in draft["media"]),
            position=None if draft["position"] is None else tuple(draft["position"]),
            contacts=tuple(draft["contacts"]),
        ),
        offered=tuple(Button(one["label"], one["data"]) for one in told["offered"]),
        album=told["album"],
    )


def _address_context(channel: MessageChannel, digest: bytes) -> str:
    return f"chat.address:{channel}:{digest.hex()}"


def _draft_context(channel: MessageChannel, digest: bytes) -> str:
    return f"chat.draft:{channel}:{digest.hex()}"
