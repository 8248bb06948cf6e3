"""Where a mail waits while it is coming in: small ones in memory, large ones sealed on disk."""

import asyncio
import secrets

from channels.email.identity import MailIdentity
from intake.security.sealed_stream import PIECE_BYTES, SealedWriter
from intake.services.mail_reception import MAIL_FOLDER, file_context
from intake.services.workroom import Workroom


class Spool:
    """One mail. At most two pieces of 256 KB are in memory, whatever its size.

    ``discard`` unless the mail was handed over: once a row may name the file, nobody removes it
    but the sweep for strays, which asks the store first.
    """

    def __init__(self, room: Workroom) -> None:
        self._room = room
        self._buffer = bytearray()
        self._writer: SealedWriter | None = None
        self.identity = MailIdentity()
        self.file_key = ""
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Add what has come in; raises OSError when the disk cannot take it."""
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) > PIECE_BYTES:
            piece = bytes(self._buffer[:PIECE_BYTES])
            del self._buffer[:PIECE_BYTES]
            await asyncio.to_thread(self._write_piece, piece)

    async def finish(self) -> bytes:
        """The raw mail when it is small; empty when it is on disk. Raises OSError."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        writer = self._writer
        if writer is None:
            self.identity.update(rest)
            return rest
        self.identity.update(rest)
        await asyncio.to_thread(writer.close, rest)
        return b""

    def release(self) -> None:
        """From here on a row may name the file; ``discard`` leaves it alone."""
        self._writer = None

    async def discard(self) -> None:
        """Forget the mail, unless it was released."""
        self._buffer.clear()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.discard)

    def _write_piece(self, piece: bytes) -> None:
        if self._writer is None:
            self.file_key = f"{MAIL_FOLDER}/{secrets.token_hex(16)}"
            path = self._room.settings.uploads / self.file_key
            self._writer = SealedWriter(self._room.cipher, path, file_context(self.file_key))
        self.identity.update(piece)
        self._writer.write(piece)
