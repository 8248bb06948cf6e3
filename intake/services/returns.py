"""Return tasks: who is asked after a check, and what each visit makes of the task (domain.md §5.2).

One open task a ticket. A task is born in the transaction that checks the case, and moves in the
transaction that writes the visit down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from intake.domain.case import Case
from intake.domain.deadlines import Limit, LimitUnit, due_at
from intake.domain.dial_windows import asked_time, exhausted, next_dial_at
from intake.domain.errors import NotAllowed, NotFound, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import SYSTEM, Action, Actor
from intake.domain.return_visit import (
    NOBODY_TO_ASK,
    TRIES,
    NoVisit,
    ReturnChannel,
    ReturnKind,
    ReturnState,
    unhappy,
)
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.call_numbers import CallerNumber, read_number
from intake.services.do_not_call import wants_quiet
from intake.services.reporters import open_reporter
from intake.services.stepping import write_fact
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import casefile, return_task, visit
from intake.store.unit import Unit

_WITHIN = Limit(Decimal(1), LimitUnit.WORK_DAY)
"""A reporter is asked within one working day of the check (domain.md §5.2)."""

_REST = timedelta(minutes=30)
"""After a fault of the line, or a talk that could not go on, nobody calls again at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTask:
    """One reporter to be asked; ``next_at`` is when the next try is planned, ``due_at`` the limit.

    ``asked_for`` is the time the citizen named. ``visit_id`` is the visit that ended the task.
    """

    id: int
    ticket_id: int
    case_id: int | None
    kind: ReturnKind
    channel: ReturnChannel
    created_at: datetime
    due_at: datetime
    next_at: datetime
    asked_for: datetime | None
    by_person: bool
    state: ReturnState
    attempts: int
    claimed_by: int | None
    claimed_at: datetime | None
    done_at: datetime | None
    visit_id: int | None
    decision: str
    decided_by: int | None
    confirmed_by: int | None
    remark: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one visit came to, as far as the task is concerned."""

    outcome: VisitOutcome
    solved: Solved | None = None
    handling: Satisfaction = Satisfaction.NOT_GIVEN
    asked_for: datetime | None = None
    automatic: bool = False


def task_of(row: RowMapping) -> ReturnTask:
    """The record of a full row."""
    values = {spec.name: row[spec.name] for spec in fields(ReturnTask)}
    values["kind"] = ReturnKind(values["kind"])
    values["channel"] = ReturnChannel(values["channel"])
    values["state"] = ReturnState(values["state"])
    return ReturnTask(**values)


def find_task(
    conn: Connection, key: int, version: int | None = None, *, lock: bool = True
) -> ReturnTask:
    """The task, locked for the writer unless told; raises NotFound, and StaleVersion unless
    ``version`` is the stored one."""
    query = select(return_task).where(return_task.c.id == key)
    row = conn.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("没有这项回访，请刷新列表。")
    task = task_of(row)
    if version is not None and version != task.version:
        raise StaleVersion("这项回访刚被别人办理过，请查看最新内容后再操作。")
    return task


def open_task_of(conn: Connection, ticket_id: int) -> ReturnTask | None:
    """The ticket's open task, locked."""
    query = select(return_task).where(
        return_task.c.ticket_id == ticket_id, return_task.c.done_at.is_(None)
    )
    row = conn.execute(query.with_for_update()).mappings().first()
    return None if row is None else task_of(row)


