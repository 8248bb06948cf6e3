"""Outgoing calls for tasks: each dial is a row of its own before the PBX hears of it.

The row's id is the channel id of the call, so that whatever process dies in between, one task is
never dialled twice: an open row forbids another one (partial unique index), and an attempt of
whose end nothing is known rests before the next (issue 3, item 10).
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from intake.domain.agent import AgentState
from intake.domain.call import CallOutcome, LinkState, Purpose
from intake.domain.dial_windows import may_dial, window_of
from intake.domain.errors import NotFound, WrongState
from intake.domain.pbx_command import CommandKind
from intake.domain.people import SYSTEM, Action, Actor, Role
from intake.domain.return_visit import (
    AttemptState,
    Heard,
    NoVisit,
    Question,
    ReturnChannel,
    heard,
    unhappy,
    visit_outcome_of,
)
from intake.domain.ticket import Ticket
from intake.domain.visit import VisitOutcome
from intake.services.agent_rows import agent_of_account
from intake.services.call_numbers import CallerNumber
from intake.services.do_not_call import wants_quiet
from intake.services.pbx_commands import ask, seal_value
from intake.services.returns import (
    ReturnTask,
    find_task,
    hold_task,
    number_of,
    require_askable,
    require_asker,
)
from intake.services.visit import VisitRecord, follow, write_visit
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import account, call, dial_attempt, pbx
from intake.store.unit import Unit

_MAY_DIAL = frozenset({AgentState.READY, AgentState.PAUSED, AgentState.WRAP_UP})
_BUSY = "这个号码或您的话机正在拨打中，请等这次通话结束。"
_BY_KEYS = "自动回访按键评价，未说明原因"


@dataclass(frozen=True, slots=True)
class Dial:
    """What a dial is for; exactly one of the three references is set."""

    number: CallerNumber
    purpose: Purpose
    return_task: int | None = None
    callback_task: int | None = None
    ticket: int | None = None


def require_line(room: Workroom, conn: Connection, actor: Actor) -> str:
    """The extension this person dials from; raises WrongState with what to do first.

    Nobody dials out while callers wait: the telephone is for them first.
    """
    state, waiting = link_of(room, conn)
    if state is not LinkState.LIVE:
        raise WrongState("电话交换机没有连接，暂时不能拨打，请稍后再试或使用话机。")
    if waiting:
        raise WrongState(f"有{waiting}位市民正在排队，请先接听来电，再拨打。")
    mine = agent_of_account(conn, actor.account_id)
    if mine is None or mine.state is AgentState.OFFLINE:
        raise WrongState("您还没有签入分机，请先签入再拨打。")
    if mine.state not in _MAY_DIAL:
        raise WrongState("您正在通话或振铃，请结束后再拨打。")
    return mine.extension


def link_of(room: Workroom, conn: Connection) -> tuple[LinkState, int]:
    """How the link stands, and how many callers wait."""
    query = select(pbx.c.state, pbx.c.waiting).where(pbx.c.name == room.settings.pbx_name)
    row = conn.execute(query).first()
    if row is None:
        return LinkState.DISCONNECTED, 0
    return LinkState(row.state), len(row.waiting)


def begin_attempt(room: Workroom, unit: Unit, actor: Actor, dial: Dial, extension: str = "") -> str:
    """Row and command in one transaction: the PBX can only hear of what is committed.

    Without ``extension`` the call is automatic. Raises IntegrityError when the task, or the person,
    has an open dial already.
    """
    now = room.clock()
    key = f"ms-{secrets.token_hex(12)}"
    automatic = not extension
    unit.conn.execute(
        insert(dial_attempt).values(
            id=key,
            return_task_id=dial.return_task,
            callback_task_id=dial.callback_task,
            ticket_id=dial.ticket,
            automatic=automatic,
            window=window_of(now).value,
            by_account=actor.account_id,
            planned_at=now,
            state=AttemptState.ASKED.value,
            outcome="",
            answers={},
        )
    )
    payload: dict[str, Any] = {
        "attempt_id": key,
        "purpose": dial.purpose.value,
        "number": seal_value(room, "number", key, dial.number.number),
    }
    kind = CommandKind.ORIGINATE_RETURN if automatic else CommandKind.ORIGINATE
    if not automatic:
        payload["extension"] = extension
    command = ask(unit, actor, room.settings.pbx_name, kind, payload)
    unit.conn.execute(
        update(dial_attempt).where(dial_attempt.c.id == key).values(command_id=command)
    )
    return key


def dial_return(room: Workroom, actor: Actor, task_id: int) -> str:
    """Call the reporter of a task from one's own extension; returns the attempt's id.

    Raises WrongState outside the hours, while callers wait, without a line, or while it is being
    dialled; NotAllowed for whoever dispatched the case or does not hold the task.
    """

    def work(unit: Unit) -> str:
        actor.require(Action.CALL)
        task = find_task(unit.conn, task_id)
        require_asker(unit.conn, actor, task)
        sheet = _sheet(unit.conn, task)
        require_askable(task, sheet)
        number = _number_to_call(room, unit.conn, task)
        if not may_dial(room.clock(), room.calendar, task.asked_for):
            raise WrongState(
                "现在不是回访时间：工作日上午8:30至12:00、下午2:30至晚上8:00，或市民约定的时间。"
            )
        extension = require_line(room, unit.conn, actor)
        hold_task(room, unit, actor, task)
        dial = Dial(number, Purpose.RETURN, return_task=task.id, ticket=task.ticket_id)
        return begin_attempt(room, unit, actor, dial, extension)

    return once(room, work)


def once(room: Workroom, work: Any) -> str:
    """Run a dial; an open one of the same task or person is told in plain words."""
    try:
        key: str = room.database.write(work)
    except IntegrityError:
        raise WrongState(_BUSY) from None
    return key


def may_still_dial(room: Workroom, attempt_id: str) -> bool:
    """Whether the PBX should really dial: asked right before it does.

    False when the attempt is over, its task was ended meanwhile, or the person asked for quiet.
    """
    with room.database.read() as conn:
        attempt = conn.execute(
            select(dial_attempt).where(
                dial_attempt.c.id == attempt_id, dial_attempt.c.ended_at.is_(None)
            )
        ).first()
        if attempt is None:
            return False
        if attempt.return_task_id is None:
            return True
        try:
            task = find_task(conn, attempt.return_task_id, lock=False)
            require_askable(task, _sheet(conn, task))
            _number_to_call(room, conn, task)
        except (WrongState, NotFound):
            return False
        return may_dial(room.clock(), room.calendar, task.asked_for)


def return_answered(room: Workroom, attempt_id: str, question: str, digit: str) -> bool:
    """Keep what was pressed during an automatic call; False for ids and questions unknown here."""
    if question not in set(Question):
        return False

    def work(unit: Unit) -> bool:
        attempt = open_attempt(unit.conn, attempt_id)
        if attempt is None or not attempt.automatic:
            return False
        answers = dict(attempt.answers) | {question: digit.strip()[:1]}
        unit.conn.execute(
            update(dial_attempt).where(dial_attempt.c.id == attempt_id).values(answers=answers)
        )
        return True

    return room.database.write(work)


def return_done(room: Workroom, attempt_id: str) -> bool:
    """An automatic call came to its end: its answers become the visit; a second time changes
    nothing."""

    def work(unit: Unit) -> bool:
        attempt = open_attempt(unit.conn, attempt_id)
        if attempt is None or not attempt.automatic:
            return False
        _finish_automatic(room, unit, attempt, None)
        return True

    return room.database.write(work)


def open_attempt(conn: Connection, key: str) -> Row[Any] | None:
    """The attempt, locked, unless it is over."""
    query = select(dial_attempt).where(dial_attempt.c.id == key, dial_attempt.c.ended_at.is_(None))
    return conn.execute(query.with_for_update()).first()


def settle_return(room: Workroom, unit: Unit, attempt: Row[Any], ended: Row[Any]) -> None:
    """The call of a return attempt is over: what the PBX says becomes the visit.

    Where a person spoke, that person writes the answers; the attempt waits for them.
    """
    outcome = visit_outcome_of(CallOutcome(ended.outcome))
    if attempt.automatic:
        _finish_automatic(room, unit, attempt, outcome, ended)
        return
    if outcome is None:
        end_attempt(room, unit, attempt.id, AttemptState.SPOKEN, ended)
        return
    who = actor_of(unit.conn, attempt.by_account)
    key = _visit(room, unit, attempt, who, VisitRecord(outcome=outcome), ended)
    end_attempt(room, unit, attempt.id, AttemptState.DONE, ended, outcome.value, key)


def _finish_automatic(
    room: Workroom,
    unit: Unit,
    attempt: Row[Any],
    by_call: VisitOutcome | None,
    ended: Row[Any] | None = None,
) -> None:
    said = heard(attempt.answers)
    if by_call is not None and not attempt.answers:
        said = Heard(by_call)
    bad = said.outcome is VisitOutcome.ANSWERED and unhappy(said.solved, said.handling)
    record = VisitRecord(
        outcome=said.outcome,
        contacted=said.contacted,
        solved=said.solved,
        service=said.service,
        handling=said.handling,
        reason=_BY_KEYS if bad else "",
        remark="自动回访",
    )
    key = _visit(room, unit, attempt, SYSTEM, record, ended)
    end_attempt(room, unit, attempt.id, AttemptState.DONE, ended, said.outcome.value, key)


def _visit(
    room: Workroom,
    unit: Unit,
    attempt: Row[Any],
    actor: Actor,
    record: VisitRecord,
    ended: Row[Any] | None,
) -> int | None:
    """Write the visit of an attempt, unless its task is over by another way."""
    task = find_task(unit.conn, attempt.return_task_id)
    if task.done_at is not None:
        return None
    at = attempt.planned_at if ended is None else max(ended.started_at, task.created_at)
    sheet = _sheet(unit.conn, task)
    _, key = write_visit(room, unit, actor, sheet, record, at)
    follow(room, unit, task, key, record, automatic=bool(attempt.automatic))
    return key


def end_attempt(
    room: Workroom,
    unit: Unit,
    key: str,
    state: AttemptState,
    ended: Row[Any] | None = None,
    outcome: str = "",
    visit_id: int | None = None,
) -> None:
    """Close an attempt; ``ended`` is its call row if there was one."""
    if ended is None:
        query = select(call.c.id).where(call.c.attempt_id == key)
        call_id = unit.conn.execute(query.order_by(call.c.id).limit(1)).scalar()
    else:
        call_id = ended.id
    unit.conn.execute(
        update(dial_attempt)
        .where(dial_attempt.c.id == key)
        .values(
            state=state.value,
            ended_at=room.clock(),
            outcome=outcome,
            call_id=call_id,
            visit_id=visit_id,
        )
    )


def actor_of(conn: Connection, account_id: int | None) -> Actor:
    """The person behind an account, for what the PBX reports later."""
    row = conn.execute(
        select(account.c.role, account.c.display_name).where(account.c.id == account_id)
    ).first()
    return SYSTEM if row is None else Actor(Role(row.role), row.display_name, account_id)


def _sheet(conn: Connection, task: ReturnTask) -> Ticket:
    sheet = load(conn, Ticket, task.ticket_id)
    if sheet is None:
        raise NotFound("受理单不存在。")
    return sheet


def _number_to_call(room: Workroom, conn: Connection, task: ReturnTask) -> CallerNumber:
    if task.channel is not ReturnChannel.PHONE:
        raise WrongState("这位反映人没有留下电话，会以书面方式回访。")
    number = number_of(room, conn, task)
    if not number.reachable:
        raise WrongState("这位反映人的号码不能拨打，请核对受理单。")
    if wants_quiet(room, conn, number):
        raise WrongState(f"{NoVisit.DO_NOT_CALL.label}，请不要拨打。")
    return number


def spoken_attempt(conn: Connection, task_id: int, actor: Actor) -> str | None:
    """The dial whose answers this person is about to write down, newest first."""
    query = (
        select(dial_attempt.c.id)
        .where(
            dial_attempt.c.return_task_id == task_id,
            dial_attempt.c.by_account == actor.account_id,
            dial_attempt.c.visit_id.is_(None),
            dial_attempt.c.state.in_([AttemptState.ASKED.value, AttemptState.SPOKEN.value]),
        )
        .order_by(dial_attempt.c.planned_at.desc())
        .limit(1)
    )
    key: str | None = conn.execute(query).scalar()
    return key
