"""A reporter's data: sealed when stored, opened only for somebody who must see it (decision 13)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from intake.domain.errors import Incomplete, NotAllowed
from intake.domain.events import EventType
from intake.domain.people import Action, Actor, Role
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.security.masking import mask_address, mask_email, mask_name, mask_phone
from intake.services.stepping import find_ticket, for_history, write_fact
from intake.services.workroom import Workroom
from intake.store.tables import reporter
from intake.store.unit import Unit

_COLUMNS = ("name", "phone", "email", "address", "caller_number")


@dataclass(frozen=True, slots=True)
class MaskedReporter:
    """What screens show: enough to recognise, not enough to call."""

    name: str
    phone: str
    email: str
    address: str
    caller_number: str


def put_reporter(room: Workroom, conn: Connection, key: int, person: ReporterDetails) -> None:
    """Store the reporter of a ticket, replacing what was there; an empty person removes it."""
    conn.execute(delete(reporter).where(reporter.c.ticket_id == key))
    if person.empty:
        return
    conn.execute(insert(reporter).values(reporter_row(room, key, person)))


def reporter_row(room: Workroom, key: int, person: ReporterDetails) -> dict[str, Any]:
    """One row of the reporter table: sealed columns and keyed hashes for look-up by number."""
    values = {column: getattr(person, column) for column in _COLUMNS}
    sealed = {
        column: room.cipher.seal(value, f"reporter.{column}:{key}") if value else None
        for column, value in values.items()
    }
    number = person.phone or person.caller_number
    return {
        "ticket_id": key,
        **sealed,
        "phone_hash": room.lookup.phone(number, room.settings.area_code) if number else None,
        "email_hash": room.lookup.email(person.email) if person.email else None,
    }


def has_contact(conn: Connection, key: int) -> bool:
    """Whether the ticket's reporter left a number or an address to write to."""
    row = conn.execute(
        select(reporter.c.phone, reporter.c.email, reporter.c.caller_number).where(
            reporter.c.ticket_id == key
        )
    ).first()
    return row is not None and any(value is not None for value in row)


def open_reporter(room: Workroom, conn: Connection, key: int) -> ReporterDetails:
    """The reporter in clear: for services only; never hand it to a page without ``reveal``."""
    row = conn.execute(select(reporter).where(reporter.c.ticket_id == key)).mappings().first()
    if row is None:
        return ReporterDetails()
    opened = {
        column: room.cipher.open_text(row[column], f"reporter.{column}:{key}")
        if row[column] is not None
        else ""
        for column in _COLUMNS
    }
    return ReporterDetails(**opened)


def mask(person: ReporterDetails) -> MaskedReporter:
    """Mask every field."""
    return MaskedReporter(
        name=mask_name(person.name) if person.name else "",
        phone=mask_phone(person.phone) if person.phone else "",
        email=mask_email(person.email) if person.email else "",
        address=mask_address(person.address) if person.address else "",
        caller_number=mask_phone(person.caller_number) if person.caller_number else "",
    )


def reveal(room: Workroom, actor: Actor, number: str, reason: str) -> ReporterDetails:
    """Show a reporter's data in clear; each reveal is an event (domain.md §4.5, §4.8).

    Operators see it for tickets they registered or hold; confidential tickets and everybody
    else's need the shift leader or a leader with a reason. Raises NotAllowed and Incomplete.
    """

    def work(unit: Unit) -> ReporterDetails:
        before = find_ticket(unit.conn, number)
        require_reveal(actor, before, reason)
        told = {"reason": for_history(reason)[:200]}
        write_fact(unit, actor, before, EventType.REPORTER_REVEALED, data=told, bump=False)
        return open_reporter(room, unit.conn, before.id)

    return room.database.write(work)


def require_reveal(actor: Actor, ticket: Ticket, reason: str) -> None:
    """Raise NotAllowed or Incomplete unless ``actor`` may see, or call, who reported."""
    actor.require(Action.REVEAL)
    mine = {ticket.registered_by, ticket.claimed_by}
    own = actor.account_id is not None and actor.account_id in mine
    if actor.role is Role.OPERATOR and (not own or ticket.state.terminal):
        raise NotAllowed("只能查看自己在办受理单的反映人信息，其他的请值班长办理。")
    needs_reason = ticket.confidential or actor.role is not Role.OPERATOR
    if needs_reason and not reason.strip():
        raise Incomplete("查看反映人信息请写明理由，系统会记录。", fields=["reason"])
