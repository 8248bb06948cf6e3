"""Write down what the citizen said about the result (domain.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from intake.domain.dial_windows import exhausted
from intake.domain.errors import Incomplete, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType
from intake.domain.people import Action, Actor
from intake.domain.return_visit import (
    NOBODY_TO_ASK,
    TRIES,
    Decision,
    ReturnKind,
    ReturnState,
    unhappy,
)
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.returns import (
    ReturnTask,
    Said,
    follow_visit,
    open_task_of,
    require_asker,
    task_of,
)
from intake.services.stepping import find_ticket, require_version, write_fact
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import return_task, visit
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """One attempt: the outcome, the three questions and the two satisfactions.

    ``asked_for`` is the time a citizen named who wants to be called later (aware).
    """

    outcome: VisitOutcome
    contacted: bool | None = None
    solved: Solved | None = None
    service: Satisfaction = Satisfaction.NOT_GIVEN
    handling: Satisfaction = Satisfaction.NOT_GIVEN
    reason: str = ""
    remark: str = ""
    asked_for: datetime | None = None


def record_visit(
    room: Workroom, actor: Actor, number: str, version: int, record: VisitRecord
) -> Ticket:
    """Write one attempt down; the ticket stays until the shift leader closes or asks for rework.

    Reached and unsolved or dissatisfied needs a reason. What the citizen said is never edited
    later; a correction is a further row by the shift leader.
    """

    def work(unit: Unit) -> Ticket:
        actor.require(Action.VISIT)
        before = find_ticket(unit.conn, number)
        require_version(unit.conn, before, version)
        if before.state is not TicketState.AWAITING_VISIT:
            raise WrongState(f"受理单现在是“{before.state.label}”，不在回访阶段。")
        task = open_task_of(unit.conn, before.id)
        if task is None:
            task = _answered_task(unit.conn, before.id)
            if task is not None and not actor.may(Action.DECIDE_VISIT):
                raise NotAllowed("市民的评价已经登记，更正由值班长另行登记。")
        if task is not None:
            require_asker(unit.conn, actor, task)
        after, key = write_visit(room, unit, actor, before, record)
        if task is not None:
            follow(room, unit, task, key, record)
        return after

    return room.database.write(work)


def correct_visit(room: Workroom, actor: Actor, key: int, record: VisitRecord) -> Ticket:
    """A further row by the shift leader about task ``key``; the first one stays (domain.md §5.2).

    Raises Incomplete without a remark that says why.
    """
    if not record.remark.strip():
        raise Incomplete("更正请在备注中写明依据，例如复听录音。", fields=["remark"])

    def work(unit: Unit) -> Ticket:
        actor.require(Action.DECIDE_VISIT)
        row = (
            unit.conn.execute(select(return_task).where(return_task.c.id == key).with_for_update())
            .mappings()
            .first()
        )
        task = None if row is None else task_of(row)
        if task is None or task.visit_id is None or record.outcome is not VisitOutcome.ANSWERED:
            raise WrongState("只能更正已经登记的评价。")
        require_asker(unit.conn, actor, task)
        if task.state not in {ReturnState.DONE, ReturnState.REVIEW} or task.decision:
            raise WrongState("这项回访已经审核，不能再更正。")
        sheet = _locked(unit.conn, task.ticket_id)
        after, visit_id = write_visit(room, unit, actor, sheet, record)
        follow(room, unit, task, visit_id, record)
        return after

    return room.database.write(work)


def write_visit(
    room: Workroom,
    unit: Unit,
    actor: Actor,
    sheet: Ticket,
    record: VisitRecord,
    at: datetime | None = None,
) -> tuple[Ticket, int]:
    """The row and its fact inside the caller's transaction; ``at`` is when the call was made."""
    _require_answers(record)
    key = unit.conn.execute(
        insert(visit)
        .values(
            ticket_id=sheet.id,
            case_id=sheet.case_id,
            at=at or room.clock(),
            by_account=actor.account_id,
            outcome=record.outcome.value,
            contacted=record.contacted,
            solved=record.solved.value if record.solved else None,
            service=record.service.value,
            handling=record.handling.value,
            reason=record.reason.strip(),
            remark=record.remark.strip(),
        )
        .returning(visit.c.id)
    ).scalar_one()
    told = {
        "outcome": record.outcome.value,
        "service": record.service.value,
        "solved": record.solved.value if record.solved else None,
        "handling": record.handling.value,
    }
    return write_fact(unit, actor, sheet, EventType.VISIT_RECORDED, data=told), int(key)


