"""A workroom with a mail address, and the worker's part done at once."""

from typing import Any

from sqlalchemy import select

from channels.email.decide import mail_received
from intake.domain.contact import Source
from intake.services import outbox
from intake.services.mail_reception import MAIL_TOPIC
from intake.services.workroom import Workroom
from intake.store.tables import contact, mail
from intake.store.tables import outbox as outbox_table

HOTLINE = "hotline@county.example"
CITIZEN = "zhang@mail.example"


def with_mail(room: Workroom, **settings: Any) -> Workroom:
    """The same room with the mail door's settings; no DNS."""
    values = {"mail_addresses": HOTLINE, "mail_port": 0, "mail_dns": "off"} | settings
    room.settings = room.settings.model_copy(update=values)
    return room


def decide_mails(room: Workroom) -> None:
    """Work off every waiting mail, as the worker would."""
    if not room.settings.has_mail:
        with_mail(room)
    query = select(outbox_table.c.id, outbox_table.c.attempts).where(
        outbox_table.c.topic == MAIL_TOPIC, outbox_table.c.done_at.is_(None)
    )
    with room.database.read() as conn:
        rows = conn.execute(query.order_by(outbox_table.c.id)).all()
    for row in rows:
        job = outbox.begin(room, row.id, row.attempts)
        assert job is not None
        mail_received(room, job)


def mails(room: Workroom) -> list[dict[str, Any]]:
    """Contact and mail of everything that came by mail, in order."""
    query = (
        select(contact, mail)
        .select_from(contact.join(mail, mail.c.contact_id == contact.c.id))
        .where(contact.c.source == Source.EMAIL.value)
        .order_by(contact.c.id)
    )
    with room.database.read() as conn:
        return [dict(row) for row in conn.execute(query).mappings()]
