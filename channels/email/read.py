"""Read a raw mail: every mailer's habits in, one Letter out.

Pure: no store, no network. What cannot be understood raises Unreadable with a Chinese reason; a
mail that is only untidy is read as far as it goes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from channels.email import calendar, tnef
from channels.email.charset import decode
from channels.email.files import Limits, sorted_out, within
from channels.email.header import MENDED, addresses, message_ids, words
from channels.email.header import field as header_field
from channels.email.identity import split_header
from channels.email.letter import Attached, Letter, Unreadable
from channels.email.markup import text_of
from channels.email.quotes import visible
from channels.email.report import bounce_of

LARGEST_HEADER = 256 * 1024
MOST_PARTS = 300
DEEPEST = 60
LONGEST_TEXT = 200_000
LONGEST_PART = 1_000_000
MOST_FIELDS = 300
_PARSER = BytesParser(policy=MENDED)


@dataclass(slots=True)
class _Found:
    """What the walk over the parts has gathered."""

    plain: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    parts: int = 0


def read(raw: bytes, limits: Limits | None = None) -> Letter:
    """The letter in a raw mail; raises Unreadable."""
    header, _ = split_header(raw)
    if len(header) > LARGEST_HEADER:
        raise Unreadable("信头太大，无法读取")
    try:
        message = _PARSER.parsebytes(raw)
        found = _Found()
        _walk(message, found, 0)
        return _letter(message, found, limits or Limits())
    except RecursionError:
        raise Unreadable("邮件嵌套层数太多，无法读取") from None
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"邮件结构损坏，无法读取（{type(error).__name__}）") from None


def _letter(message: Message, found: _Found, limits: Limits) -> Letter:
    markup = "\n".join(found.markup)
    plain = "\n".join(found.plain).strip()
    text = "\n\n".join(part for part in (plain or text_of(markup), *found.extra) if part)
    text = text[:LONGEST_TEXT]
    senders = addresses(message, "from") or addresses(message, "sender", "return-path")
    name, sender = senders[0] if senders else ("", "")
    own_ids = message_ids(message, "message-id")
    return Letter(
        message_id=own_ids[0] if own_ids else "",
        answers=tuple(
            dict.fromkeys(message_ids(message, "in-reply-to") + message_ids(message, "references"))
        ),
        subject=header_field(message, "subject")[:500],
        sender=sender[:320],
        sender_name=name[:200],
        recipients=tuple(address for _, address in addresses(message, "to", "cc", "delivered-to")),
        date=header_field(message, "date")[:100],
        text=text,
        visible=visible(text),
        markup=markup,
        attached=within(found.attached, limits),
        bounce=bounce_of(message, text),
        fields=_fields(message),
    )


def _fields(message: Message) -> dict[str, str]:
    """The first value of every field by its lower-case name, for the rules."""
    found: dict[str, str] = {}
    for name, value in message.items()[:MOST_FIELDS]:
        found.setdefault(name.lower(), words(str(value)[:2_000]))
    return found


def _walk(part: Message, found: _Found, depth: int) -> None:
    """Take what a part holds; parts beyond the bounds are left in the original mail."""
    found.parts += 1
    if found.parts > MOST_PARTS or depth > DEEPEST:
        return
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        _alternative(part, found, depth)
    elif part.is_multipart():
        for inner in _inner(part):
            _walk_inner(part, inner, found, depth)
    else:
        _leaf(part, kind, found)


def _inner(part: Message) -> Iterator[Message]:
    for inner in part.get_payload():
        if isinstance(inner, Message):
            yield inner


def _walk_inner(part: Message, inner: Message, found: _Found, depth: int) -> None:
    if part.get_content_type() != "message/rfc822":
        _walk(inner, found, depth + 1)
        return
    # A forwarded mail: its words and files count, told apart from the sender's own.
    nested = _Found(parts=found.parts)
    _walk(inner, nested, depth + 1)
    found.parts = nested.parts
    text = "\n".join(nested.plain).strip() or text_of("\n".join(nested.markup))
    title = header_field(inner, "subject")
    told = "\n".join(line for line in (title, text) if line)
    if told:
        found.extra.append(f"【转发的邮件】\n{told}")
    found.attached += nested.attached


def _alternative(part: Message, found: _Found, depth: int) -> None:
    """The same words in several forms (RFC 2046 section 5.1.4): the plain one, if it says any."""
    forms = _Found(parts=found.parts)
    for inner in _inner(part):
        _walk(inner, forms, depth + 1)
    found.parts = forms.parts
    found.attached += forms.attached
    found.extra += forms.extra
    found.markup += forms.markup
    if any(text.strip() for text in forms.plain):
        found.plain += forms.plain
    elif forms.markup:
        found.plain.append(text_of("\n".join(forms.markup)))


def _leaf(part: Message, kind: str, found: _Found) -> None:
    content = part.get_payload(decode=True)
    data = content if isinstance(content, bytes) else b""
    given = words(part.get_filename() or "")
    disposition = str(part.get("content-disposition", "")).lower().lstrip()
    attached = disposition.startswith("attachment")
    inline = disposition.startswith("inline") or "content-id" in part
    if kind == "text/calendar":
        found.extra.append(calendar.told(decode(data, part.get_content_charset())))
    elif kind == "application/ms-tnef" or given.lower() == "winmail.dat":
        _tnef(data, found)
    elif kind in ("text/plain", "text/html") and not attached and not given:
        text = decode(data[:LONGEST_PART], part.get_content_charset())
        (found.plain if kind == "text/plain" else found.markup).append(text)
    elif kind.startswith(("text/rfc822-headers", "message/delivery-status")):
        return
    else:
        _attach(given, data, inline, found)


def _attach(given: str, data: bytes, inline: bool, found: _Found) -> None:
    one = sorted_out(given, data, len(found.attached) + 1, inline=inline)
    if one is not None:
        found.attached.append(one)


def _tnef(data: bytes, found: _Found) -> None:
    """Outlook's own wrapping (winmail.dat): its text and files as if they had come plainly."""
    unwrapped = tnef.unwrap(data)
    if unwrapped.text:
        found.plain.append(unwrapped.text)
    if unwrapped.markup:
        found.markup.append(unwrapped.markup)
    for name, content in unwrapped.files:
        _attach(name, content, False, found)
