"""Clean the photos of a ticket: re-encode each one, keep the picture and nothing else.

Files lie below the upload folder: ``incoming`` as they came, ``making`` while a copy is written,
``clean`` and ``thumbs`` for good, under the random name the upload was given. Doing one again
writes the same files. The original is removed once its clean copy, or its refusal, is on record.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from intake.security.uploads import PhotoLimits, UploadRefused, clean_photo
from intake.services.outbox import finish_with
from intake.services.workroom import Workroom
from intake.store.tables import attachment
from intake.store.unit import Unit

INCOMING = "incoming"
MAKING = "making"
CLEAN = "clean"
THUMBNAILS = "thumbs"
_GONE = "照片没有保存成功，请重新上传"
_STRAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """One attachment's new values, and the file it came from."""

    id: int
    values: dict[str, Any]
    original: Path


def any_waiting(conn: Connection, key: int) -> bool:
    """Whether the ticket has photos that nobody has cleaned yet."""
    query = select(attachment.c.id).where(
        attachment.c.ticket_id == key, attachment.c.state == "WAITING"
    )
    return conn.execute(query.limit(1)).first() is not None


def clean_photos(room: Workroom, job_id: int, key: int) -> bool:
    """Clean every waiting photo of a ticket; False when the job was done before.

    Raises OSError when the upload folder cannot be read or written; the job is then tried again.
    """
    with room.database.read() as conn:
        rows = conn.execute(
            select(attachment.c.id, attachment.c.key)
            .where(attachment.c.ticket_id == key, attachment.c.state == "WAITING")
            .order_by(attachment.c.position)
        ).all()
    cleaned = [_clean(room, row.id, row.key) for row in rows]
    stored = finish_with(room, job_id, lambda unit: _store(unit, cleaned))
    if stored:
        for photo in cleaned:
            photo.original.unlink(missing_ok=True)
    return stored


def remove_strays(room: Workroom) -> None:
    """Remove day-old files that no waiting attachment names: traces of a broken try."""
    uploads = room.settings.uploads
    before = room.clock().timestamp() - _STRAY_SECONDS
    for name in (INCOMING, MAKING):
        folder = uploads / name
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.stat().st_mtime < before and not _waits(room, f"{name}/{path.name}"):
                path.unlink(missing_ok=True)


def _waits(room: Workroom, key: str) -> bool:
    query = select(attachment.c.id).where(attachment.c.key == key, attachment.c.state == "WAITING")
    with room.database.read() as conn:
        return conn.execute(query).first() is not None


def _clean(room: Workroom, attachment_id: int, key: str) -> _Cleaned:
    uploads = room.settings.uploads
    original = uploads / key
    if not original.is_file():
        return _Cleaned(attachment_id, {"state": "REFUSED", "refusal": _GONE}, original)
    for folder in (MAKING, CLEAN, THUMBNAILS):
        (uploads / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    limits = PhotoLimits(bytes=room.settings.photo_bytes)
    try:
        photo = clean_photo(original, uploads / MAKING, limits)
    except UploadRefused as refused:
        refusal = {"state": "REFUSED", "refusal": refused.message}
        return _Cleaned(attachment_id, refusal, original)
    name = f"{original.stem}.jpg"
    photo.clean_path.replace(uploads / CLEAN / name)
    photo.thumbnail_path.replace(uploads / THUMBNAILS / name)
    values = {
        "state": "CLEAN",
        "clean_key": f"{CLEAN}/{name}",
        "thumb_key": f"{THUMBNAILS}/{name}",
        "width": photo.width,
        "height": photo.height,
        "clean_sha256": photo.clean_sha256,
    }
    return _Cleaned(attachment_id, values, original)


def _store(unit: Unit, cleaned: list[_Cleaned]) -> None:
    for photo in cleaned:
        unit.conn.execute(
            update(attachment).where(attachment.c.id == photo.id).values(photo.values)
        )
