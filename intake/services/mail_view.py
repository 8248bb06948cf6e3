"""Mails for the desk: the list of those that wait for a person, one mail, its original, replay."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Select, select, update

from intake.domain.contact import Outcome
from intake.domain.errors import Incomplete, NotFound, WrongState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import ticket_key, ticket_number
from intake.domain.people import Action, Actor
from intake.security.masking import mask_email, mask_name, scrub
from intake.services.mail_reception import MAIL_TOPIC
from intake.services.mail_stored import (
    MailForgotten,
    Reading,
    StoredMail,
    find_mail,
    find_reading,
    raw_pieces,
    stored_mail,
)
from intake.services.reporters import reveal
from intake.services.stepping import for_history
from intake.services.workroom import Workroom
from intake.store.tables import contact, mail
from intake.store.unit import Unit

PAGE = 50
_ASIDE = (Outcome.AUTOMATIC, Outcome.REFUSED)
_AGAIN = frozenset({Outcome.UNREADABLE, *_ASIDE})
_GONE = "这封邮件的原件已不在系统中。"


class Shelf(StrEnum):
    """What the list shows: unreadable mails, or those that were set aside by a rule."""

    WAITING = "waiting"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail in a list, its sender masked."""

    stored: StoredMail
    sender: str
    number: str


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail; ``may_again`` tells whether it can still be taken in."""

    line: MailLine
    reading: Reading
    may_again: bool


def list_mails(
    room: Workroom, actor: Actor, shelf: Shelf, before: int | None = None
) -> tuple[list[MailLine], int | None]:
    """A page of mails, newest first, and where the next one begins."""
    actor.require(Action.REGISTER)
    chosen = (
        mail.c.waits
        if shelf is Shelf.WAITING
        else contact.c.outcome.in_([outcome.value for outcome in _ASIDE])
    )
    query = _mails().where(chosen)
    if before is not None:
        query = query.where(contact.c.id < before)
    with room.database.read() as conn:
        rows = conn.execute(query.order_by(contact.c.id.desc()).limit(PAGE + 1)).mappings().all()
    lines = [_line(stored_mail(room, row)) for row in rows[:PAGE]]
    return lines, lines[-1].stored.contact_id if len(rows) > PAGE else None


def mails_of_ticket(room: Workroom, actor: Actor, number: str) -> list[MailLine]:
    """The mails that made or joined a ticket, oldest first; at most a page of them."""
    actor.require(Action.REGISTER)
    key = ticket_key(number)
    query = _mails().where(contact.c.ticket_id == key).order_by(contact.c.id).limit(PAGE)
    with room.database.read() as conn:
        rows = conn.execute(query).mappings().all() if key is not None else []
    return [_line(stored_mail(room, row)) for row in rows]


def view_mail(room: Workroom, actor: Actor, contact_id: int) -> MailView:
    """One mail, its sender masked; raises NotAllowed and NotFound.

    Addresses and numbers are taken out of the text too: quotations and signatures are full of
    them. Whoever needs them opens the original.
    """
    actor.require(Action.REGISTER)
    stored = _require(room, contact_id)
    reading = find_reading(room, stored)
    shown = replace(reading, text=scrub(reading.text), markup=scrub(reading.markup))
    return MailView(_line(stored), shown, stored.outcome in _AGAIN)


def original(room: Workroom, actor: Actor, contact_id: int, reason: str) -> Iterator[bytes]:
    """The message as it arrived; whoever opens it sees the sender, so it is an event first.

    Raises NotAllowed, NotFound, and Incomplete without a reason.
    """
    actor.require(Action.REVEAL)
    stored = _require(room, contact_id)
    if stored.ticket_id is not None:
        reveal(room, actor, ticket_number(stored.ticket_id), reason)
    else:
        _tell(room, actor, stored, reason)
    try:
        pieces = raw_pieces(room, stored)
        first = next(pieces, b"")
    except MailForgotten:
        raise NotFound(_GONE) from None

    def whole() -> Iterator[bytes]:
        yield first
        yield from pieces

    return whole()


def replay_mail(room: Workroom, actor: Actor, contact_id: int, *, by_hand: bool) -> None:
    """Have a mail read and judged again; ``by_hand``: it is a report, whatever the rules say.

    Raises WrongState when it has led to a ticket since.
    """
    actor.require(Action.REGISTER)
    stored = _require(room, contact_id)

    def work(unit: Unit) -> None:
        query = select(contact.c.outcome).where(contact.c.id == contact_id).with_for_update()
        if Outcome(unit.conn.execute(query).scalar_one()) not in _AGAIN:
            raise WrongState("这封邮件已经处理，请查看最新情况。")
        payload = {"again": True, "by_hand": by_hand}
        unit.enqueue(MAIL_TOPIC, str(stored.contact_id), payload)
        unit.conn.execute(update(mail).where(mail.c.contact_id == contact_id).values(waits=False))

    room.database.write(work)


def _mails() -> Select[tuple[object, ...]]:
    return select(contact, mail).select_from(mail.join(contact, contact.c.id == mail.c.contact_id))


def _require(room: Workroom, contact_id: int) -> StoredMail:
    stored = find_mail(room, contact_id)
    if stored is None:
        raise NotFound("没有这封邮件。")
    return stored


def _line(stored: StoredMail) -> MailLine:
    heading = stored.heading
    name = mask_name(heading.sender_name)
    address = mask_email(heading.sender or stored.envelope.sender)
    number = ticket_number(stored.ticket_id) if stored.ticket_id is not None else ""
    return MailLine(stored, f"{name} {address}".strip(), number)


def _tell(room: Workroom, actor: Actor, stored: StoredMail, reason: str) -> None:
    """The look at a mail without a ticket, as a fact."""
    if not reason.strip():
        raise Incomplete("查看原邮件请写明理由，系统会记录。", fields=["reason"])
    told = {"contact": stored.contact_id, "reason": for_history(reason)[:200]}

    def work(unit: Unit) -> None:
        fact = Fact.of(
            actor,
            unit.now,
            Subject.MESSAGE,
            stored.contact_id,
            EventType.REPORTER_REVEALED,
            to_state=stored.outcome.value,
            data=told,
        )
        unit.record(fact)

    room.database.write(work)
