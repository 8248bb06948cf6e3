"""Dials and missed calls that nobody reported: found by looking, whatever process died."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select, update

from intake.domain.call import CallOutcome, Direction
from intake.domain.callback import CallbackState
from intake.domain.contact import Outcome
from intake.domain.pbx_command import CommandState
from intake.domain.return_visit import AttemptState
from intake.domain.ticket import Ticket
from intake.domain.visit import VisitOutcome
from intake.services.callbacks import settle_call
from intake.services.return_attempts import actor_of, end_attempt, open_attempt
from intake.services.return_plan import put_off
from intake.services.returns import find_task
from intake.services.visit import VisitRecord, follow, write_visit
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import call, callback_task, contact, dial_attempt, pbx_command
from intake.store.unit import Unit

_BATCH = 100
_LOOK_BACK = timedelta(days=3)
_NOTHING_HEARD = timedelta(minutes=3)
"""A dial whose command has ended shows as a call within this time, or is lost."""

_NOT_AT_ONCE = timedelta(minutes=5)
_LOST = "电话系统中断，这次拨打结果不明"
_NEVER_RAN = (CommandState.REFUSED.value, CommandState.EXPIRED.value)


def settle_dials(room: Workroom) -> int:
    """End open dials whose call is over, whose command was never run, or that were lost."""
    query = (
        select(
            dial_attempt.c.id,
            dial_attempt.c.planned_at,
            call.c.id.label("call_id"),
            call.c.ended_at,
            pbx_command.c.state,
        )
        .select_from(
            dial_attempt.outerjoin(call, call.c.attempt_id == dial_attempt.c.id).outerjoin(
                pbx_command, pbx_command.c.id == dial_attempt.c.command_id
            )
        )
        .where(dial_attempt.c.ended_at.is_(None))
        .order_by(dial_attempt.c.planned_at)
        .limit(_BATCH)
    )
    with room.database.read() as conn:
        rows = conn.execute(query).all()
    return sum(_settle(room, row) for row in rows)


def _settle(room: Workroom, row: Any) -> bool:
    if row.call_id is not None:
        if row.ended_at is None:
            return False
        room.database.write(lambda unit: settle_call(room, unit, row.call_id))
        return True
    ran = row.state not in _NEVER_RAN
    waited = room.clock() - row.planned_at >= _NOTHING_HEARD
    if row.state in {CommandState.ASKED.value, CommandState.TAKEN.value} or (ran and not waited):
        return False
    room.database.write(lambda unit: _without_call(room, unit, row.id, lost=ran))
    return True


def _without_call(room: Workroom, unit: Unit, key: str, *, lost: bool) -> None:
    attempt = open_attempt(unit.conn, key)
    if attempt is None:
        return
    state = AttemptState.LOST if lost else AttemptState.NOT_MADE
    visit_id = None
    if attempt.return_task_id is not None:
        if lost:
            visit_id = _note_fault(room, unit, attempt)
        else:
            put_off(unit, attempt.return_task_id, room.clock() + _NOT_AT_ONCE)
    elif attempt.callback_task_id is not None:
        _wait_again(room, unit, attempt.callback_task_id)
    end_attempt(room, unit, key, state, None, CallOutcome.FAILED.value, visit_id)


def _note_fault(room: Workroom, unit: Unit, attempt: Row[Any]) -> int | None:
    """The person may have been rung: the attempt is written down as a fault of the line."""
    task = find_task(unit.conn, attempt.return_task_id)
    sheet = load(unit.conn, Ticket, task.ticket_id, lock=True)
    if task.done_at is not None or sheet is None:
        return None
    record = VisitRecord(outcome=VisitOutcome.LINE_FAULT, remark=_LOST)
    who = actor_of(unit.conn, attempt.by_account)
    _, key = write_visit(room, unit, who, sheet, record, attempt.planned_at)
    follow(room, unit, task, key, record, automatic=bool(attempt.automatic))
    return key


def _wait_again(room: Workroom, unit: Unit, task_id: int) -> None:
    unit.conn.execute(
        update(callback_task)
        .where(callback_task.c.id == task_id, callback_task.c.done_at.is_(None))
        .values(
            state=CallbackState.WAITING.value,
            claimed_by=None,
            claimed_at=None,
            next_at=room.clock() + _NOT_AT_ONCE,
            version=callback_task.c.version + 1,
        )
    )


def settle_missed(room: Workroom) -> int:
    """Missed calls without a decision, for example those the PBX's own log told of later."""
    missed = [outcome.value for outcome in CallOutcome if outcome.missed]
    query = (
        select(call.c.id)
        .join(contact, contact.c.id == call.c.contact_id)
        .where(
            call.c.started_at >= room.clock() - _LOOK_BACK,
            call.c.direction == Direction.IN.value,
            call.c.outcome.in_([one for one in missed if one != CallOutcome.VOICEMAIL.value]),
            call.c.ended_at.is_not(None),
            call.c.answered_at.is_(None),
            contact.c.outcome == Outcome.OPEN.value,
        )
        .order_by(call.c.started_at)
        .limit(_BATCH)
    )
    with room.database.read() as conn:
        found = conn.execute(query).scalars().all()
    for key in found:
        _settle_one(room, key)
    return len(found)


def _settle_one(room: Workroom, key: int) -> None:
    room.database.write(lambda unit: settle_call(room, unit, key))
