"""Photos made on the spot for the upload tests, harmless and hostile."""

import io
import struct
import zlib
from pathlib import Path

from PIL import ExifTags, Image

RED, BLUE = (200, 30, 30), (30, 30, 200)
PAYLOAD = b"<html><script>alert(1)</script></html>"


def two_halves(width: int = 640, height: int = 480) -> Image.Image:
    """Left red, right blue: shows whether a picture was turned."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def phone_exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: place, time with offset, orientation, maker."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "示范手机"
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    detail[ExifTags.Base.DateTimeOriginal] = "2026:11:22 08:30:00"
    detail[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N"
    gps[ExifTags.GPS.GPSLatitude] = (30.0, 15.0, 36.0)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E"
    gps[ExifTags.GPS.GPSLongitude] = (120.0, 9.0, 0.0)
    return exif


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as bytes of one kind."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def phone_jpeg(orientation: int = 1) -> bytes:
    """A JPEG as it comes from a phone, with a comment on top."""
    exif = phone_exif(orientation)
    return encoded(two_halves(), "JPEG", exif=exif, comment=b"hidden comment")


def bomb_png(width: int, height: int) -> bytes:
    """A few hundred bytes that claim (and would unpack to) width x height grey pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(width + 1)) for _ in range(min(height, 2000)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows + packer.flush())
        + chunk(b"IEND", b"")
    )


def many_scans_jpeg(scans: int) -> bytes:
    """A progressive JPEG whose last scan is repeated, so that decoding takes for ever."""
    plain = encoded(two_halves(), "JPEG", progressive=True)
    last = plain.rindex(b"\xff\xda")
    return plain[:last] + plain[last:-2] * scans + plain[-2:]


def written(folder: Path, content: bytes, name: str = "upload") -> Path:
    """The bytes as a file, under a name that tells nothing about the kind."""
    path = folder / name
    path.write_bytes(content)
    return path
