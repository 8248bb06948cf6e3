"""Automatic return calls: which tasks are dialled now, and never more than agents are free."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from intake.domain.agent import AgentState
from intake.domain.call import LinkState, Purpose
from intake.domain.dial_windows import may_dial
from intake.domain.errors import WrongState
from intake.domain.people import SYSTEM
from intake.domain.return_visit import ReturnChannel, ReturnState
from intake.domain.ticket import Ticket
from intake.services.do_not_call import wants_quiet
from intake.services.return_attempts import Dial, begin_attempt, link_of
from intake.services.returns import (
    ReturnTask,
    change_task,
    number_of,
    require_askable,
    task_of,
)
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import agent, dial_attempt, return_task
from intake.store.unit import Unit


def plan_automatic(room: Workroom) -> list[str]:
    """Dial what is due, as far as free agents go; returns the attempts that were begun.

    Nothing while callers wait, while the link is not live, outside the hours, or without the
    setting. A caller who comes meanwhile finds an agent: a dial keeps one agent's place free.
    """
    now = room.clock()
    if not room.settings.automatic_returns or not may_dial(now, room.calendar):
        return []
    with room.database.read() as conn:
        if _room_for(room, conn) <= 0 or not _any_due(conn, now):
            return []
    return room.database.write(lambda unit: _plan(room, unit, now))


def _plan(room: Workroom, unit: Unit, now: datetime) -> list[str]:
    most = _room_for(room, unit.conn)
    if most <= 0:
        return []
    rows = unit.conn.execute(
        select(return_task)
        .where(*_due(now))
        .order_by(return_task.c.due_at, return_task.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).mappings()
    return [key for row in rows.all() if (key := _dial(room, unit, task_of(row)))]


def _dial(room: Workroom, unit: Unit, task: ReturnTask) -> str:
    """Begin one call; a task that cannot be dialled by a machine goes to a person."""
    sheet = load(unit.conn, Ticket, task.ticket_id)
    number = number_of(room, unit.conn, task)
    try:
        if sheet is None:
            raise WrongState("受理单不存在。")
        require_askable(task, sheet)
    except WrongState:
        change_task(
            unit, task, state=ReturnState.CANCELLED, done_at=room.clock(), remark="moved on"
        )
        return ""
    if not number.reachable or wants_quiet(room, unit.conn, number) or sheet.confidential:
        change_task(unit, task, by_person=True)
        return ""
    dial = Dial(number, Purpose.AUTO_RETURN, return_task=task.id, ticket=task.ticket_id)
    return begin_attempt(room, unit, SYSTEM, dial)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    dialling = exists().where(
        dial_attempt.c.return_task_id == return_task.c.id, dial_attempt.c.ended_at.is_(None)
    )
    return (
        return_task.c.done_at.is_(None),
        return_task.c.state == ReturnState.WAITING.value,
        return_task.c.channel == ReturnChannel.PHONE.value,
        return_task.c.by_person.is_(False),
        return_task.c.asked_for.is_(None),
        return_task.c.next_at <= now,
        ~dialling,
    )


def _any_due(conn: Connection, now: datetime) -> bool:
    return conn.execute(select(return_task.c.id).where(*_due(now)).limit(1)).first() is not None


def _room_for(room: Workroom, conn: Connection) -> int:
    """Free agents less open dials; nothing while anybody waits in the queue."""
    state, waiting = link_of(room, conn)
    if state is not LinkState.LIVE or waiting:
        return 0
    free = conn.execute(
        select(func.count())
        .select_from(agent)
        .where(agent.c.state == AgentState.READY.value, agent.c.reachable)
    ).scalar_one()
    dialling = conn.execute(
        select(func.count()).select_from(dial_attempt).where(dial_attempt.c.ended_at.is_(None))
    ).scalar_one()
    return int(free) - int(dialling)


def put_off(unit: Unit, task_id: int, until: datetime) -> None:
    """A dial that was not made is not made again at once."""
    unit.conn.execute(
        update(return_task)
        .where(
            return_task.c.id == task_id,
            return_task.c.done_at.is_(None),
            return_task.c.next_at < until,
        )
        .values(next_at=until)
    )
