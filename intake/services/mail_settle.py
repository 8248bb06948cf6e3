"""Write down what became of a mail, with its effect, in the transaction that ends its job."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert, select, text, update

from intake.domain.contact import Outcome
from intake.domain.errors import NotFound
from intake.domain.events import EventType
from intake.domain.mail import Verdicts
from intake.domain.message import MessageChannel, MessageKind
from intake.domain.people import CITIZEN
from intake.domain.progress import WITHDRAWABLE
from intake.domain.submission import Submission
from intake.domain.ticket import Ticket
from intake.services.accept import attachment_rows, write_tickets
from intake.services.door_health import note_arrival
from intake.services.mail_records import same_letter
from intake.services.mail_stored import Heading, Reading, seal_heading, seal_reading
from intake.services.outbox import Job, finish_with
from intake.services.received_message import received_row
from intake.services.stepping import find_ticket, write_fact
from intake.services.supplement import PHOTOS_TOPIC, keep_words, write_supplement
from intake.services.workroom import Workroom
from intake.store.tables import attachment, contact, mail, message, ticket_link
from intake.store.unit import Unit

RELATED = "POSSIBLY_RELATED"
_FROM_HAND = frozenset({Outcome.UNREADABLE, Outcome.AUTOMATIC, Outcome.REFUSED})
_SAID_NOTHING = "（邮件没有新的文字）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the rules said of one mail, and what is needed to act on it.

    ``submission`` is the report as it would be accepted. ``join`` and ``related`` are ticket
    numbers. ``subject`` is the canonical one, ``words`` the sender's own.
    """

    contact_id: int
    external_id: str
    message_id: str
    rule: str
    outcome: Outcome
    remark: str = ""
    heading: Heading = field(default_factory=Heading)
    reading: Reading = field(default_factory=Reading)
    subject: str = ""
    words: str = ""
    verdicts: Verdicts = field(default_factory=Verdicts)
    submission: Submission | None = None
    join: str = ""
    related: tuple[str, ...] = ()


def settle_mail(room: Workroom, job: Job, finding: Finding) -> bool:
    """Carry out a finding once; False when the job was done before.

    A mail that was decided already stays as it is, unless a person asked for another look.
    """
    return finish_with(room, job.id, lambda unit: _settle(room, unit, finding))


def _settle(room: Workroom, unit: Unit, finding: Finding) -> None:
    _alone(unit, finding.message_id)
    query = select(contact.c.outcome).where(contact.c.id == finding.contact_id).with_for_update()
    before = Outcome(unit.conn.execute(query).scalar_one())
    if before is not Outcome.OPEN and before not in _FROM_HAND:
        return
    finding = _unless_known(room, unit, finding)
    outcome, key = _effect(room, unit, finding)
    unit.conn.execute(
        update(contact)
        .where(contact.c.id == finding.contact_id)
        .values(outcome=outcome.value, outcome_at=unit.now, ticket_id=key, remark=finding.remark)
    )
    unit.conn.execute(
        update(mail).where(mail.c.contact_id == finding.contact_id).values(_read_of(room, finding))
    )
    note_arrival(unit, MessageChannel.EMAIL)


def _alone(unit: Unit, message_id: str) -> None:
    """Two copies of one letter are decided one after the other; on SQLite there is one writer."""
    if unit.conn.dialect.name == "postgresql":
        digest = hashlib.sha256(message_id.encode("utf-8", "replace")).digest()
        lock = int.from_bytes(digest[:8], "big", signed=True)
        unit.conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock})


def _unless_known(room: Workroom, unit: Unit, finding: Finding) -> Finding:
    """A copy that was decided while this one was being read."""
    if finding.outcome is not Outcome.TICKET or not finding.words:
        return finding
    number = same_letter(
        room,
        unit.conn,
        finding.contact_id,
        finding.message_id,
        finding.heading.sender,
        finding.words,
    )
    if number is None:
        return finding
    return replace(finding, outcome=Outcome.DUPLICATE_DELIVERY, join=number, rule="second-copy")


