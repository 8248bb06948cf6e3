"""What a callback of an official account says, in the words of a conversation."""

from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from intake.domain.chat import LONGEST_TEXT, Heard, Media
from intake.domain.contact import Outcome
from intake.domain.message import MessageChannel
from intake.services.chats import Update

LARGEST_CALLBACK = 64 * 1024
_LONGEST_NAME = 64


class NotAMessage(ValueError):
    """The body is no callback: no XML, or nobody and nothing in it."""


def read_xml(raw: bytes) -> Element:
    """The root of a callback; raises NotAMessage also for entities and other tricks."""
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        raise NotAMessage from None
    return root


def text_of(root: Element, name: str) -> str:
    """A field's text without controls; empty when it is not there."""
    found = root.findtext(name) or ""
    return "".join(letter for letter in found if letter.isprintable() or letter == "\n").strip()


def read_message(raw: bytes, received_at: datetime) -> Update:
    """One callback in clear; raises NotAMessage when it is none, or has no sender or no number.

    A message is named by its MsgId; an event by sender, moment and kind, as the platform says for
    finding repeats.
    """
    root = read_xml(raw)
    sender = text_of(root, "FromUserName")[:_LONGEST_NAME]
    kind = text_of(root, "MsgType")
    number = text_of(root, "MsgId") or "-".join(
        (sender, text_of(root, "CreateTime"), text_of(root, "Event"))
    )
    if not sender or not kind:
        raise NotAMessage
    heard = _heard(root, kind, number)
    return Update(
        channel=MessageChannel.WECHAT,
        external_id=f"wechat:{number}"[:120],
        received_at=received_at,
        raw=raw,
        address=sender,
        heard=heard,
        outcome=Outcome.AUTOMATIC,
        remark="" if heard else f"{kind} is not taken"[:60],
    )


def _heard(root: Element, kind: str, number: str) -> Heard | None:
    match kind:
        case "text":
            pressed = text_of(root, "bizmsgmenuid")[:64]
            text = text_of(root, "Content")[: LONGEST_TEXT + 1]
            if text.startswith("/"):
                return Heard(message=number, command=text[1:].split(maxsplit=1)[0][:32] or "help")
            return Heard(message=number, text=text, pressed=pressed)
        case "image":
            return Heard(message=number, media=(Media("photo", text_of(root, "MediaId")),))
        case "voice":
            return Heard(
                message=number,
                media=(Media("voice", text_of(root, "MediaId")),),
                text=text_of(root, "Recognition")[:LONGEST_TEXT],
            )
        case "location":
            position = _position(root)
            return Heard(message=number, position=position, text=text_of(root, "Label"))
        case "event" if text_of(root, "Event").lower() == "subscribe":
            return Heard(message=number, command="start")
        case _:
            return None


def _position(root: Element) -> tuple[float, float] | None:
    """Longitude and latitude in GCJ-02; the platform calls latitude X."""
    try:
        lon, lat = float(text_of(root, "Location_Y")), float(text_of(root, "Location_X"))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None
