"""Large contents sealed as they come in, so that neither side holds them in memory.

A file is a row of frames: length (4 bytes, big-endian) | sealed piece. Each piece is bound to the
file's context, to its place, and to being the last or not: frames cannot be swapped, repeated or
cut off without notice.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from intake.security.cipher import OVERHEAD_BYTES, CipherError, FieldCipher

PIECE_BYTES = 256 * 1024
_LENGTH_BYTES = 4
_FRAME_BYTES = _LENGTH_BYTES + OVERHEAD_BYTES + PIECE_BYTES


class SealedWriter:
    """Writes one file; ``close`` returns after it is on disk (fsync of file and folder)."""

    def __init__(self, cipher: FieldCipher, path: Path, context: str) -> None:
        """Create ``path``, readable by the service alone; raises FileExistsError and OSError."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._stream: BinaryIO = os.fdopen(handle, "wb", buffering=0)
        self._cipher = cipher
        self._path = path
        self._context = context
        self._piece = 0

    def write(self, piece: bytes) -> None:
        """Add one piece; the caller chooses their size, PIECE_BYTES is a good one."""
        self._frame(piece, last=False)

    def close(self, piece: bytes = b"") -> None:
        """Add the last piece and bring everything to the disk; raises OSError."""
        try:
            self._frame(piece, last=True)
            os.fsync(self._stream.fileno())
        finally:
            self._stream.close()
        handle = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def discard(self) -> None:
        """Remove the file; for a sender who hung up or was refused."""
        self._stream.close()
        self._path.unlink(missing_ok=True)

    def _frame(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.seal(piece, _place(self._context, self._piece, last))
        self._piece += 1
        _write_all(self._stream, len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)


def read_sealed(cipher: FieldCipher, path: Path, context: str) -> Iterator[bytes]:
    """The pieces in order; raises CipherError when the file was altered or cut, and OSError."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        for place in range(size):
            length = int.from_bytes(stream.read(_LENGTH_BYTES), "big")
            if not OVERHEAD_BYTES <= length <= size:
                raise CipherError("A sealed file is cut off or damaged; restore it from a backup.")
            last = stream.tell() + length >= size
            yield cipher.open(stream.read(length), _place(context, place, last))
            if last:
                return


def _place(context: str, piece: int, last: bool) -> str:
    return f"{context}:{piece}:{'last' if last else 'more'}"


def _write_all(stream: BinaryIO, data: bytes) -> None:
    """An unbuffered stream may take less than it was given, for example on a disk almost full."""
    view = memoryview(data)
    while view:
        view = view[stream.write(view) or 0 :]


def plain_size(path: Path) -> int:
    """Bytes of content of a file whose pieces, but the last, are PIECE_BYTES long."""
    return _frames(path.stat().st_size)[1]


def read_sealed_part(
    cipher: FieldCipher, path: Path, context: str, start: int, end: int
) -> Iterator[bytes]:
    """The content from ``start`` up to, not including, ``end``, without opening what is before.

    For files whose pieces, but the last, are PIECE_BYTES long. Raises CipherError and OSError.
    """
    with path.open("rb") as stream:
        frames, size = _frames(path.stat().st_size)
        for place in range(start // PIECE_BYTES, -(-min(end, size) // PIECE_BYTES)):
            stream.seek(place * _FRAME_BYTES + _LENGTH_BYTES)
            sealed = stream.read(OVERHEAD_BYTES + PIECE_BYTES)
            piece = cipher.open(sealed, _place(context, place, place == frames - 1))
            offset = place * PIECE_BYTES
            yield piece[max(0, start - offset) : end - offset]


def _frames(sealed: int) -> tuple[int, int]:
    """How many frames a file of this size holds, and how many bytes of content."""
    frames = -(-sealed // _FRAME_BYTES)
    return frames, max(0, sealed - frames * (_LENGTH_BYTES + OVERHEAD_BYTES))
