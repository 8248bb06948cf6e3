"""Photos from strangers: checked, decoded and written anew, so that only the picture is kept.

Re-encoding drops position, camera data, hidden files behind the picture and anything that is not
pixels. It takes up to a second of CPU and at most about 500 MB (a 50-megapixel PNG): call it in a
worker process or thread, never in the event loop.
"""

import enum
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pillow_heif
from PIL import Image

from intake.security.image_kind import HEAD_BYTES, ImageKind, jpeg_scans, kind_of
from intake.security.photo_facts import PhotoFacts, read_photo_facts

pillow_heif.register_heif_opener(thumbnails=False)

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Refusal(enum.StrEnum):
    """Stable ids of the reasons, for problem+json; the Chinese text is for people."""

    EMPTY = "photo_empty"
    TOO_LARGE = "photo_too_large"
    KIND = "photo_kind"
    TOO_MANY_PIXELS = "photo_too_many_pixels"
    DAMAGED = "photo_damaged"


class UploadRefused(Exception):
    """The file is not taken; ``message`` says in Chinese what the citizen can do."""

    def __init__(self, code: Refusal, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["UploadRefused"], tuple[Refusal, str]]:
        # The default would lose an argument on the way back from a worker process.
        return (UploadRefused, (self.code, self.message))


@dataclass(frozen=True)
class PhotoLimits:
    """Bounds on what is decoded, and the sizes of what is written (pixels on the longer side).

    WebP has a bound of its own: its decoder holds four copies of the picture at a time.
    """

    bytes: int = 10 * 1024 * 1024
    pixels: int = 50_000_000
    webp_pixels: int = 25_000_000
    side: int = 20_000
    jpeg_scans: int = 32
    clean_side: int = 2560
    thumbnail_side: int = 480
    quality: int = 85


@dataclass(frozen=True)
class CleanPhoto:
    """What was written and what was read; sizes in pixels, hashes as hex SHA-256."""

    width: int
    height: int
    original_sha256: str
    clean_sha256: str
    clean_path: Path
    thumbnail_path: Path
    facts: PhotoFacts

    @property
    def taken_at(self) -> datetime | None:
        """When the photo says it was taken."""
        return self.facts.taken_at

    @property
    def gps(self) -> tuple[float, float] | None:
        """Where the photo says it was taken: latitude, longitude."""
        return self.facts.gps


def clean_photo(source: Path, folder: Path, limits: PhotoLimits | None = None) -> CleanPhoto:
    """Check ``source``, write a clean copy and a thumbnail into ``folder`` under random names.

    The source file stays; the caller removes it. Raises UploadRefused for a file that is not
    taken (nothing is left in the folder), OSError if the folder cannot be written.
    """
    limits = limits or PhotoLimits()
    kind = _checked_kind(source, limits)
    original = _sha256(source)
    picture, facts = _decode(source, kind, limits)
    name = secrets.token_hex(16)
    clean_path, thumbnail_path = folder / f"{name}.jpg", folder / f"{name}.small.jpg"
    try:
        _write(picture, clean_path, limits.quality)
        size = picture.size
        picture.thumbnail((limits.thumbnail_side, limits.thumbnail_side))
        _write(picture, thumbnail_path, limits.quality)
        clean = _sha256(clean_path)
    except BaseException:
        clean_path.unlink(missing_ok=True)
        thumbnail_path.unlink(missing_ok=True)
        raise
    return CleanPhoto(*size, original, clean, clean_path, thumbnail_path, facts)


def _checked_kind(source: Path, limits: PhotoLimits) -> ImageKind:
    size = source.stat().st_size
    if size == 0:
        raise UploadRefused(Refusal.EMPTY, "照片是空的，请重新选择")
    if size > limits.bytes:
        megabytes = limits.bytes // (1024 * 1024)
        raise UploadRefused(Refusal.TOO_LARGE, f"照片超过 {megabytes} MB，请压缩后再上传")
    with source.open("rb") as stream:
        kind = kind_of(stream.read(HEAD_BYTES))
    if kind is None:
        raise UploadRefused(
            Refusal.KIND, "只能上传照片（JPG、PNG、WebP 或手机的 HEIC 格式），请换一张"
        )
    if kind is ImageKind.JPEG and jpeg_scans(source, limits.jpeg_scans) > limits.jpeg_scans:
        raise _damaged()
    return kind


def _decode(source: Path, kind: ImageKind, limits: PhotoLimits) -> tuple[Image.Image, PhotoFacts]:
    with _decoder_failures_refused(), Image.open(source, formats=(kind.value,)) as image:
        _check_size(image, kind, limits)
        facts = read_photo_facts(image)
        # Lets the JPEG decoder shrink while it decodes: less memory and time, same picture.
        image.draft("RGB", (limits.clean_side, limits.clean_side))
        image.load()
        _check_size(image, kind, limits)
        # Only these two can be resized well as they are; palettes and 16-bit greys cannot.
        picture = image if image.mode in {"RGB", "L"} else _pixels_only(image)
        picture.thumbnail((limits.clean_side, limits.clean_side), reducing_gap=2.0)
        picture = _pixels_only(picture)
    turn = _TRANSPOSITIONS.get(facts.orientation)
    return (picture if turn is None else picture.transpose(turn)), facts


@contextmanager
def _decoder_failures_refused() -> Iterator[None]:
    """Whatever a decoder raises on a hostile file becomes one plain refusal."""
    try:
        yield
    except (UploadRefused, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as failure:
        raise _too_many_pixels() from failure
    except Exception as failure:
        raise _damaged() from failure


def _check_size(image: Image.Image, kind: ImageKind, limits: PhotoLimits) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise _damaged()
    pixels = limits.webp_pixels if kind is ImageKind.WEBP else limits.pixels
    if width * height > pixels or max(width, height) > limits.side:
        raise _too_many_pixels()


def _pixels_only(image: Image.Image) -> Image.Image:
    """An RGB picture without anything but its pixels; what is transparent becomes white."""
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        layers = image if image.mode == "RGBA" else image.convert("RGBA")
        picture = Image.new("RGB", layers.size, "white")
        picture.paste(layers, mask=layers.getchannel("A"))
    else:
        picture = image.convert("RGB")
    # The JPEG writer would carry a comment over from here.
    picture.info.clear()
    return picture


def _write(picture: Image.Image, path: Path, quality: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        picture.save(stream, "JPEG", quality=quality)
        stream.flush()
        os.fsync(stream.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _damaged() -> UploadRefused:
    return UploadRefused(Refusal.DAMAGED, "照片打不开，可能没有传完整，请重新选择或重新拍一张")


def _too_many_pixels() -> UploadRefused:
    return UploadRefused(Refusal.TOO_MANY_PIXELS, "照片尺寸过大，请缩小后再上传")
