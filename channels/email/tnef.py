"""Unwrap winmail.dat with tnefparse; whatever is wrong with it, the mail itself is still read."""

from dataclasses import dataclass

from tnefparse import TNEF

from channels.email.charset import decode

LARGEST = 30_000_000
_MOST_FILES = 50


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """Text, HTML and files (name, content) of a wrapped mail."""

    text: str = ""
    markup: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def unwrap(data: bytes) -> Unwrapped:
    """What is inside; nothing when it cannot be told. Compressed RTF is left alone."""
    if not 0 < len(data) <= LARGEST:
        return Unwrapped()
    try:
        inside = TNEF(data)
        files = tuple(
            (str(one.long_filename() or one.name or ""), bytes(one.data or b""))
            for one in inside.attachments[:_MOST_FILES]
        )
        return Unwrapped(_text(inside.body), _text(inside.htmlbody), files)
    except Exception:  # The parser raises whatever a broken file leads it to.
        return Unwrapped()


def _text(body: str | bytes | list[bytes] | None) -> str:
    if isinstance(body, list):
        body = b"".join(part for part in body if isinstance(part, bytes))
    if isinstance(body, bytes):
        return decode(body)
    return body or ""
