"""What is known of a number beside its tickets: who it is in clear, elders, nuisance callers.

The list of nuisance numbers is the shift leader's decision, with a reason and an end; emergency
words stay possible on a short way (domain.md §4.5). Nothing is ever listed by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import delete, insert, select, update

from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType
from intake.domain.pbx_command import CommandKind
from intake.domain.people import SYSTEM, Action, Actor
from intake.services.call_control import record_call
from intake.services.call_list import CallLine, find_call
from intake.services.call_numbers import CallerNumber, digests_of, open_call_number, read_number
from intake.services.pbx_commands import ask, seal_value
from intake.services.stepping import for_history
from intake.services.workroom import Workroom
from intake.store.tables import account, call, known_caller, nuisance_number, reporter
from intake.store.unit import Unit

_MOST_HOURS = 24 * 30
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """The number in clear and the newest name that came with it."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class ListedNumber:
    """One line of the nuisance list, masked."""

    id: int
    number_shown: str
    reason: str
    until: datetime | None
    added_by: str
    added_at: datetime


def reveal_caller(room: Workroom, actor: Actor, key: int, reason: str = "") -> Caller:
    """Show who calls in clear; each time is a fact.

    Operators see who they talked to themselves; other calls need the shift leader or a leader, and
    a reason. Raises NotAllowed, Incomplete and WrongState for a withheld number.
    """
    actor.require(Action.REVEAL)

    def work(unit: Unit) -> Caller:
        line = find_call(unit.conn, key)
        if not line.own(actor):
            if not (actor.may(Action.SUPERVISE_CALLS) or actor.may(Action.REPORTS)):
                raise NotAllowed("只能查看自己接听的来电号码，其他的请值班长办理。")
            if not reason.strip():
                raise Incomplete("查看来电号码请写明理由，系统会记录。", fields=["reason"])
        caller = _caller(room, unit, line)
        told = {"reason": for_history(reason)[:200]}
        record_call(unit, actor, line, EventType.CALLER_REVEALED, told)
        return Caller(caller.number, _name(room, unit, caller))

    return room.database.write(work)


def mark_elder(room: Workroom, actor: Actor, key: int, elder: bool) -> None:
    """Remember for the number of a call that an elderly person uses it: speak slowly (R57)."""
    actor.require(Action.CALL)

    def work(unit: Unit) -> None:
        line = find_call(unit.conn, key)
        caller = _caller(room, unit, line)
        marks = {"elder": elder, "marked_by": actor.account_id or 0, "marked_at": unit.now}
        known = update(known_caller).where(known_caller.c.number_hash.in_(digests_of(room, caller)))
        if unit.conn.execute(known.values(marks)).rowcount == 0:
            unit.conn.execute(insert(known_caller).values(number_hash=caller.digest, **marks))
        record_call(unit, actor, line, EventType.CALLER_MARKED, {"elder": elder})

    room.database.write(work)


def list_nuisance(room: Workroom, actor: Actor) -> Sequence[ListedNumber]:
    """Numbers in force, newest first."""
    actor.require(Action.LIST_NUISANCE)
    query = (
        select(nuisance_number, account.c.display_name)
        .select_from(nuisance_number.outerjoin(account, account.c.id == nuisance_number.c.added_by))
        .where(nuisance_number.c.until.is_(None) | (nuisance_number.c.until > room.clock()))
        .order_by(nuisance_number.c.added_at.desc())
        .limit(_MOST_SHOWN)
    )
    with room.database.read() as conn:
        return [
            ListedNumber(
                row.id,
                row.number_shown,
                row.reason,
                row.until,
                row.display_name or "",
                row.added_at,
            )
            for row in conn.execute(query)
        ]


