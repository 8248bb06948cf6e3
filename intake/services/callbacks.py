"""Call-backs (漏接回拨): one task a number until it is reached (domain.md §5.1, C1 and C2)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from intake.domain.call import CallOutcome, Direction, Purpose
from intake.domain.callback import (
    MOST_CALLBACKS,
    CallbackOutcome,
    CallbackState,
    callback_again_at,
    callback_due,
    may_call_back,
)
from intake.domain.contact import Outcome
from intake.domain.errors import Incomplete, NotAllowed, NotFound, StaleVersion, WrongState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.people import SYSTEM, Action, Actor
from intake.domain.return_visit import AttemptState
from intake.domain.ticket_steps import TicketState
from intake.services import outbox
from intake.services.call_numbers import CallerNumber, open_call_number, read_number
from intake.services.reporters import open_reporter
from intake.services.return_attempts import (
    Dial,
    begin_attempt,
    end_attempt,
    once,
    open_attempt,
    require_line,
    settle_return,
)
from intake.services.stepping import find_ticket, for_history
from intake.services.workroom import Workroom
from intake.store.tables import call, callback_task, contact
from intake.store.unit import Unit

_AFTER_FAULT = timedelta(minutes=5)


def call_ended(room: Workroom, job_id: int, call_id: int) -> None:
    """What the end of a call asks for, once (topic ``call.ended``)."""
    outbox.finish_with(room, job_id, lambda unit: settle_call(room, unit, call_id))


def settle_call(room: Workroom, unit: Unit, call_id: int) -> None:
    """Make, merge or end call-back tasks after a caller's call; settle a dial of ours after its.

    Running it again for the same call changes nothing.
    """
    row = unit.conn.execute(select(call).where(call.c.id == call_id)).first()
    if row is None or row.ended_at is None:
        return
    outcome = CallOutcome(row.outcome)
    if row.direction == Direction.IN.value:
        # A call of whose end nothing was heard was missed only if nobody had answered it.
        if outcome.missed and row.answered_at is None:
            _missed(room, unit, row)
        elif row.answered_at is not None and row.number_hash is not None:
            _called_again(room, unit, row)
    elif row.attempt_id:
        attempt = open_attempt(unit.conn, row.attempt_id)
        if attempt is not None:
            _settle_attempt(room, unit, attempt, row)


def _missed(room: Workroom, unit: Unit, row: Row[Any]) -> None:
    number = read_number(room, open_call_number(room, row.pbx, row.linkedid, row.number))
    if not number.reachable:
        _close_contact(unit, row, Outcome.REFUSED, "withheld")
        return
    _close_contact(unit, row, Outcome.CALLBACK)
    task = _open_task(unit.conn, row.number_hash)
    if task is None:
        _new_task(room, unit, row, number)
    elif row.id not in {task.first_call_id, task.last_call_id}:
        later = row.ended_at > task.missed_at
        unit.conn.execute(
            update(callback_task)
            .where(callback_task.c.id == task.id)
            .values(
                missed=task.missed + 1,
                last_call_id=row.id if later else task.last_call_id,
                missed_at=max(row.ended_at, task.missed_at),
                version=task.version + 1,
            )
        )
        _tell(unit, SYSTEM, row.id, EventType.CALLBACK_DUE, task.id)


def _new_task(room: Workroom, unit: Unit, row: Row[Any], number: CallerNumber) -> None:
    known = select(callback_task.c.id).where(
        (callback_task.c.first_call_id == row.id) | (callback_task.c.last_call_id == row.id)
    )
    if unit.conn.execute(known.limit(1)).first() is not None:
        return
    due = callback_due(row.ended_at, room.settings.callback_minutes, room.calendar)
    again = _answered_since(unit.conn, row)
    key = unit.conn.execute(
        insert(callback_task)
        .values(
            number=room.cipher.seal(number.number, _context(row.number_hash)),
            number_hash=row.number_hash,
            number_shown=number.shown,
            created_at=row.ended_at,
            due_at=due,
            next_at=due,
            missed_at=row.ended_at,
            state=(CallbackState.WAITING if again is None else CallbackState.DONE).value,
            reason=row.outcome,
            missed=1,
            first_call_id=row.id,
            last_call_id=row.id,
            attempts=0,
            done_at=again,
            outcome="" if again is None else CallbackOutcome.CALLED_AGAIN.value,
            remark="",
            version=1,
        )
        .returning(callback_task.c.id)
    ).scalar_one()
    _tell(unit, SYSTEM, row.id, EventType.CALLBACK_DUE, key)


def _answered_since(conn: Connection, row: Row[Any]) -> datetime | None:
    """When a later call of the same number was answered: the log of the PBX may tell late."""
    query = (
        select(call.c.answered_at)
        .where(
            call.c.number_hash == row.number_hash,
            call.c.started_at > row.started_at,
            call.c.outcome.in_([CallOutcome.ANSWERED.value, CallOutcome.OUT_ANSWERED.value]),
        )
        .order_by(call.c.started_at)
        .limit(1)
    )
    found: datetime | None = conn.execute(query).scalar()
    return found


def _called_again(room: Workroom, unit: Unit, row: Row[Any]) -> None:
    """The citizen got through: what waited for him is done."""
    task = _open_task(unit.conn, row.number_hash)
    if task is None:
        return
    if task.missed == 1 and task.first_call_id == row.id:
        _finish(room, unit, SYSTEM, task, CallbackOutcome.NOT_NEEDED, row.id, row.ticket_id)
    elif row.answered_at >= task.missed_at:
        _finish(room, unit, SYSTEM, task, CallbackOutcome.CALLED_AGAIN, row.id, row.ticket_id)


def _settle_attempt(room: Workroom, unit: Unit, attempt: Row[Any], row: Row[Any]) -> None:
    if attempt.return_task_id is not None:
        settle_return(room, unit, attempt, row)
        return
    end_attempt(room, unit, attempt.id, AttemptState.DONE, row, row.outcome)
    if attempt.callback_task_id is None:
        return
    task = _task(unit.conn, attempt.callback_task_id)
    if task.done_at is not None:
        return
    outcome = CallOutcome(row.outcome)
    if outcome is CallOutcome.OUT_ANSWERED:
        who = Actor(SYSTEM.role, SYSTEM.name, attempt.by_account)
        _finish(room, unit, who, task, CallbackOutcome.REACHED, row.id, row.ticket_id)
    elif outcome is CallOutcome.INVALID:
        _finish(room, unit, SYSTEM, task, CallbackOutcome.INVALID_NUMBER, row.id, None)
    elif outcome in {CallOutcome.FAILED, CallOutcome.LOST_TRACK}:
        _wait(unit, task, task.attempts, room.clock() + _AFTER_FAULT)
    elif task.attempts + 1 >= MOST_CALLBACKS:
        _finish(room, unit, SYSTEM, task, CallbackOutcome.NOT_REACHED, row.id, None, tried=1)
    else:
        _wait(unit, task, task.attempts + 1, callback_again_at(room.clock(), room.calendar))


def _wait(unit: Unit, task: Row[Any], attempts: int, again_at: datetime) -> None:
    unit.conn.execute(
        update(callback_task)
        .where(callback_task.c.id == task.id)
        .values(
            state=CallbackState.WAITING.value,
            attempts=attempts,
            next_at=again_at,
            claimed_by=None,
            claimed_at=None,
            version=task.version + 1,
        )
    )


def claim_callback(room: Workroom, actor: Actor, key: int) -> None:
    """Take a task; raises NotAllowed while a colleague holds it, except for the shift leader."""

    def work(unit: Unit) -> None:
        actor.require(Action.CALL)
        _hold(room, unit, actor, _waiting_task(unit.conn, key))

    room.database.write(work)


def release_callback(room: Workroom, actor: Actor, key: int) -> None:
    """Put a task back."""

    def work(unit: Unit) -> None:
        actor.require(Action.CALL)
        task = _waiting_task(unit.conn, key)
        if task.claimed_by is None:
            return
        if task.claimed_by != actor.account_id and not actor.may(Action.SUPERVISE_CALLS):
            raise NotAllowed("只能放回自己领取的回拨。")
        _wait(unit, task, task.attempts, task.next_at)

    room.database.write(work)


def dial_callback(room: Workroom, actor: Actor, key: int) -> str:
    """Call the number of a task from one's own extension; returns the attempt's id."""

    def work(unit: Unit) -> str:
        actor.require(Action.CALL)
        task = _waiting_task(unit.conn, key)
        if not may_call_back(room.clock(), task.missed_at):
            raise WrongState("现在太晚或太早，请在早上8点至晚上9点之间回拨。")
        extension = require_line(room, unit.conn, actor)
        _hold(room, unit, actor, task)
        number = read_number(
            room, room.cipher.open_text(task.number, _context(bytes(task.number_hash)))
        )
        dial = Dial(number, Purpose.CALLBACK, callback_task=task.id)
        return begin_attempt(room, unit, actor, dial, extension)

    return once(room, work)


def dial_completion(room: Workroom, actor: Actor, number: str) -> str:
    """Call the reporter of a ticket that waits for information (C2); returns the attempt's id."""

    def work(unit: Unit) -> str:
        actor.require(Action.CALL)
        sheet = find_ticket(unit.conn, number)
        if sheet.state is not TicketState.AWAITING_INFO:
            raise WrongState("这张受理单已不在等待补充，请刷新列表。")
        person = open_reporter(room, unit.conn, sheet.id)
        caller = read_number(room, person.phone or person.caller_number)
        if not caller.reachable:
            raise WrongState("反映人没有留下可以拨打的电话。")
        if not may_call_back(room.clock(), sheet.received_at):
            raise WrongState("现在太晚或太早，请在早上8点至晚上9点之间拨打。")
        extension = require_line(room, unit.conn, actor)
        dial = Dial(caller, Purpose.CLICK, ticket=sheet.id)
        return begin_attempt(room, unit, actor, dial, extension)

    return once(room, work)