def task_to_answer(conn: Connection, ticket_id: int) -> ReturnTask | None:
    """The task an answer in writing belongs to, locked: the open one, or the newest when only the
    telephone did not reach the reporter; None when nobody is asked or the answer is there."""
    query = (
        select(return_task)
        .where(return_task.c.ticket_id == ticket_id)
        .order_by(return_task.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query.with_for_update()).mappings().first()
    task = None if row is None else task_of(row)
    late = task is not None and task.state is ReturnState.UNREACHABLE
    return task if task is not None and (late or task.done_at is None) else None


def change_task(unit: Unit, before: ReturnTask, **changes: Any) -> int:
    """Write the changes; returns the new version."""
    values = {name: getattr(value, "value", value) for name, value in changes.items()}
    version = before.version + 1
    unit.conn.execute(
        update(return_task).where(return_task.c.id == before.id).values(version=version, **values)
    )
    return version


def begin_returns(
    room: Workroom,
    unit: Unit,
    case: Case,
    sheets: Iterable[Ticket],
    kind: ReturnKind = ReturnKind.CONFIRM,
) -> int:
    """One task for every reporter of the case; returns how many are to be asked.

    Who cannot or must not be asked gets a task that is closed at once, with the reason.
    """
    now = room.clock()
    rows = [_new_task(room, unit.conn, case, sheet, kind, now) for sheet in sheets]
    if rows:
        unit.conn.execute(insert(return_task), rows)
    return sum(row["done_at"] is None for row in rows)


def begin_again(room: Workroom, unit: Unit, case: Case, sheet: Ticket) -> None:
    """Ask anew, by a person: the one who answered was not the reporter."""
    row = _new_task(room, unit.conn, case, sheet, ReturnKind.CONFIRM, room.clock())
    unit.conn.execute(insert(return_task).values(row | {"by_person": True}))


def _new_task(
    room: Workroom, conn: Connection, case: Case, sheet: Ticket, kind: ReturnKind, now: datetime
) -> dict[str, Any]:
    channel, reason = _channel_of(room, conn, sheet)
    asked = reason is None
    return {
        "ticket_id": sheet.id,
        "case_id": case.id,
        "kind": kind.value,
        "channel": channel.value,
        "created_at": now,
        "due_at": due_at(now, _WITHIN, room.calendar),
        "next_at": next_dial_at(now, (), room.calendar),
        # Whoever reported somebody else is never asked by a machine.
        "by_person": sheet.confidential,
        "state": (ReturnState.WAITING if asked else ReturnState.NONE).value,
        "attempts": 0,
        "done_at": None if asked else now,
        "decision": "",
        "remark": "" if reason is None else reason.value,
        "version": 1,
    }


def _channel_of(
    room: Workroom, conn: Connection, sheet: Ticket
) -> tuple[ReturnChannel, NoVisit | None]:
    if sheet.anonymous:
        return ReturnChannel.NONE, NoVisit.ANONYMOUS
    person = open_reporter(room, conn, sheet.id)
    caller = read_number(room, person.phone or person.caller_number)
    if caller.reachable and not wants_quiet(room, conn, caller):
        return ReturnChannel.PHONE, None
    if person.email:
        return ReturnChannel.WRITTEN, None
    quiet = NoVisit.DO_NOT_CALL if caller.reachable else NoVisit.NO_CONTACT
    return ReturnChannel.NONE, quiet


def number_of(room: Workroom, conn: Connection, task: ReturnTask) -> CallerNumber:
    """The reporter's number, as it is now."""
    person = open_reporter(room, conn, task.ticket_id)
    return read_number(room, person.phone or person.caller_number)


def cancel_returns(room: Workroom, unit: Unit, ticket_ids: Sequence[int], why: str) -> None:
    """The tickets have gone on without being asked: their open tasks end, with the reason."""
    unit.conn.execute(
        update(return_task)
        .where(
            return_task.c.ticket_id.in_(ticket_ids),
            return_task.c.done_at.is_(None),
            return_task.c.kind == ReturnKind.CONFIRM.value,
        )
        .values(
            state=ReturnState.CANCELLED.value,
            done_at=room.clock(),
            remark=why,
            version=return_task.c.version + 1,
        )
    )


def require_asker(conn: Connection, actor: Actor, task: ReturnTask) -> None:
    """Raise NotAllowed for whoever dispatched the case: nobody asks about his own work (§5.1)."""
    actor.require(Action.VISIT)
    query = select(casefile.c.dispatched_by).where(casefile.c.id == task.case_id)
    dispatcher = conn.execute(query).scalar()
    if actor.account_id is not None and dispatcher == actor.account_id:
        raise NotAllowed("这件案卷由您派遣，回访请交由其他人办理。")


def require_askable(task: ReturnTask, sheet: Ticket) -> None:
    """Raise WrongState unless somebody is still to be asked."""
    gone = task.kind is ReturnKind.CONFIRM and sheet.state is not TicketState.AWAITING_VISIT
    if task.done_at is not None or gone:
        raise WrongState("这项回访已经结束，请刷新列表。")


def claim_return(room: Workroom, actor: Actor, key: int) -> ReturnTask:
    """Take a task; raises NotAllowed while a colleague holds it, except for the shift leader."""

    def work(unit: Unit) -> ReturnTask:
        task = find_task(unit.conn, key)
        require_asker(unit.conn, actor, task)
        if task.done_at is not None:
            raise WrongState("这项回访已经结束，请刷新列表。")
        hold_task(room, unit, actor, task)
        return find_task(unit.conn, key)

    return room.database.write(work)


def hold_task(room: Workroom, unit: Unit, actor: Actor, task: ReturnTask) -> None:
    """Claim inside the caller's transaction; mine already is mine."""
    if task.claimed_by == actor.account_id:
        return
    if task.claimed_by is not None and not actor.may(Action.DECIDE_VISIT):
        raise NotAllowed("这项回访已由同事领取。")
    change_task(
        unit,
        task,
        state=ReturnState.CLAIMED,
        claimed_by=actor.account_id,
        claimed_at=room.clock(),
    )


def release_return(room: Workroom, actor: Actor, key: int) -> None:
    """Put a task back; the holder or the shift leader."""

    def work(unit: Unit) -> None:
        actor.require(Action.VISIT)
        task = find_task(unit.conn, key)
        if task.state is not ReturnState.CLAIMED:
            return
        if task.claimed_by != actor.account_id and not actor.may(Action.DECIDE_VISIT):
            raise NotAllowed("只能放回自己领取的回访。")
        change_task(unit, task, state=ReturnState.WAITING, claimed_by=None, claimed_at=None)

    room.database.write(work)


def follow_visit(
    room: Workroom, unit: Unit, task: ReturnTask, visit_id: int, said: Said
) -> ReturnState:
    """Move the task on after one visit was written down; returns its state then."""
    now = room.clock()
    ending: dict[str, Any] = {"visit_id": visit_id, "done_at": now, "asked_for": None}
    if said.outcome is VisitOutcome.ANSWERED:
        bad = unhappy(said.solved, said.handling)
        state = ReturnState.REVIEW if bad else ReturnState.DONE
        change_task(unit, task, state=state, **ending)
        return state
    if said.outcome in NOBODY_TO_ASK:
        refused = said.outcome is VisitOutcome.REFUSED
        state = ReturnState.DONE if refused else ReturnState.UNREACHABLE
        change_task(unit, task, state=state, remark=said.outcome.value, **ending)
        return state
    tries = tries_of(unit.conn, task)
    if exhausted(tries):
        change_task(unit, task, state=ReturnState.UNREACHABLE, attempts=len(tries), **ending)
        _tell_in_writing(unit, task)
        return ReturnState.UNREACHABLE
    wanted = None if said.asked_for is None else asked_time(now, said.asked_for)
    rest = timedelta() if said.outcome in TRIES else _REST
    change_task(
        unit,
        task,
        state=ReturnState.WAITING,
        attempts=len(tries),
        claimed_by=None,
        claimed_at=None,
        asked_for=wanted,
        next_at=wanted or next_dial_at(now + rest, tries, room.calendar),
        by_person=task.by_person or (said.automatic and said.outcome is VisitOutcome.CALL_LATER),
    )
    return ReturnState.WAITING


def tries_of(conn: Connection, task: ReturnTask) -> list[datetime]:
    """When the reporter was tried in vain since the task began."""
    query = select(visit.c.at).where(
        visit.c.ticket_id == task.ticket_id,
        visit.c.at >= task.created_at,
        visit.c.outcome.in_([outcome.value for outcome in TRIES]),
    )
    return list(conn.execute(query.order_by(visit.c.id)).scalars())


def _tell_in_writing(unit: Unit, task: ReturnTask) -> None:
    """Note that the reporter is to be told in writing, with a link (domain.md §5.2)."""
    sheet = load(unit.conn, Ticket, task.ticket_id, lock=True)
    if sheet is None or task.kind is not ReturnKind.CONFIRM:
        return
    told = {"result": ReturnState.UNREACHABLE.value, "task": task.id}
    write_fact(unit, SYSTEM, sheet, EventType.RETURN_ATTEMPTED, data=told, bump=False)
