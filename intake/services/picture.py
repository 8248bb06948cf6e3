"""The clean copy of a photo for those who may read its ticket."""

from pathlib import Path

from sqlalchemy import select

from intake.domain.errors import NotFound
from intake.domain.people import Action, Actor
from intake.services.workroom import Workroom
from intake.store.tables import attachment


def clean_photo_file(room: Workroom, actor: Actor, key: int, *, small: bool) -> Path:
    """The file of a re-encoded photo or its thumbnail; an original is never given out.

    Raises NotAllowed, and NotFound while the photo has not been cleaned or was refused.
    """
    actor.require(Action.READ_TICKETS)
    column = attachment.c.thumb_key if small else attachment.c.clean_key
    query = select(column).where(attachment.c.id == key, attachment.c.state == "CLEAN")
    with room.database.read() as conn:
        name = str(conn.execute(query).scalar() or "")
    path = room.settings.uploads / name
    if not name or not path.is_file():
        raise NotFound("这张照片还没有处理好，或未能通过检查。")
    return path