def list_as_nuisance(room: Workroom, actor: Actor, key: int, reason: str, hours: int) -> None:
    """Put the number of a call on the list for some hours; listed again, the new end counts."""
    actor.require(Action.LIST_NUISANCE)
    why = for_history(reason)[:200]
    if not why:
        raise Incomplete("请写明列为骚扰电话的理由。", fields=["reason"])
    if not 1 <= hours <= _MOST_HOURS:
        raise Invalid("时长应在1小时到30天之间。", field="hours")

    def work(unit: Unit) -> None:
        line = find_call(unit.conn, key)
        caller = _caller(room, unit, line)
        until = unit.now + timedelta(hours=hours)
        values = {
            "number": room.cipher.seal(caller.number, _context(caller)),
            "number_hash": caller.digest,
            "number_shown": caller.shown,
            "reason": why,
            "added_by": actor.account_id or 0,
            "added_at": unit.now,
            "until": until,
        }
        known = update(nuisance_number).where(
            nuisance_number.c.number_hash.in_(digests_of(room, caller))
        )
        if unit.conn.execute(known.values(values)).rowcount == 0:
            unit.conn.execute(insert(nuisance_number).values(values))
        _tell_pbx(room, unit, actor, caller, on=True)
        told = {"reason": why, "until": until.isoformat()}
        record_call(unit, actor, line, EventType.NUISANCE_LISTED, told)

    room.database.write(work)


def take_off_nuisance(room: Workroom, actor: Actor, key: int, reason: str) -> None:
    """Take a number off the list before its time; raises NotFound."""
    actor.require(Action.LIST_NUISANCE)
    if not reason.strip():
        raise Incomplete("请写明移出的理由。", fields=["reason"])
    room.database.write(lambda unit: _take_off(room, unit, actor, key, reason))


def end_nuisance(room: Workroom) -> int:
    """Take off what has run out: the PBX is told, the rows go; returns how many."""
    now = room.clock()
    query = select(nuisance_number.c.id).where(nuisance_number.c.until <= now).limit(100)
    with room.database.read() as conn:
        keys = list(conn.execute(query).scalars())
    for key in keys:
        room.database.write(partial(_ended, room, key))
    return len(keys)


def _ended(room: Workroom, key: int, unit: Unit) -> None:
    _take_off(room, unit, SYSTEM, key, "到期")


def _take_off(room: Workroom, unit: Unit, actor: Actor, key: int, reason: str) -> None:
    row = unit.conn.execute(
        select(nuisance_number).where(nuisance_number.c.id == key).with_for_update()
    ).first()
    if row is None:
        raise NotFound("名单里没有这个号码，请刷新。")
    number = room.cipher.open_text(row.number, f"nuisance_number.number:{row.number_hash.hex()}")
    unit.conn.execute(delete(nuisance_number).where(nuisance_number.c.id == key))
    _tell_pbx(room, unit, actor, read_number(room, number), on=False)
    last = unit.conn.execute(
        select(call.c.id)
        .where(call.c.number_hash == row.number_hash)
        .order_by(call.c.id.desc())
        .limit(1)
    ).scalar()
    if last is not None:
        told = {"reason": for_history(reason)[:200]}
        line = find_call(unit.conn, last)
        record_call(unit, actor, line, EventType.NUISANCE_REMOVED, told)


def _tell_pbx(room: Workroom, unit: Unit, actor: Actor, caller: CallerNumber, *, on: bool) -> None:
    reference = (caller.digest or b"").hex()[:32]
    sealed = seal_value(room, "number", reference, caller.number)
    told = {"reference": reference, "number": sealed, "on": on}
    ask(unit, actor, room.settings.pbx_name, CommandKind.NUISANCE, told)


def _caller(room: Workroom, unit: Unit, line: CallLine) -> CallerNumber:
    sealed = unit.conn.execute(select(call.c.number).where(call.c.id == line.id)).scalar()
    caller = read_number(room, open_call_number(room, line.pbx, line.linkedid, sealed))
    if caller.digest is None:
        raise WrongState("对方没有显示号码。")
    return caller


def _name(room: Workroom, unit: Unit, caller: CallerNumber) -> str:
    row = unit.conn.execute(
        select(reporter.c.ticket_id, reporter.c.name)
        .where(reporter.c.phone_hash.in_(digests_of(room, caller)), reporter.c.name.is_not(None))
        .order_by(reporter.c.ticket_id.desc())
        .limit(1)
    ).first()
    if row is None:
        return ""
    return room.cipher.open_text(row.name, f"reporter.name:{row.ticket_id}")


def _context(caller: CallerNumber) -> str:
    return f"nuisance_number.number:{(caller.digest or b'').hex()}"
