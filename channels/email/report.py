"""Delivery reports (RFC 3464) and the plain-text ones of older servers: which mail came back?"""

import re
from email.message import Message

from channels.email.header import message_ids, words
from channels.email.letter import Bounce

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_SENDERS = ("mailer-daemon@", "postmaster@", "mail-daemon@", "mailerdaemon@")
_MOST_PARTS = 20


def bounce_of(message: Message, text: str) -> Bounce | None:
    """What a report says, or None when the mail is none."""
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        return _from_report(message) if kind in ("delivery-status", "") else None
    sender = words(str(message.get("from", ""))).lower()
    empty = words(str(message.get("return-path", ""))).strip() == "<>"
    if "x-failed-recipients" in message or (empty and any(name in sender for name in _SENDERS)):
        status = _STATUS.search(text[:20_000])
        ids = tuple(_MESSAGE_ID.findall(text[:200_000]))
        return Bounce(status[1] if status else "5.0.0", ids + _referred(message))
    return None


def _from_report(message: Message) -> Bounce:
    status, ids = "", _referred(message)
    for count, part in enumerate(message.walk()):
        if count > _MOST_PARTS:
            break
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            found = _STATUS.search(_fields(part))
            status = status or (found[1] if found else "")
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            told = payload.decode("latin-1") if isinstance(payload, bytes) else ""
            ids += tuple(_MESSAGE_ID.findall(told[:100_000]))
        elif part is not message and "message-id" in part:
            ids += message_ids(part, "message-id")
    return Bounce(status or "5.0.0", tuple(dict.fromkeys(ids)))


def _fields(part: Message) -> str:
    """The per-recipient fields; the parser makes each block a message of its own."""
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return str(blocks)[:10_000]
    return "\n".join(
        str(block.get("status", "")) for block in blocks[:50] if isinstance(block, Message)
    )


def _referred(message: Message) -> tuple[str, ...]:
    return message_ids(message, "in-reply-to") + message_ids(message, "references")
