"""Sealed mail files go with the raw deliveries they are; traces of broken deliveries sooner."""

from datetime import timedelta

from sqlalchemy import select, update

from intake.services.mail_reception import MAIL_FOLDER
from intake.services.workroom import Workroom
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.tables import contact, mail
from intake.store.unit import Unit

_BATCH = 200
_FORGOTTEN = "forgotten-mails"
_STRAY_SECONDS = 86_400


def forget_mails(room: Workroom) -> int:
    """Empty what is known of mails ``raw_days`` after they came, and remove their files.

    Hashes stay: they tell a copy and close the balance. Returns how many were emptied.
    """
    total = 0
    while files := room.database.write(lambda unit: _some(room, unit)):
        total += len(files)
        for key in filter(None, files):
            (room.settings.uploads / key).unlink(missing_ok=True)
    return total


def _some(room: Workroom, unit: Unit) -> list[str]:
    before = unit.now - timedelta(days=room.settings.raw_days)
    done = locked_cursor(unit, _FORGOTTEN)
    query = (
        select(mail.c.contact_id, mail.c.file_key)
        .select_from(mail.join(contact, contact.c.id == mail.c.contact_id))
        .where(mail.c.contact_id > done, contact.c.received_at < before)
        .order_by(mail.c.contact_id)
        .limit(_BATCH)
    )
    rows = unit.conn.execute(query).all()
    if rows:
        keys = [row.contact_id for row in rows]
        emptied = {"envelope": b"", "heading": None, "reading": None}
        unit.conn.execute(update(mail).where(mail.c.contact_id.in_(keys)).values(emptied))
        move_cursor(unit, _FORGOTTEN, keys[-1])
    return [row.file_key for row in rows]


def remove_stray_mails(room: Workroom) -> None:
    """Remove day-old mail files that no row names: deliveries that broke off."""
    folder = room.settings.uploads / MAIL_FOLDER
    before = room.clock().timestamp() - _STRAY_SECONDS
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < before and not _named(room, f"{MAIL_FOLDER}/{path.name}"):
            path.unlink(missing_ok=True)


def _named(room: Workroom, key: str) -> bool:
    with room.database.read() as conn:
        query = select(mail.c.contact_id).where(mail.c.file_key == key).limit(1)
        return conn.execute(query).first() is not None
