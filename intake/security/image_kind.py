"""What kind of image a file really is, told by its first bytes and never by its name."""

import enum
import mmap
import re
from pathlib import Path

HEAD_BYTES = 32

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
# A marker inside compressed data: 0xFF not followed by a stuffed zero, a restart or more filling.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


class ImageKind(enum.Enum):
    """The kinds taken in; the value is the decoder's name for it."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIC = "HEIF"


def kind_of(head: bytes) -> ImageKind | None:
    """The kind told by the first HEAD_BYTES of a file, None if it is not one we take."""
    if head.startswith(b"\xff\xd8\xff"):
        return ImageKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageKind.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return ImageKind.WEBP
    if head[4:8] == b"ftyp":
        # Major brand, then compatible ones (ISO/IEC 14496-12 clause 4.3); AVIF claims mif1 too.
        brands = {head[8:12], head[16:20], head[20:24], head[24:28]}
        if brands & _HEIC_BRANDS and not brands & _AVIF_BRANDS:
            return ImageKind.HEIC
    return None


def jpeg_scans(path: Path, at_most: int) -> int:
    """Number of scans of a JPEG (ITU-T T.81 B.1.1), counted no further than ``at_most + 1``.

    A small file can ask the decoder to go over a large picture thousands of times.
    """
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position, scans = 2, 0
        while scans <= at_most:
            found = _NEXT_MARKER.search(data, position)
            if found is None:
                return scans
            marker, position = data[found.start() + 1], found.end()
            if marker == _END_OF_IMAGE:
                return scans
            if marker == _START_OF_SCAN:
                scans += 1
            if marker not in _WITHOUT_LENGTH:
                position += int.from_bytes(data[position : position + 2], "big")
    return scans
