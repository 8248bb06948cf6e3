"""What a citizen wrote, as a row of the conversation: it tells later where to answer."""

from typing import Any

from intake.domain.message import Direction, MessageChannel, MessageKind, MessageState, Origin
from intake.services.workroom import Workroom
from intake.store.unit import Unit


def address_context(dedupe_key: str) -> str:
    """What a sealed address of the message table is bound to."""
    return f"message.address:{dedupe_key}"


def received_row(
    room: Workroom, unit: Unit, ticket_id: int, origin: Origin, kind: MessageKind, text: str
) -> dict[str, Any]:
    """The row of something the citizen wrote; it tells later where to answer."""
    key = f"in:{origin.channel}:{ticket_id}:{origin.external_id or unit.now.timestamp()}"[:120]
    return {
        "ticket_id": ticket_id,
        "direction": Direction.IN.value,
        "channel": origin.channel.value,
        "kind": kind.value,
        "text": text,
        "buttons": [],
        "at": unit.now,
        "automatic": False,
        "dedupe_key": key,
        "address": room.cipher.seal(origin.address, address_context(key)),
        "address_hash": address_hash(room, origin.channel, origin.address),
        "state": MessageState.RECEIVED.value,
        "attempts": 0,
        "last_error": "",
        "external_id": origin.external_id[:255],
    }


def address_hash(room: Workroom, channel: MessageChannel, address: str) -> bytes:
    """What finds other messages of the same address without opening any."""
    if channel is MessageChannel.EMAIL and (found := room.lookup.email(address)):
        return found
    return room.lookup.digest(f"message.{channel}", address)
