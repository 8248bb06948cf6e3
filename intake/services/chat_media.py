"""Fetch the files of a report from the messenger: later, again and again, never lost silently."""

import secrets
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update

from intake.domain.letter import TryLater, Undeliverable
from intake.domain.message import MessageChannel
from intake.domain.people import Action, Actor
from intake.domain.submission import Upload
from intake.services.accept import attachment_rows
from intake.services.outbox import Job, finish_with
from intake.services.photos import INCOMING
from intake.services.supplement import PHOTOS_TOPIC
from intake.services.workroom import Fetches, Workroom
from intake.store.tables import attachment, chat_media, ticket
from intake.store.unit import Unit

VOICES = "voices"
_PLAYED = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/amr", "audio/wav"})
"""What a browser is told a stranger's file is; anything else it may only keep."""

_TOO_LARGE = "文件太大，没有保存。"


def fetch_media(room: Workroom, job: Job) -> None:
    """Bring one file home. A photo becomes an attachment and is cleaned like any other; a voice
    message is kept sealed and played on the desk.

    Raises TryLater while the messenger is away: the job is then tried again with its own pauses.
    """
    key = int(job.payload["media"])
    with room.database.read() as conn:
        row = conn.execute(select(chat_media).where(chat_media.c.id == key)).first()
    if row is None or row.state != "WAITING":
        finish_with(room, job.id, _nothing)
        return
    fetcher = room.couriers.get(MessageChannel(row.channel))
    if not isinstance(fetcher, Fetches):
        raise TryLater("this door is not open in this process")
    ref = room.cipher.open_text(row.ref, f"chat.media:{row.ticket_id}")
    try:
        content, media_type = fetcher.fetch(ref)
    except Undeliverable as gone:
        reason = gone.reason
        finish_with(room, job.id, lambda unit: _end(unit, row, "GONE", trouble=reason))
        return
    if len(content) > room.settings.photo_bytes:
        finish_with(room, job.id, lambda unit: _end(unit, row, "REFUSED", trouble=_TOO_LARGE))
        return
    if row.kind == "photo":
        upload = _store_photo(room, content, media_type)
        finish_with(room, job.id, lambda unit: _attach(unit, row, upload))
    else:
        name = _store_voice(room, content)
        finish_with(
            room,
            job.id,
            lambda unit: _end(
                unit, row, "READY", key=name, media_type=media_type, size=len(content)
            ),
        )


def _nothing(_: Unit) -> None:
    """The file has been dealt with before."""


def read_voice(room: Workroom, actor: Actor, key: int) -> tuple[bytes, str] | None:
    """A voice message in clear with its media type, or None; raises NotAllowed."""
    actor.require(Action.PLAY_RECORDING)
    with room.database.read() as conn:
        row = conn.execute(select(chat_media).where(chat_media.c.id == key)).first()
    if row is None or row.state != "READY" or not row.key:
        return None
    sealed = (room.settings.uploads / row.key).read_bytes()
    shown = row.media_type if row.media_type in _PLAYED else "application/octet-stream"
    return room.cipher.open(sealed, f"chat.voice:{row.key}"), shown


def _store_photo(room: Workroom, content: bytes, media_type: str) -> Upload:
    folder = room.settings.uploads / INCOMING
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{INCOMING}/{secrets.token_hex(16)}"
    (room.settings.uploads / name).write_bytes(content)
    return Upload(name, media_type, len(content), sha256(content).hexdigest())


def _store_voice(room: Workroom, content: bytes) -> str:
    folder = room.settings.uploads / VOICES
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{VOICES}/{secrets.token_hex(16)}"
    sealed = room.cipher.seal(content, f"chat.voice:{name}")
    (room.settings.uploads / name).write_bytes(sealed)
    return name


def _attach(unit: Unit, row: Any, upload: Upload) -> None:
    sheet = unit.conn.execute(
        select(ticket.c.photos).where(ticket.c.id == row.ticket_id).with_for_update()
    ).one()
    rows = attachment_rows(unit, row.ticket_id, [upload], first=sheet.photos)
    unit.conn.execute(insert(attachment), rows)
    unit.conn.execute(
        update(ticket).where(ticket.c.id == row.ticket_id).values(photos=sheet.photos + 1)
    )
    unit.enqueue(PHOTOS_TOPIC, str(row.ticket_id), {"ticket": row.ticket_id})
    _end(unit, row, "READY", media_type=upload.media_type, size=upload.size)


def _end(
    unit: Unit,
    row: Any,
    state: str,
    *,
    key: str = "",
    media_type: str = "",
    size: int = 0,
    trouble: str = "",
) -> None:
    values: dict[str, Any] = {"state": state, "trouble": trouble}
    if state == "READY":
        values |= {"key": key, "media_type": media_type, "size": size}
    unit.conn.execute(update(chat_media).where(chat_media.c.id == row.id).values(values))