def finish_callback(
    room: Workroom,
    actor: Actor,
    key: int,
    version: int,
    outcome: CallbackOutcome,
    remark: str = "",
    ticket: str = "",
) -> None:
    """End a task by hand, with the ticket that came of it; raises Incomplete, StaleVersion.

    Whoever was not called back needs a remark that says why.
    """
    if not outcome.called_back and not remark.strip():
        raise Incomplete("请写明不再回拨的原因。", fields=["remark"])

    def work(unit: Unit) -> None:
        actor.require(Action.CALL)
        task = _waiting_task(unit.conn, key)
        if task.version != version:
            raise StaleVersion("这项回拨刚有变化，请查看最新内容后再操作。")
        _hold(room, unit, actor, task)
        task = _waiting_task(unit.conn, key)
        sheet = find_ticket(unit.conn, ticket, lock=False).id if ticket.strip() else None
        _finish(room, unit, actor, task, outcome, task.last_call_id, sheet, remark=remark)

    room.database.write(work)


def _hold(room: Workroom, unit: Unit, actor: Actor, task: Row[Any]) -> None:
    if task.claimed_by == actor.account_id:
        return
    if task.claimed_by is not None and not actor.may(Action.SUPERVISE_CALLS):
        raise NotAllowed("这项回拨已由同事领取。")
    unit.conn.execute(
        update(callback_task)
        .where(callback_task.c.id == task.id)
        .values(
            state=CallbackState.CLAIMED.value,
            claimed_by=actor.account_id,
            claimed_at=room.clock(),
            version=task.version + 1,
        )
    )


