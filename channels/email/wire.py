"""The bytes of a mail on the wire: dot-stuffed to CRLF.CRLF, or in chunks of a given size.

Only CRLF.CRLF ends a mail (RFC 5321 section 4.1.1.4). A bare LF or CR before a dot is part of the
text, so that a mail smuggled inside another stays inside it.
"""

import asyncio
from collections.abc import AsyncIterator

END = b"\r\n.\r\n"
_STUFFED, _PLAIN = b"\r\n.", b"\r\n"
_PIECE = 64 * 1024


async def stuffed_mail(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """The mail after DATA in pieces, dots removed (RFC 5321 section 4.5.2), read to its end.

    Raises IncompleteReadError when the sender hangs up.
    """
    # A line's end that was never sent stands before the first line: the end of an empty mail, and
    # a dot that begins it, then look like any other.
    text = await _beginning(reader)
    ended, first = text.endswith(END), True
    while True:
        kept = b""
        if ended:
            text = text[: -len(END) + len(_PLAIN)]
        else:
            kept = _half_end(text)
            text = text[: len(text) - len(kept)]
        yield text.replace(_STUFFED, _PLAIN)[len(_PLAIN) if first else 0 :]
        if ended:
            return
        first = False
        piece = await _piece(reader)
        ended = piece.endswith(END)
        text = kept + piece


async def sized_mail(reader: asyncio.StreamReader, size: int) -> AsyncIterator[bytes]:
    """A chunk of ``size`` bytes after BDAT in pieces (RFC 3030)."""
    while size:
        piece = await reader.read(min(size, _PIECE))
        if not piece:
            raise asyncio.IncompleteReadError(b"", size)
        size -= len(piece)
        yield piece


async def _beginning(reader: asyncio.StreamReader) -> bytes:
    """Bytes up to where no part of them can be part of the end any more, or to the end."""
    text = _PLAIN
    while True:
        text += await reader.readexactly(1)
        if text.endswith(END) or not any(text.endswith(END[:n]) for n in range(1, len(END))):
            return text


async def _piece(reader: asyncio.StreamReader) -> bytes:
    """The next piece: with the end, when it ends with it, or one that holds nothing of it."""
    try:
        return await reader.readuntil(END)
    except asyncio.LimitOverrunError as more:
        return await reader.readexactly(more.consumed)


def _half_end(text: bytes) -> bytes:
    """The part of a line's end with which ``text`` ends: a dot may follow it."""
    if text.endswith(_PLAIN):
        return _PLAIN
    return b"\r" if text.endswith(b"\r") else b""
