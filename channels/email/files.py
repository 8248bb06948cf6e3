"""Attachments: names made safe, kinds told by content, counts and sizes bounded.

Nothing is unpacked or opened here: an archive stays in the original mail.
"""

import re
import unicodedata
from dataclasses import dataclass

from channels.email.letter import Attached, FileKind
from intake.security.image_kind import HEAD_BYTES, ImageKind, kind_of

LONGEST_NAME = 80
LARGEST_FILE = 25_000_000
_LOGO_BYTES = 4_096

_PHOTOS = {
    ImageKind.JPEG: "image/jpeg",
    ImageKind.PNG: "image/png",
    ImageKind.WEBP: "image/webp",
    ImageKind.HEIC: "image/heic",
}
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument."
# Extension: what it is called, and how its content begins (empty: text, told by its bytes).
_FILES: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "docx": (_OFFICE + "wordprocessingml.document", (_ZIP,)),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", (_ZIP,)),
    "pptx": (_OFFICE + "presentationml.presentation", (_ZIP,)),
    "doc": ("application/msword", (_OLE,)),
    "xls": ("application/vnd.ms-excel", (_OLE,)),
    "wps": ("application/vnd.ms-works", (_OLE,)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "mp3": ("audio/mpeg", (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "amr": ("audio/amr", (b"#!AMR",)),
    "wav": ("audio/wav", (b"RIFF",)),
    "m4a": ("audio/mp4", ()),
    "mp4": ("video/mp4", ()),
    "mov": ("video/quicktime", ()),
}
_BOXED = frozenset({"m4a", "mp4", "mov"})
_UNSAFE = re.compile(r'[<>:"|?*%;`$&\x00-\x1f\x7f]+')
_EMPTY = "附件"
_NOT_TAKEN = "这种文件不能转交，可在原邮件中查看"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a mail is taken on; bytes and counts."""

    files: int = 30
    photos: int = 9
    photo_bytes: int = 10_000_000


def safe_name(given: str, position: int) -> str:
    """A name without path, control and direction signs, at most 80 characters, never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    plain = _UNSAFE.sub("_", plain).strip(" ._")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = plain, ""
    stem = stem[: LONGEST_NAME - len(ending) - 1].strip() or f"{_EMPTY}{position}"
    return f"{stem}.{ending}" if ending else stem


def sorted_out(given: str, content: bytes, position: int, *, inline: bool) -> Attached | None:
    """What one attachment is; None for what is no attachment at all (empty, a mailer's logo)."""
    name = safe_name(given, position)
    size = len(content)
    photo = kind_of(content[:HEAD_BYTES])
    if not content or (inline and size < _LOGO_BYTES and (photo or content[:4] == b"GIF8")):
        return None
    if photo is not None:
        return Attached(name, _PHOTOS[photo], size, FileKind.PHOTO, content)
    ending = name.rpartition(".")[2].lower()
    if size > LARGEST_FILE:
        return Attached(name, "", size, FileKind.REFUSED, refusal="文件太大，可在原邮件中查看")
    media_type = _media_type(ending, content)
    if media_type is None:
        return Attached(name, "", size, FileKind.REFUSED, refusal=_NOT_TAKEN)
    return Attached(name, media_type, size, FileKind.FILE, content)


def _media_type(ending: str, content: bytes) -> str | None:
    """The media type when content and name agree, else None."""
    known = _FILES.get(ending)
    if known is None:
        return None
    media_type, beginnings = known
    if beginnings:
        fits = content.startswith(beginnings)
    elif ending in _BOXED:
        fits = content[4:8] == b"ftyp"
    else:
        fits = b"\x00" not in content[:4_096]
    return media_type if fits else None


def within(found: list[Attached], limits: Limits) -> tuple[Attached, ...]:
    """The attachments with those refused that are too many or too large."""
    kept: list[Attached] = []
    photos = 0
    for one in found[: limits.files]:
        refusal = ""
        if one.kind is FileKind.PHOTO:
            photos += 1
            if photos > limits.photos:
                refusal = f"照片超过 {limits.photos} 张，可在原邮件中查看"
            elif one.size > limits.photo_bytes:
                refusal = "照片太大，可在原邮件中查看"
        if refusal:
            kept.append(Attached(one.name, "", one.size, FileKind.REFUSED, refusal=refusal))
        else:
            kept.append(one)
    return tuple(kept)
