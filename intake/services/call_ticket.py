"""What comes of a call: a new ticket, a word on a known one, or none with a reason.

Every call that reached us is a contact with exactly one outcome (architecture decision 1); the
ticket, the outcome and the link to the call are one transaction.
"""

import json
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select, update

from intake.domain.call import Direction
from intake.domain.call_control import NoTicket
from intake.domain.contact import Outcome, Source
from intake.domain.errors import Incomplete, NotAllowed, WrongState
from intake.domain.events import EventType
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor
from intake.domain.progress import WITHDRAWABLE
from intake.domain.submission import ReporterDetails, Submission
from intake.domain.ticket import Ticket
from intake.services.accept import write_tickets
from intake.services.call_control import record_call
from intake.services.call_list import CallLine, find_call
from intake.services.call_numbers import open_call_number
from intake.services.stepping import find_ticket, for_history
from intake.services.supplement import keep_words, write_supplement
from intake.services.workroom import Workroom
from intake.store.tables import call, call_note, contact, ticket
from intake.store.unit import Unit

NOTHING_SAID = "（来电，内容见通话录音）"


def make_ticket(room: Workroom, actor: Actor, key: int, text: str = "") -> tuple[str, bool]:
    """A ticket of the call, claimed by whoever answered; returns its number, and whether it was
    there before.

    Without ``text`` the note of the call is what the citizen said.
    """
    actor.require(Action.REPORT)

    def work(unit: Unit) -> tuple[str, bool]:
        line = _mine(unit, actor, key)
        if line.ticket_id is not None:
            return line.ticket, True
        told = text.strip() or _note(unit, key) or NOTHING_SAID
        made = ticket_of_call(room, unit, actor, line, told, Outcome.TICKET)
        claim = {"claimed_by": actor.account_id, "claimed_at": unit.now}
        unit.conn.execute(update(ticket).where(ticket.c.id == made).values(claim))
        return ticket_number(made), False

    return room.database.write(work)


def link_ticket(room: Workroom, actor: Actor, key: int, number: str, text: str = "") -> str:
    """The caller asks about a ticket that exists; what is said is kept beside it.

    The contact becomes a supplement. Raises WrongState when the call has its ticket already.
    """
    actor.require(Action.SUPPLEMENT)

    def work(unit: Unit) -> str:
        line = _mine(unit, actor, key)
        sheet = find_ticket(unit.conn, number)
        if line.ticket_id == sheet.id:
            return sheet.number
        _require_undecided(unit, line)
        said = text.strip() or _note(unit, key)
        contact_id = decide(room, unit, line, Outcome.SUPPLEMENT, sheet.id)
        if said:
            _say(room, unit, actor, sheet, said, contact_id)
        _link(unit, actor, line, sheet.id)
        return sheet.number

    return room.database.write(work)


def no_ticket(room: Workroom, actor: Actor, key: int, reason: NoTicket, remark: str = "") -> None:
    """The call ends without a ticket; why is kept with its contact (balance of the day)."""
    actor.require(Action.REPORT)
    if reason is NoTicket.CONSULT and not remark.strip():
        raise Incomplete("请简要写明咨询和答复的内容。", fields=["remark"])

    def work(unit: Unit) -> None:
        line = _mine(unit, actor, key)
        if line.live:
            raise WrongState("通话还没有结束，结束后再登记不需要受理单。")
        _require_undecided(unit, line)
        told = for_history(remark)[:200]
        words = f"{reason.label}：{told}" if told else reason.label
        decide(room, unit, line, Outcome.REFUSED, None, words)
        record_call(unit, actor, line, EventType.CALL_LINKED, {"no_ticket": reason.value})

    room.database.write(work)


