"""What a photo says about where and when it was taken, read before that is removed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

_LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class PhotoFacts:
    """``taken_at`` is aware; latitude and longitude are WGS 84 degrees as the phone wrote them."""

    taken_at: datetime | None = None
    gps: tuple[float, float] | None = None
    orientation: int = 1

    def __repr__(self) -> str:
        # A photo's place may be a home: it stays out of logs.
        return f"PhotoFacts(taken_at={self.taken_at}, gps={'known' if self.gps else None})"


def read_photo_facts(image: Image.Image) -> PhotoFacts:
    """The facts from the EXIF block; what is missing or damaged is None."""
    try:
        exif = image.getexif()
        detail = exif.get_ifd(ExifTags.IFD.Exif)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        orientation = exif.get(ExifTags.Base.Orientation)
    except Exception:
        # The block is written by strangers and its reader raises nearly anything on damage; a
        # photo is not refused for it.
        return PhotoFacts()
    return PhotoFacts(
        taken_at=_taken_at(detail),
        gps=_position(gps),
        orientation=orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1,
    )


def _taken_at(detail: Mapping[int, object]) -> datetime | None:
    written = detail.get(ExifTags.Base.DateTimeOriginal)
    offset = detail.get(ExifTags.Base.OffsetTimeOriginal)
    if not isinstance(written, str):
        return None
    moment = written.strip("\x00 ")
    if isinstance(offset, str):
        try:
            return datetime.strptime(moment + offset.strip("\x00 "), "%Y:%m:%d %H:%M:%S%z")
        except ValueError:
            pass
    try:
        return datetime.strptime(moment, "%Y:%m:%d %H:%M:%S").replace(tzinfo=_LOCAL)
    except ValueError:
        return None


def _position(gps: Mapping[int, object]) -> tuple[float, float] | None:
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef))
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    # Cameras without a fix write zeros, a place in the Gulf of Guinea.
    return None if latitude == longitude == 0 else (latitude, longitude)


def _degrees(parts: object, side: object) -> float | None:
    if not isinstance(parts, tuple) or len(parts) != 3 or not isinstance(side, str):
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    return round(-value if side.strip("\x00 ").upper() in {"S", "W"} else value, 7)
