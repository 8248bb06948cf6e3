"""Accept reports: contact, ticket, reporter, event and outbox row in one transaction (decision 1).

Whole groups are written at once; one report costs the same six statements as sixty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert, select, tuple_
from sqlalchemy.exc import IntegrityError

from classifiers.lexicon import lexicon
from classifiers.text import fold
from classifiers.urgency import urgency_of
from intake.domain.appeal import Urgency
from intake.domain.contact import Outcome
from intake.domain.errors import KeyReused
from intake.domain.events import EventType, Fact, Subject
from intake.domain.message import MessageKind
from intake.domain.numbers import county_day, daily_key, ticket_number
from intake.domain.people import Action
from intake.domain.submission import Arrival, Submission, Upload
from intake.domain.ticket_steps import TicketState
from intake.services.received_message import received_row
from intake.services.reporters import reporter_row
from intake.services.workroom import Workroom
from intake.store.counters import take_numbers
from intake.store.tables import attachment, contact, message, reporter, ticket
from intake.store.unit import Unit

RECEIVED_TOPIC = "ticket.received"

# Built once: building and hashing a statement costs as much as running it.
_INSERT_TICKET = insert(ticket)
_INSERT_REPORTER = insert(reporter)
_INSERT_CONTACT = insert(contact)
_INSERT_ATTACHMENT = insert(attachment)
_INSERT_MESSAGE = insert(message)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen gets. ``repeated`` tells a second delivery of the same report."""

    number: str
    query_code: str
    received_at: datetime
    repeated: bool = False


Answer = Receipt | KeyReused


def accept(room: Workroom, submission: Submission) -> Receipt:
    """Accept one report durably; raises KeyReused, NotAllowed and StoreUnavailable."""
    answer = accept_group(room, [submission])[0]
    if isinstance(answer, KeyReused):
        raise answer
    return answer


def accept_group(room: Workroom, submissions: Sequence[Submission]) -> list[Answer]:
    """Accept reports that arrived together; answers come in the order of the reports.

    A report whose (source, external_id) is known gets the first receipt again, or KeyReused when
    its content differs. Raises StoreUnavailable; then none of them was accepted.
    """
    fresh: dict[tuple[str, str], Submission] = {}
    repeats = []
    for submission in submissions:
        submission.actor.require(Action.REPORT)
        repeats.append(_key(submission) in fresh)
        fresh.setdefault(_key(submission), submission)
    known: dict[tuple[str, str], tuple[int, str, datetime]] = {}
    accepted: dict[tuple[str, str], int] = {}
    rest = list(fresh.values())
    while rest:
        try:
            accepted = room.database.write(partial(_write, room, submissions=rest))
            break
        except IntegrityError:
            before = len(known)
            known = _known(room, list(fresh))
            if len(known) == before:
                raise
            rest = [submission for key, submission in fresh.items() if key not in known]
    stored = {
        key: (number, fresh[key].raw_hash, fresh[key].received_at)
        for key, number in accepted.items()
    } | known
    return [
        _answer(room, submission, stored[_key(submission)], repeated or _key(submission) in known)
        for submission, repeated in zip(submissions, repeats, strict=True)
    ]


def _key(submission: Submission) -> tuple[str, str]:
    return submission.source.value, submission.external_id


def _answer(
    room: Workroom, submission: Submission, stored: tuple[int, str, datetime], repeated: bool
) -> Answer:
    key, raw_hash, received_at = stored
    if raw_hash != submission.raw_hash:
        return KeyReused("这个提交编号已经用于另一份内容，请换一个编号重新提交。")
    number = ticket_number(key)
    return Receipt(number, room.query_code(number), received_at, repeated)


def _known(
    room: Workroom, keys: list[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, str, datetime]]:
    query = select(
        contact.c.source,
        contact.c.external_id,
        contact.c.ticket_id,
        contact.c.raw_hash,
        contact.c.received_at,
    ).where(tuple_(contact.c.source, contact.c.external_id).in_(keys))
    with room.database.read() as conn:
        rows = conn.execute(query).all()
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


def _write(
    room: Workroom, unit: Unit, *, submissions: list[Submission]
) -> dict[tuple[str, str], int]:
    numbered = write_tickets(room, unit, submissions)
    unit.conn.execute(
        _INSERT_CONTACT, [contact_row(room, unit, key, report) for key, report in numbered]
    )
    return {_key(report): key for key, report in numbered}