def ticket_of_call(
    room: Workroom, unit: Unit, actor: Actor, line: CallLine, text: str, outcome: Outcome
) -> int:
    """Accept what was said in a call as a ticket, inside the caller's transaction."""
    sealed = unit.conn.execute(select(call.c.number).where(call.c.id == line.id)).scalar()
    number = open_call_number(room, line.pbx, line.linkedid, sealed)
    raw = _raw(line)
    report = Submission(
        source=Source.PHONE,
        external_id=external_id(line),
        received_at=line.started_at,
        text=text,
        raw=raw,
        raw_hash=sha256(raw).hexdigest(),
        reporter=ReporterDetails(caller_number=number),
        actor=actor,
    )
    [(made, _)] = write_tickets(room, unit, [report])
    decide(room, unit, line, outcome, made)
    _link(unit, actor, line, made)
    return made


def decide(
    room: Workroom,
    unit: Unit,
    line: CallLine,
    outcome: Outcome,
    ticket_id: int | None,
    remark: str = "",
) -> int:
    """Give the call's contact its one outcome; writes the contact if the call has none yet."""
    known = {
        "outcome": outcome.value,
        "outcome_at": unit.now,
        "ticket_id": ticket_id,
        "remark": remark,
    }
    found = unit.conn.execute(
        select(contact.c.id)
        .where(contact.c.source == Source.PHONE.value, contact.c.external_id == external_id(line))
        .with_for_update()
    ).scalar()
    if found is not None:
        unit.conn.execute(update(contact).where(contact.c.id == found).values(known))
        return int(found)
    raw = _raw(line)
    context = f"contact.raw:{Source.PHONE}:{external_id(line)}"
    fresh = {
        "source": Source.PHONE.value,
        "external_id": external_id(line),
        "received_at": line.started_at,
        "media_type": "application/json",
        "raw": room.cipher.seal(raw, context),
        "raw_hash": sha256(raw).hexdigest(),
    }
    made: int = unit.conn.execute(
        insert(contact).values(known | fresh).returning(contact.c.id)
    ).scalar_one()
    unit.conn.execute(update(call).where(call.c.id == line.id).values(contact_id=made))
    return made


def external_id(line: CallLine) -> str:
    """The contact's id of a call: its PBX and its id there (decision 1)."""
    return f"{line.pbx}:{line.linkedid}"


def _mine(unit: Unit, actor: Actor, key: int) -> CallLine:
    line = find_call(unit.conn, key, lock=True)
    if line.own(actor) or actor.may(Action.SUPERVISE_CALLS):
        return line
    if line.account_id is None and line.answered_at is None:
        return line
    raise NotAllowed("这是同事接听的电话，请由接听人或值班长处理。")


def _require_undecided(unit: Unit, line: CallLine) -> None:
    if line.ticket_id is not None:
        raise WrongState(f"这通电话已有受理单{line.ticket}。")
    if line.direction is Direction.OUT or line.contact_id is None:
        return
    outcome = unit.conn.execute(
        select(contact.c.outcome).where(contact.c.id == line.contact_id)
    ).scalar()
    if outcome not in (Outcome.OPEN.value, Outcome.CALLBACK.value, None):
        raise WrongState("这通电话已经登记过去向。")


def _note(unit: Unit, key: int) -> str:
    stored = unit.conn.execute(select(call_note.c.text).where(call_note.c.call_id == key)).scalar()
    return (stored or "").strip()


def _say(
    room: Workroom, unit: Unit, actor: Actor, sheet: Ticket, said: str, contact_id: int
) -> None:
    """Words for a ticket; one that is filed or closed keeps them without a step."""
    if sheet.state in WITHDRAWABLE:
        write_supplement(room, unit, actor, sheet, said, (), contact_id)
    else:
        keep_words(unit, actor, sheet, said, contact_id)


def _link(unit: Unit, actor: Actor, line: CallLine, ticket_id: int) -> None:
    unit.conn.execute(update(call).where(call.c.id == line.id).values(ticket_id=ticket_id))
    told = {"ticket": ticket_number(ticket_id)}
    record_call(unit, actor, line, EventType.CALL_LINKED, told)


def _raw(line: CallLine) -> bytes:
    """The call as it reached us; its number stays sealed in the call's own row."""
    values: dict[str, str | datetime | None] = {
        "pbx": line.pbx,
        "linkedid": line.linkedid,
        "direction": line.direction.value,
        "started_at": line.started_at.isoformat(),
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()
