"""Header fields as people meant them: encoded words joined and decoded, raw 8-bit bytes read.

An encoded word may hold half a character, with the other half in the next one (against RFC 2047
section 5, and common): words of one charset are joined as bytes before they are decoded.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses

from channels.email.charset import decode

LONGEST_FIELD = 16 * 1024
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_MOST_ADDRESSES = 50
_MOST_REFERENCES = 100


class Mended(Compat32):
    """The standard library's tolerant policy; raw bytes in a field are read instead of masked."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        del name
        return unescaped(value[:LONGEST_FIELD])


MENDED = Mended()


def unescaped(value: str) -> str:
    """A field with raw 8-bit bytes (kept as surrogates by the parser), read as text."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return decode(value.encode("ascii", "surrogateescape"))
    return value


def words(value: str) -> str:
    """A field's text for people: decoded, on one line, without control characters."""
    if "=?" in value:
        value = "".join(_decoded(value))
    return _BLANK.sub(" ", value).strip()


def _decoded(value: str) -> Iterator[str]:
    """Plain parts and decoded words; blanks between two words belong to neither (RFC 2047 §6.2)."""
    held, charset, position = b"", "", 0
    for found in _WORD.finditer(value):
        between = value[position : found.start()]
        name = found[1].partition("*")[0].lower()
        if held and (between.strip() or name != charset):
            yield decode(held, charset)
            held = b""
        if between.strip() or position == 0:
            yield between
        held, charset = held + _word_bytes(found[2], found[3]), name
        position = found.end()
    if held:
        yield decode(held, charset)
    yield value[position:]


def _word_bytes(kind: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if kind in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return raw


def field(message: Message, name: str) -> str:
    """One field's text, empty when it is absent."""
    return words(str(message.get(name, "")))


def addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """Display name and address of everybody in the named fields, as far as they can be read."""
    values = [str(value) for name in names for value in message.get_all(name, [])]
    found: list[tuple[str, str]] = []
    for shown, address in getaddresses(values[:_MOST_ADDRESSES]):
        if "@" in address and len(found) < _MOST_ADDRESSES:
            found.append((words(shown), "".join(words(address).split())))
    return found


def message_ids(message: Message, name: str) -> tuple[str, ...]:
    """The message ids of a field, in order."""
    return tuple(_MESSAGE_ID.findall(str(message.get(name, "")))[-_MOST_REFERENCES:])