def write_tickets(
    room: Workroom, unit: Unit, submissions: Sequence[Submission]
) -> list[tuple[int, Submission]]:
    """Ticket, reporter, files, first fact and job of each report, without its contact row.

    For doors whose contact was written before it was decided; returns the keys in order.
    """
    day = county_day(unit.now)
    first = take_numbers(unit.conn, f"ticket-{day:%Y%m%d}", len(submissions))
    keys = [daily_key(day, first + offset) for offset in range(len(submissions))]
    numbered = list(zip(keys, submissions, strict=True))
    respond_by = register_by(room, unit)
    unit.conn.execute(
        _INSERT_TICKET, [_ticket_row(unit, key, report, respond_by) for key, report in numbered]
    )
    people = [
        reporter_row(room, key, report.reporter)
        for key, report in numbered
        if not report.reporter.empty
    ]
    if people:
        unit.conn.execute(_INSERT_REPORTER, people)
    files = [row for key, report in numbered for row in attachment_rows(unit, key, report.uploads)]
    if files:
        unit.conn.execute(_INSERT_ATTACHMENT, files)
    written = [
        received_row(room, unit, key, report.origin, MessageKind.REPORT, report.text)
        for key, report in numbered
        if report.origin
    ]
    if written:
        unit.conn.execute(_INSERT_MESSAGE, written)
    for key, _ in numbered:
        unit.enqueue(RECEIVED_TOPIC, str(key))
    return numbered


def register_by(room: Workroom, unit: Unit) -> datetime:
    """When somebody should have looked at what has just come in (domain.md §2.6)."""
    return unit.now + timedelta(minutes=room.settings.register_minutes)


def _ticket_row(unit: Unit, key: int, report: Submission, respond_by: datetime) -> dict[str, Any]:
    fact = Fact.of(
        report.actor,
        unit.now,
        Subject.TICKET,
        key,
        EventType.TICKET_RECEIVED,
        to_state=TicketState.RECEIVED.value,
        data={"source": report.source.value, "raw": report.raw_hash, "photos": len(report.uploads)},
    )
    place = report.place
    level, _ = urgency_of(fold(report.text, len(report.text)).text, lexicon().triggers)
    urgency = Urgency.from_label(level)
    return {
        "id": key,
        "state": TicketState.RECEIVED.value,
        "version": 1,
        "source": report.source.value,
        "received_at": report.received_at,
        "text": report.text,
        "description": report.text,
        "urgency": urgency.value,
        "case_class": "ORDINARY",
        "confidential": report.confidential,
        "anonymous": report.anonymous,
        "needs_reply": report.needs_reply and not report.anonymous,
        "address": place.address,
        "landmark": place.landmark,
        "lon": place.lon,
        "lat": place.lat,
        "original_lon": place.original_lon,
        "original_lat": place.original_lat,
        "datum": place.datum.value if place.datum else None,
        "town_code": place.town_code,
        "unit_grid_code": place.unit_grid_code,
        "in_area": place.in_area,
        "occurred": "",
        "cause": "",
        "absence_reason": "",
        "incomplete_reason": "",
        "photos": len(report.uploads),
        "emergency_waiver": False,
        "leader_reference": "",
        "duplicate_decided": False,
        "questions": "",
        "respond_by": respond_by,
        "close_reason": "",
        "public_answer": "",
        "head_hash": unit.record(fact),
    }


def contact_row(
    room: Workroom,
    unit: Unit,
    key: int,
    report: Submission | Arrival,
    outcome: Outcome = Outcome.TICKET,
) -> dict[str, Any]:
    """The arrival at the door, its raw form sealed, with its one outcome (decision 1)."""
    return {
        "source": report.source.value,
        "external_id": report.external_id,
        "received_at": report.received_at,
        "media_type": report.media_type,
        "raw": room.cipher.seal(report.raw, f"contact.raw:{report.source}:{report.external_id}"),
        "raw_hash": report.raw_hash,
        "outcome": outcome.value,
        "outcome_at": unit.now,
        "ticket_id": key,
        "remark": "",
    }


def attachment_rows(
    unit: Unit, key: int, uploads: Sequence[Upload], first: int = 0
) -> list[dict[str, Any]]:
    """Rows for files that wait to be cleaned; ``first`` is the number of files already there."""
    return [
        {
            "ticket_id": key,
            "position": position,
            "key": upload.key,
            "media_type": upload.media_type,
            "size": upload.size,
            "sha256": upload.sha256,
            "state": "WAITING",
            "clean_key": "",
            "thumb_key": "",
            "clean_sha256": "",
            "refusal": "",
            "received_at": unit.now,
        }
        for position, upload in enumerate(uploads, start=first)
    ]
