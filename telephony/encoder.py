"""The one way words get onto the AMI wire: headers in, bytes out, or a refusal.

Asterisk ends a line at a bare LF as well as at CR LF, and a message at the blank line that
follows: a value with a line end in it would be a second action. Lines of more than about a
kilobyte are answered without an ActionID, so nobody would ever learn what became of them.
"""

from collections.abc import Mapping, Sequence

MOST_LINE_BYTES = 1_000
MOST_HEADERS = 100

Value = str | int | Sequence[str]


class Unsendable(ValueError):
    """A header that must not reach the PBX; the message names it and never quotes the value."""


def checked(headers: Mapping[str, Value]) -> list[tuple[str, str]]:
    """The headers one by one, repeated ones spread out.

    Raises Unsendable for CR, LF, NUL, text without a UTF-8 form, a header that is no word, lines
    over MOST_LINE_BYTES and more than MOST_HEADERS headers.
    """
    lines = [
        (name, text)
        for name, value in headers.items()
        for text in ([str(value)] if isinstance(value, str | int) else value)
    ]
    if len(lines) > MOST_HEADERS:
        raise Unsendable(f"{len(lines)} headers; the PBX takes at most {MOST_HEADERS}")
    for name, text in lines:
        _require_sendable(name, text)
    return lines


def encoded(headers: Mapping[str, Value]) -> bytes:
    """One complete action for the wire; raises Unsendable."""
    lines = [f"{name}: {text}\r\n" for name, text in checked(headers)]
    return "".join([*lines, "\r\n"]).encode()


def _require_sendable(name: str, text: str) -> None:
    if not (name.isascii() and name.isalnum()):
        raise Unsendable("a header's name must be one plain word")
    if any(char in text for char in "\r\n\0"):
        raise Unsendable(f"{name}: a line end or NUL in a value; take it out before sending")
    try:
        size = len(name) + 2 + len(text.encode())
    except UnicodeEncodeError:
        raise Unsendable(f"{name}: the value has no UTF-8 form") from None
    if size > MOST_LINE_BYTES:
        raise Unsendable(f"{name}: {size} bytes on one line; the limit is {MOST_LINE_BYTES}")