def follow(
    room: Workroom,
    unit: Unit,
    task: ReturnTask,
    visit_id: int,
    record: VisitRecord,
    *,
    automatic: bool = False,
) -> ReturnState:
    """Move the task after ``record`` was written as ``visit_id``."""
    said = Said(
        outcome=record.outcome,
        solved=record.solved,
        handling=record.handling,
        asked_for=record.asked_for,
        automatic=automatic,
    )
    return follow_visit(room, unit, task, visit_id, said)


def _locked(conn: Connection, key: int) -> Ticket:
    sheet = load(conn, Ticket, key, lock=True)
    if sheet is None:
        raise NotFound("受理单不存在。")
    return sheet


def _require_answers(record: VisitRecord) -> None:
    if record.outcome is not VisitOutcome.ANSWERED:
        return
    if record.solved is None:
        raise Incomplete("请记录市民所说的解决情况。", fields=["solved"])
    if unhappy(record.solved, record.handling) and not record.reason.strip():
        raise Incomplete("市民不满意或未解决，请记录原因。", fields=["reason"])


def _answered_task(conn: Connection, ticket_id: int) -> ReturnTask | None:
    """The newest task, when it has been answered already."""
    query = (
        select(return_task)
        .where(return_task.c.ticket_id == ticket_id)
        .order_by(return_task.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    row = conn.execute(query).mappings().first()
    if row is None or row["visit_id"] is None:
        return None
    return task_of(row)


def tickets_without_consent(conn: Connection, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Tickets whose reporter is still to be asked, or said that it is not solved.

    Final is what the last reached visit of this round says, or what the shift leader decided about
    it; a reporter who is not to be asked; a refused or impossible visit; or enough tries in vain
    (domain.md §5.2).
    """
    asked = [sheet for sheet in tickets if sheet.state is TicketState.AWAITING_VISIT]
    return [sheet for sheet in asked if not _final(conn, sheet)]


_SETTLED = frozenset({Decision.EXPLAIN, Decision.UNREASONABLE, Decision.NEW_PROBLEM})


def _final(conn: Connection, sheet: Ticket) -> bool:
    newest = (
        select(return_task)
        .where(return_task.c.ticket_id == sheet.id, return_task.c.kind == ReturnKind.CONFIRM.value)
        .order_by(return_task.c.id.desc())
        .limit(1)
    )
    row = conn.execute(newest).mappings().first()
    task = None if row is None else task_of(row)
    if task is not None and task.state in {ReturnState.NONE, ReturnState.UNREACHABLE}:
        return True
    if task is not None and task.state is ReturnState.DONE and task.decision in _SETTLED:
        return True
    query = select(visit.c.at, visit.c.outcome, visit.c.solved, visit.c.handling).where(
        visit.c.ticket_id == sheet.id
    )
    if task is not None:
        query = query.where(visit.c.at >= task.created_at)
    rows = conn.execute(query.order_by(visit.c.id)).all()
    reached = [one for one in rows if one.outcome == VisitOutcome.ANSWERED.value]
    if reached:
        last = reached[-1]
        solved = Solved(last.solved) if last.solved else None
        return not unhappy(solved, Satisfaction(last.handling))
    if any(one.outcome in NOBODY_TO_ASK for one in rows):
        return True
    return exhausted([one.at for one in rows if one.outcome in TRIES])
