"""The worklist of call-backs: missed callers by due time, and reporters to be asked for more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from intake.domain.call import CallOutcome
from intake.domain.callback import CallbackOutcome, completion_due
from intake.domain.numbers import COUNTY_ZONE, ticket_number
from intake.domain.people import Action, Actor
from intake.domain.phone_scripts import CALL_BACK
from intake.domain.ticket_steps import TicketState
from intake.services.wordings import spoken
from intake.services.workroom import Workroom
from intake.store.tables import account, callback_task, dial_attempt, reporter, ticket

_MOST = 200
_MOST_DONE = 30
_DONE_SHOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackLine:
    """One missed caller, masked; ``holder`` is who claimed it, ``dialling`` while it rings."""

    id: int
    shown: str
    reason: str
    missed: int
    missed_at: datetime
    due_at: datetime
    next_at: datetime
    attempts: int
    holder: str
    holder_id: int | None
    dialling: bool
    version: int
    words: str
    outcome: str
    done_at: datetime | None
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionLine:
    """One reporter whose ticket waits for information (C2)."""

    number: str
    questions: str
    due_at: datetime
    respond_by: datetime | None
    attempts: int
    dialling: bool


@dataclass(frozen=True, slots=True)
class Callbacks:
    """``more`` tells that there are more waiting than are shown."""

    waiting: list[CallbackLine]
    completions: list[CompletionLine]
    done: list[CallbackLine]
    more: bool


def list_callbacks(room: Workroom, actor: Actor) -> Callbacks:
    """What is to be called back, earliest first, and what was done within a day."""
    actor.require(Action.READ_CALLS)
    with room.database.read() as conn:
        waiting = _lines(room, conn, done=False)
        return Callbacks(
            waiting[:_MOST],
            _completions(room, conn),
            _lines(room, conn, done=True),
            len(waiting) > _MOST,
        )


def _lines(room: Workroom, conn: Connection, *, done: bool) -> list[CallbackLine]:
    task = callback_task.c
    dialling = (
        select(dial_attempt.c.callback_task_id)
        .where(
            dial_attempt.c.ended_at.is_(None),
            dial_attempt.c.callback_task_id.is_not(None),
        )
        .subquery()
    )
    query = (
        select(
            callback_task,
            account.c.display_name,
            dialling.c.callback_task_id.label("dialling"),
        )
        .outerjoin(account, account.c.id == (task.done_by if done else task.claimed_by))
        .outerjoin(dialling, dialling.c.callback_task_id == task.id)
    )
    if done:
        since = room.clock() - _DONE_SHOWN
        query = query.where(task.done_at >= since).order_by(task.done_at.desc()).limit(_MOST_DONE)
    else:
        query = query.where(task.done_at.is_(None)).order_by(task.next_at, task.id)
        query = query.limit(_MOST + 1)
    rows = conn.execute(query).all()
    return [
        CallbackLine(
            id=row.id,
            shown=row.number_shown,
            reason=CallOutcome(row.reason).label,
            missed=row.missed,
            missed_at=row.missed_at,
            due_at=row.due_at,
            next_at=row.next_at,
            attempts=row.attempts,
            holder=row.display_name or "",
            holder_id=row.claimed_by,
            dialling=row.dialling is not None,
            version=row.version,
            words="" if done else _words(room, conn, row.missed_at),
            outcome=CallbackOutcome(row.outcome).label if row.outcome else "",
            done_at=row.done_at,
            ticket=ticket_number(row.ticket_id) if row.ticket_id else "",
        )
        for row in rows
    ]


def _words(room: Workroom, conn: Connection, missed_at: datetime) -> str:
    local = missed_at.astimezone(COUNTY_ZONE)
    return spoken(room, conn, CALL_BACK, {"时间": f"{local:%m月%d日%H点%M分}"})


def _completions(room: Workroom, conn: Connection) -> list[CompletionLine]:
    tries = (
        select(
            dial_attempt.c.ticket_id,
            func.count().label("tries"),
            func.count(dial_attempt.c.ended_at).label("ended"),
        )
        .where(
            dial_attempt.c.ticket_id.is_not(None),
            dial_attempt.c.return_task_id.is_(None),
            dial_attempt.c.callback_task_id.is_(None),
        )
        .group_by(dial_attempt.c.ticket_id)
        .subquery()
    )
    query = (
        select(
            ticket.c.id,
            ticket.c.questions,
            ticket.c.respond_by,
            tries.c.tries,
            tries.c.ended,
        )
        .join(reporter, reporter.c.ticket_id == ticket.c.id)
        .outerjoin(tries, tries.c.ticket_id == ticket.c.id)
        .where(
            ticket.c.state == TicketState.AWAITING_INFO.value,
            reporter.c.phone_hash.is_not(None),
        )
        .order_by(ticket.c.respond_by, ticket.c.id)
        .limit(_MOST)
    )
    waits = timedelta(hours=room.settings.information_hours)
    lines = [
        CompletionLine(
            number=ticket_number(row.id),
            questions=row.questions,
            due_at=completion_due((row.respond_by or room.clock()) - waits, room.calendar),
            respond_by=row.respond_by,
            attempts=row.tries or 0,
            dialling=(row.tries or 0) > (row.ended or 0),
        )
        for row in conn.execute(query)
    ]
    return sorted(lines, key=lambda line: line.due_at)