def _effect(room: Workroom, unit: Unit, finding: Finding) -> tuple[Outcome, int | None]:
    """Do what the outcome asks for; returns the outcome and the ticket it led to."""
    if finding.outcome is Outcome.TICKET:
        return Outcome.TICKET, _new_ticket(room, unit, finding)
    joined = _found(unit, finding.join)
    if finding.outcome is Outcome.SUPPLEMENT:
        if joined is None or joined.state.terminal:
            # What is closed stays closed; whoever writes again gets a report of his own.
            related = replace(finding, related=(finding.join, *finding.related))
            return Outcome.TICKET, _new_ticket(room, unit, related)
        _add(room, unit, joined, finding)
    return finding.outcome, joined.id if joined else None


def _report(finding: Finding) -> Submission:
    if finding.submission is None:
        raise ValueError("a finding that takes a mail in carries its report; see decide.py")
    return finding.submission


def _found(unit: Unit, number: str) -> Ticket | None:
    try:
        return find_ticket(unit.conn, number) if number else None
    except NotFound:
        return None


def _new_ticket(room: Workroom, unit: Unit, finding: Finding) -> int:
    [(key, _)] = write_tickets(room, unit, [_report(finding)])
    for number in dict.fromkeys(finding.related):
        other = _found(unit, number)
        if other is not None:
            unit.conn.execute(
                insert(ticket_link).values(
                    ticket_id=key,
                    kind=RELATED,
                    other_ticket_id=other.id,
                    at=unit.now,
                    reasons=["邮件提到这个编号，发件人未核实"],
                )
            )
    return key


def _add(room: Workroom, unit: Unit, before: Ticket, finding: Finding) -> None:
    """Words and photos beside a ticket that is still open, whatever its stage."""
    report = _report(finding)
    said = finding.words or _SAID_NOTHING
    origin = report.origin
    row: dict[str, Any] = {}
    if origin is not None:
        row = received_row(room, unit, before.id, origin, MessageKind.SUPPLEMENT, said)
        known = select(message.c.id).where(message.c.dedupe_key == row["dedupe_key"])
        if unit.conn.execute(known).first() is not None:
            origin, row = None, {}
    if before.state in WITHDRAWABLE:
        write_supplement(
            room, unit, CITIZEN, before, said, report.uploads, finding.contact_id, origin
        )
        return
    told = {"characters": len(said), "photos": len(report.uploads)}
    after = write_fact(
        unit,
        CITIZEN,
        before,
        EventType.SUPPLEMENT_RECEIVED,
        data=told,
        photos=before.photos + len(report.uploads),
    )
    keep_words(unit, CITIZEN, before, said, finding.contact_id)
    if row:
        unit.conn.execute(insert(message).values(row | {"contact_id": finding.contact_id}))
    if report.uploads:
        rows = attachment_rows(unit, before.id, report.uploads, first=before.photos)
        unit.conn.execute(insert(attachment), rows)
        unit.enqueue(PHOTOS_TOPIC, after.number, {"ticket": after.id})


def _read_of(room: Workroom, finding: Finding) -> dict[str, Any]:
    unreadable = finding.outcome is Outcome.UNREADABLE
    values: dict[str, Any] = {
        "rule": finding.rule,
        "trouble": finding.remark if unreadable else "",
        "waits": unreadable,
        "verdicts": finding.verdicts.as_json(),
        "heading": seal_heading(room, finding.heading, finding.external_id),
        "reading": seal_reading(room, finding.reading, finding.external_id),
        "sender_hash": room.lookup.email(finding.heading.sender),
        "subject_hash": room.lookup.digest("subject", finding.subject),
        "text_hash": room.lookup.digest("mail-text", finding.words) if finding.words else None,
    }
    return values