def _finish(
    room: Workroom,
    unit: Unit,
    actor: Actor,
    task: Row[Any],
    outcome: CallbackOutcome,
    call_id: int | None,
    ticket_id: int | None,
    *,
    remark: str = "",
    tried: int | None = None,
) -> None:
    reached = int(outcome is CallbackOutcome.REACHED) if tried is None else tried
    unit.conn.execute(
        update(callback_task)
        .where(callback_task.c.id == task.id)
        .values(
            state=CallbackState.DONE.value,
            done_at=room.clock(),
            done_by=actor.account_id,
            outcome=outcome.value,
            attempts=task.attempts + reached,
            ticket_id=ticket_id,
            remark=for_history(remark),
            version=task.version + 1,
        )
    )
    if call_id is not None:
        _tell(unit, actor, call_id, EventType.CALLBACK_DONE, task.id, outcome.value)


def _tell(
    unit: Unit, actor: Actor, call_id: int, kind: EventType, task: int, outcome: str = ""
) -> None:
    data = {"call": call_id, "task": task} | ({"outcome": outcome} if outcome else {})
    state = outcome or CallbackState.WAITING.value
    fact = Fact.of(actor, unit.now, Subject.CALL, call_id, kind, to_state=state, data=data)
    unit.record(fact)


def _close_contact(unit: Unit, row: Row[Any], outcome: Outcome, remark: str = "") -> None:
    """The caller's arrival has its one outcome; a message left on tape has its own."""
    if row.contact_id is None or row.outcome == CallOutcome.VOICEMAIL.value:
        return
    unit.conn.execute(
        update(contact)
        .where(contact.c.id == row.contact_id, contact.c.outcome == Outcome.OPEN.value)
        .values(outcome=outcome.value, outcome_at=unit.now, remark=remark)
    )


def _open_task(conn: Connection, digest: bytes) -> Row[Any] | None:
    query = select(callback_task).where(
        callback_task.c.number_hash == digest, callback_task.c.done_at.is_(None)
    )
    return conn.execute(query.with_for_update()).first()


def _task(conn: Connection, key: int) -> Row[Any]:
    query = select(callback_task).where(callback_task.c.id == key).with_for_update()
    row = conn.execute(query).first()
    if row is None:
        raise NotFound("没有这项回拨，请刷新列表。")
    return row


def _waiting_task(conn: Connection, key: int) -> Row[Any]:
    task = _task(conn, key)
    if task.done_at is not None:
        raise WrongState("这项回拨已经办完，请刷新列表。")
    return task


def _context(digest: bytes) -> str:
    return f"callback_task.number:{digest.hex()}"
