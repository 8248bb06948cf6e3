"""What an update of the Bot API says, in the words of a conversation.

Only private chats are heard. Whatever cannot be read is recorded as unreadable, never refused: an
update that is not acknowledged would come again for ever.
"""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Message
from telegram import Update as BotUpdate

from intake.domain import chat_words as words
from intake.domain.chat import LONGEST_TEXT, Heard, Media
from intake.domain.contact import Outcome
from intake.domain.message import MessageChannel
from intake.services.chats import Update

LARGEST_UPDATE = 256 * 1024


class NotAnUpdate(ValueError):
    """The payload has no update number: it cannot be an update of the Bot API."""


def read_update(raw: bytes, received_at: datetime) -> Update:
    """One update, byte for byte as it came; raises NotAnUpdate.

    ``raw`` is at most LARGEST_UPDATE bytes of JSON. Its number is the external id.
    """
    try:
        told = _whole(json.loads(raw))
        number = told["update_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAnUpdate from None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**63:
        raise NotAnUpdate
    update = Update(
        channel=MessageChannel.TELEGRAM,
        external_id=f"telegram:{number}",
        received_at=received_at,
        raw=raw,
    )
    try:
        return _understood(update, told)
    except Exception:
        # The library trusts its server; strangers' JSON may break it in any way.
        return replace(update, outcome=Outcome.UNREADABLE, remark="unreadable update")


def _whole(told: Any) -> Any:
    """Without half characters, which JSON may escape and no store can keep."""
    return json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def _understood(update: Update, told: dict[str, Any]) -> Update:
    said = BotUpdate.de_json(told, None)
    if said.callback_query is not None:
        return _pressed(update, said.callback_query)
    message = said.message or said.edited_message
    if message is None:
        return replace(update, remark="not a message")
    address = str(message.chat.id)
    if message.chat.type != "private":
        # Asked once in the group itself; channels and edits are passed over.
        asked = words.GROUPS if said.message and message.chat.type == "group" else ""
        return replace(
            update, address=address, outcome=Outcome.REFUSED, remark="group chat", said=asked
        )
    heard = _heard(message, edited=said.edited_message is not None)
    return replace(update, address=address, heard=heard)


def _pressed(update: Update, query: CallbackQuery) -> Update:
    if query.message is None or query.message.chat.type != "private":
        return replace(update, remark="not a private chat")
    pressed = _printable(str(query.data or ""))[:64] or "nothing"
    heard = Heard(message=str(query.id), pressed=pressed)
    return replace(update, address=str(query.message.chat.id), heard=heard)


def _heard(message: Message, *, edited: bool) -> Heard:
    text = _printable(message.text or message.caption or "")
    command = ""
    if text.startswith("/") and not message.caption:
        command = text[1:].split(maxsplit=1)[0].split("@")[0].lower()[:32] or "help"
        text = ""
    if message.venue is not None:
        text = text or f"{message.venue.title} {message.venue.address}"
    return Heard(
        message=str(message.message_id),
        text=text[: LONGEST_TEXT + 1],
        command=command,
        media=_media(message),
        position=_position(message),
        album=str(message.media_group_id or ""),
        edited=edited,
    )


def _media(message: Message) -> tuple[Media, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (Media("photo", largest.file_id),)
    if message.voice is not None:
        return (Media("voice", message.voice.file_id),)
    document = message.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        return (Media("photo", document.file_id),)
    return ()


def _position(message: Message) -> tuple[float, float] | None:
    place = message.location or (message.venue.location if message.venue else None)
    if place is None:
        return None
    lon, lat = float(place.longitude), float(place.latitude)
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _printable(text: str) -> str:
    """Without half characters and controls, which cannot be stored."""
    sound = text.encode("utf-8", "ignore").decode("utf-8")
    return "".join(letter for letter in sound if letter.isprintable() or letter == "\n")
