"""Take mails in: contact, envelope and raw message in one transaction; decided later (decision 1).

A large mail lies sealed in a file that was on disk before its row; a small one is in the row.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from intake.domain.contact import Outcome, Source
from intake.domain.errors import KeyReused
from intake.domain.mail import Envelope
from intake.services.grouped import Grouped
from intake.services.workroom import Workroom
from intake.store.tables import contact, mail
from intake.store.unit import Unit

MAIL_TOPIC = "mail.received"
MAIL_FOLDER = "mail"
MEDIA_TYPE = "message/rfc822"

_INSERT_CONTACT = insert(contact).returning(contact.c.id, sort_by_parameter_order=True)
_INSERT_MAIL = insert(mail)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailArrival:
    """One mail at the door.

    ``raw`` is empty when the mail lies sealed in ``file_key`` below the upload folder.
    ``content_hash`` covers what the sender wrote (not the trace fields that differ from one
    delivery to the next); ``external_id`` is derived from it and the Message-ID.
    """

    external_id: str
    received_at: datetime
    envelope: Envelope
    message_id: str
    content_hash: str
    raw_hash: str
    size: int
    raw: bytes = b""
    file_key: str = ""


@dataclass(frozen=True, slots=True)
class MailReceipt:
    """The mail is safe; ``repeated`` tells that it had been so before."""

    contact_id: int
    received_at: datetime
    repeated: bool = False


class MailReception(Grouped[MailArrival, MailReceipt]):
    """The front of ``receive_mails`` for asyncio; one per event loop."""

    def __init__(self, room: Workroom) -> None:
        super().__init__(room, receive_mails)


def receive_mails(room: Workroom, arrivals: Sequence[MailArrival]) -> list[MailReceipt | Exception]:
    """Take mails that arrived together; answers come in their order.

    A known one gets its first receipt, or KeyReused when its content differs. Raises
    StoreUnavailable; then none of them was taken.
    """
    fresh: dict[str, MailArrival] = {}
    for arrival in arrivals:
        fresh.setdefault(arrival.external_id, arrival)
    first = {id(arrival) for arrival in fresh.values()}
    stored: dict[str, tuple[int, datetime, str]] = {}
    rest = list(fresh.values())
    before = -1
    while rest:
        try:
            keys = room.database.write(partial(_write, room, arrivals=rest))
        except IntegrityError:
            stored = _known(room, list(fresh))
            if len(stored) == before:
                raise
            before = len(stored)
            rest = [arrival for name, arrival in fresh.items() if name not in stored]
            continue
        return _answers(arrivals, stored, _written(rest, keys), first)
    return _answers(arrivals, stored, {}, first)


_Stored = dict[str, tuple[int, datetime, str]]


def _answers(
    arrivals: Sequence[MailArrival], known: _Stored, written: _Stored, first: set[int]
) -> list[MailReceipt | Exception]:
    answers: list[MailReceipt | Exception] = []
    for arrival in arrivals:
        new = arrival.external_id in written
        key, received_at, content = (written if new else known)[arrival.external_id]
        if content != arrival.content_hash:
            answers.append(KeyReused("这个编号已经用于另一封邮件。"))
        else:
            answers.append(MailReceipt(key, received_at, not (new and id(arrival) in first)))
    return answers


def _written(arrivals: Sequence[MailArrival], keys: Sequence[int]) -> _Stored:
    return {
        arrival.external_id: (key, arrival.received_at, arrival.content_hash)
        for arrival, key in zip(arrivals, keys, strict=True)
    }


def _known(room: Workroom, names: list[str]) -> _Stored:
    query = (
        select(contact.c.external_id, contact.c.id, contact.c.received_at, mail.c.content_hash)
        .select_from(contact.join(mail, mail.c.contact_id == contact.c.id))
        .where(contact.c.source == Source.EMAIL.value, contact.c.external_id.in_(names))
    )
    with room.database.read() as conn:
        return {row[0]: (row[1], row[2], row[3]) for row in conn.execute(query)}


def _write(room: Workroom, unit: Unit, *, arrivals: list[MailArrival]) -> Sequence[int]:
    rows = [_contact_row(room, arrival) for arrival in arrivals]
    keys: Sequence[int] = unit.conn.execute(_INSERT_CONTACT, rows).scalars().all()
    pairs = list(zip(keys, arrivals, strict=True))
    unit.conn.execute(_INSERT_MAIL, [_mail_row(room, key, arrival) for key, arrival in pairs])
    for key in keys:
        unit.enqueue(MAIL_TOPIC, str(key))
    return keys


def raw_context(external_id: str) -> str:
    """What a raw mail is sealed for, in a row."""
    return f"contact.raw:{Source.EMAIL}:{external_id}"


def file_context(file_key: str) -> str:
    """What a raw mail is sealed for, in a file."""
    return f"mail.file:{file_key}"


def _contact_row(room: Workroom, arrival: MailArrival) -> dict[str, Any]:
    raw = b""
    if not arrival.file_key:
        raw = room.cipher.seal(arrival.raw, raw_context(arrival.external_id))
    return {
        "source": Source.EMAIL.value,
        "external_id": arrival.external_id,
        "received_at": arrival.received_at,
        "media_type": MEDIA_TYPE,
        "raw": raw,
        "raw_hash": arrival.raw_hash,
        "outcome": Outcome.OPEN.value,
        "remark": "",
    }


def _mail_row(room: Workroom, key: int, arrival: MailArrival) -> dict[str, Any]:
    envelope = json.dumps(arrival.envelope.as_json())
    return {
        "contact_id": key,
        "content_hash": arrival.content_hash,
        "size": arrival.size,
        "file_key": arrival.file_key,
        "envelope": room.cipher.seal(envelope, f"mail.envelope:{arrival.external_id}"),
        "message_id_hash": room.lookup.digest("message-id", arrival.message_id),
        "verdicts": {},
        "rule": "",
        "trouble": "",
        "waits": False,
    }
