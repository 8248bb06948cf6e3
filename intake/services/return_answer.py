"""Write down what the citizen said on a return call."""

from sqlalchemy import select, update

from intake.domain.errors import NotFound
from intake.domain.people import Actor
from intake.domain.return_visit import AttemptState, ReturnState
from intake.domain.ticket import Ticket
from intake.services.do_not_call import keep_quiet
from intake.services.return_attempts import end_attempt, spoken_attempt
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
from intake.store.tables import dial_attempt
from intake.store.unit import Unit


def answer_return(
    room: Workroom,
    actor: Actor,
    key: int,
    version: int,
    record: VisitRecord,
    *,
    call_no_more: bool = False,
) -> ReturnState:
    """One attempt of a task, by the person who made the call; returns the task's state then.

    ``call_no_more`` puts the number on the do-not-call list. Raises Incomplete, StaleVersion,
    WrongState when the task is over, NotAllowed for whoever dispatched the case.
    """

    def work(unit: Unit) -> ReturnState:
        task = find_task(unit.conn, key, version)
        require_asker(unit.conn, actor, task)
        sheet = _sheet(unit, task)
        require_askable(task, sheet)
        hold_task(room, unit, actor, task)
        task = find_task(unit.conn, key)
        attempt = spoken_attempt(unit.conn, key, actor)
        at = None
        if attempt is not None:
            query = select(dial_attempt.c.planned_at).where(dial_attempt.c.id == attempt)
            at = unit.conn.execute(query).scalar()
        _, visit_id = write_visit(room, unit, actor, sheet, record, at)
        state = follow(room, unit, task, visit_id, record)
        if attempt is not None:
            _close_attempt(room, unit, attempt, record, visit_id)
        if call_no_more:
            number = number_of(room, unit.conn, task)
            keep_quiet(room, unit, actor, number, "回访时提出不再致电")
        return state

    return room.database.write(work)


def _close_attempt(
    room: Workroom, unit: Unit, key: str, record: VisitRecord, visit_id: int
) -> None:
    outcome = record.outcome.value
    open_still = select(dial_attempt.c.id).where(
        dial_attempt.c.id == key, dial_attempt.c.ended_at.is_(None)
    )
    if unit.conn.execute(open_still).first() is not None:
        end_attempt(room, unit, key, AttemptState.DONE, None, outcome, visit_id)
        return
    unit.conn.execute(
        update(dial_attempt)
        .where(dial_attempt.c.id == key)
        .values(state=AttemptState.DONE.value, outcome=outcome, visit_id=visit_id)
    )


def _sheet(unit: Unit, task: ReturnTask) -> Ticket:
    sheet = load(unit.conn, Ticket, task.ticket_id, lock=True)
    if sheet is None:
        raise NotFound("受理单不存在。")
    return sheet
