"""A mail as it lies in the store: opened for the worker that reads it, and for who may look."""

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select

from intake.domain.contact import Outcome
from intake.domain.mail import Envelope, Verdicts
from intake.security.sealed_stream import read_sealed
from intake.services.mail_reception import file_context, raw_context
from intake.services.workroom import Workroom
from intake.store.tables import contact, mail


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list shows of a mail; personal data."""

    subject: str = ""
    sender: str = ""
    sender_name: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class MailFile:
    """An attachment as it was found: safe name, bytes, and why it is not handed on, if so."""

    name: str
    size: int
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the worker read of a mail, so that nobody has to read it again to show it.

    ``text`` is the whole text with quotations, ``markup`` the harmless form of an HTML mail.
    """

    text: str = ""
    markup: str = ""
    files: tuple[MailFile, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One mail; ``file_key`` is empty when the raw message is in the row."""

    contact_id: int
    external_id: str
    received_at: datetime
    outcome: Outcome
    ticket_id: int | None
    remark: str
    size: int
    file_key: str
    raw_hash: str
    envelope: Envelope
    heading: Heading
    verdicts: Verdicts
    rule: str
    trouble: str
    waits: bool


class MailForgotten(Exception):
    """The raw message is gone: its time was over, or its file is missing."""


def find_mail(room: Workroom, contact_id: int) -> StoredMail | None:
    """The mail of a contact, or None."""
    query = (
        select(contact, mail)
        .select_from(contact.join(mail, mail.c.contact_id == contact.c.id))
        .where(contact.c.id == contact_id)
    )
    with room.database.read() as conn:
        row = conn.execute(query).mappings().first()
    return None if row is None else stored_mail(room, row)


def stored_mail(room: Workroom, row: RowMapping) -> StoredMail:
    """From a row of contact and mail together."""
    name = row["external_id"]
    envelope = row["envelope"]
    heading = row["heading"]
    return StoredMail(
        contact_id=row["contact_id"],
        external_id=name,
        received_at=row["received_at"],
        outcome=Outcome(row["outcome"]),
        ticket_id=row["ticket_id"],
        remark=row["remark"],
        size=row["size"],
        file_key=row["file_key"],
        raw_hash=row["raw_hash"],
        envelope=(
            Envelope.of(json.loads(room.cipher.open(envelope, f"mail.envelope:{name}")))
            if envelope
            else Envelope()
        ),
        heading=open_heading(room, heading, name) if heading else Heading(),
        verdicts=Verdicts.of(row["verdicts"]),
        rule=row["rule"],
        trouble=row["trouble"],
        waits=row["waits"],
    )


def seal_heading(room: Workroom, heading: Heading, external_id: str) -> bytes:
    """The heading for its column."""
    return room.cipher.seal(json.dumps(astuple(heading)), f"mail.heading:{external_id}")


def open_heading(room: Workroom, sealed: bytes, external_id: str) -> Heading:
    """The heading from its column."""
    return Heading(*json.loads(room.cipher.open(sealed, f"mail.heading:{external_id}")))


def seal_reading(room: Workroom, reading: Reading, external_id: str) -> bytes:
    """The reading for its column."""
    return room.cipher.seal(json.dumps(astuple(reading)), f"mail.reading:{external_id}")


def find_reading(room: Workroom, stored: StoredMail) -> Reading:
    """The reading of a mail; empty when it could not be read or its time is over."""
    query = select(mail.c.reading).where(mail.c.contact_id == stored.contact_id)
    with room.database.read() as conn:
        sealed = conn.execute(query).scalar()
    if not sealed:
        return Reading()
    text, markup, files = json.loads(room.cipher.open(sealed, f"mail.reading:{stored.external_id}"))
    return Reading(text, markup, tuple(MailFile(*one) for one in files))


def raw_pieces(room: Workroom, stored: StoredMail) -> Iterator[bytes]:
    """The message as it arrived, in pieces; raises MailForgotten, CipherError and OSError."""
    if stored.file_key:
        path = room.settings.uploads / stored.file_key
        if not path.is_file():
            raise MailForgotten("the sealed file of this mail is gone")
        yield from read_sealed(room.cipher, path, file_context(stored.file_key))
        return
    with room.database.read() as conn:
        sealed = conn.execute(
            select(contact.c.raw).where(contact.c.id == stored.contact_id)
        ).scalar_one()
    if not sealed:
        raise MailForgotten("the time of this mail is over")
    yield room.cipher.open(sealed, raw_context(stored.external_id))
