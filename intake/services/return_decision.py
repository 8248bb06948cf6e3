"""Dissatisfied: the shift leader decides what follows (domain.md §5.2)."""

from dataclasses import replace

from sqlalchemy import insert, select

from intake.domain.case import Case
from intake.domain.case_steps import CaseStep
from intake.domain.errors import Incomplete, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType
from intake.domain.numbers import county_day, daily_key
from intake.domain.people import Action, Actor
from intake.domain.return_visit import Decision, ReturnKind, ReturnState
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.accept import RECEIVED_TOPIC
from intake.services.case_event import CaseReport, advance
from intake.services.merge import child_of, copy_reporter
from intake.services.returns import ReturnTask, begin_again, change_task, find_task
from intake.services.stepping import for_history, write_fact
from intake.services.workroom import Workroom
from intake.store.counters import take_numbers
from intake.store.records import columns_of, load
from intake.store.tables import ticket, ticket_link, visit
from intake.store.unit import Unit


def decide_return(
    room: Workroom,
    actor: Actor,
    key: int,
    version: int,
    decision: Decision,
    opinion: str,
    new_problem: str = "",
) -> str:
    """Decide about a dissatisfied reporter; returns the number of the new ticket if one was made.

    Rework sends the case back (after two times under supervision); a new problem becomes a ticket
    of the same reporter; a wrong person is asked anew. What the citizen said stays as it was said,
    and counts as dissatisfied, whatever is decided. Raises Incomplete without an opinion.
    """
    why = for_history(opinion)
    if not why:
        raise Incomplete("请写明审核意见。", fields=["opinion"])
    if decision is Decision.NEW_PROBLEM and not new_problem.strip():
        raise Incomplete("请写明市民反映的新问题。", fields=["new_problem"])

    def work(unit: Unit) -> str:
        actor.require(Action.DECIDE_VISIT)
        task = find_task(unit.conn, key, version)
        if task.state is not ReturnState.REVIEW or task.decision:
            raise WrongState("这项回访不在待审核状态，请刷新列表。")
        sheet = _sheet(unit, task)
        state = ReturnState.REVIEW if decision.needs_second else ReturnState.DONE
        change_task(
            unit,
            task,
            state=state,
            decision=decision,
            decided_by=actor.account_id,
            decided_at=room.clock(),
            remark=why,
        )
        made = ""
        if decision is Decision.NEW_PROBLEM:
            made = _new_ticket(room, unit, actor, sheet, new_problem.strip()).number
        told = {"decision": decision.value, "opinion": why} | ({"ticket": made} if made else {})
        sheet = write_fact(unit, actor, sheet, EventType.RETURN_DECIDED, data=told, bump=False)
        if decision is Decision.REWORK:
            _rework(room, unit, actor, task, why)
        if decision is Decision.WRONG_PERSON:
            _ask_anew(room, unit, task, sheet)
        return made

    return room.database.write(work)


def confirm_decision(
    room: Workroom, actor: Actor, key: int, version: int, agreed: bool, opinion: str = ""
) -> None:
    """The second person about an unreasonable demand; raises NotAllowed for who was involved.

    Without agreement the shift leader decides again.
    """
    why = for_history(opinion)
    if not agreed and not why:
        raise Incomplete("不同意请写明理由。", fields=["opinion"])

    def work(unit: Unit) -> None:
        actor.require(Action.VISIT)
        task = find_task(unit.conn, key, version)
        if task.state is not ReturnState.REVIEW or not task.decision:
            raise WrongState("这项回访不在复核状态，请刷新列表。")
        caller = unit.conn.execute(
            select(visit.c.by_account).where(visit.c.id == task.visit_id)
        ).scalar()
        if actor.account_id in {task.decided_by, caller}:
            raise NotAllowed("复核须由没有参与回访和审核的第二人办理。")
        sheet = _sheet(unit, task)
        told = {"decision": task.decision, "agreed": agreed} | ({"opinion": why} if why else {})
        if agreed:
            change_task(
                unit,
                task,
                state=ReturnState.DONE,
                confirmed_by=actor.account_id,
                confirmed_at=room.clock(),
            )
        else:
            change_task(unit, task, decision="", decided_by=None, decided_at=None, remark=why)
        write_fact(unit, actor, sheet, EventType.RETURN_DECIDED, data=told, bump=False)

    room.database.write(work)


def _rework(room: Workroom, unit: Unit, actor: Actor, task: ReturnTask, why: str) -> None:
    case = None if task.case_id is None else load(unit.conn, Case, task.case_id)
    if task.kind is not ReturnKind.CONFIRM or case is None:
        raise WrongState("案卷已结案，不能返工；请选解释说明，或另立受理单。")
    advance(room, unit, actor, case.number, CaseReport(step=CaseStep.REWORK, opinion=why))


def _ask_anew(room: Workroom, unit: Unit, task: ReturnTask, sheet: Ticket) -> None:
    case = None if task.case_id is None else load(unit.conn, Case, task.case_id)
    waiting = sheet.state is TicketState.AWAITING_VISIT
    if task.kind is ReturnKind.CONFIRM and waiting and case is not None:
        begin_again(room, unit, case, sheet)


def _new_ticket(room: Workroom, unit: Unit, actor: Actor, parent: Ticket, words: str) -> Ticket:
    """The reporter's further problem as a ticket of its own, linked to the first."""
    day = county_day(unit.now)
    key = daily_key(day, take_numbers(unit.conn, f"ticket-{day:%Y%m%d}"))
    child = replace(
        child_of(room, unit, actor, parent, key, words),
        text=words,
        received_at=unit.now,
    )
    unit.conn.execute(insert(ticket), [columns_of(child)])
    copy_reporter(room, unit, parent, [child])
    unit.conn.execute(
        insert(ticket_link).values(
            ticket_id=parent.id,
            kind="NEW_PROBLEM",
            other_ticket_id=child.id,
            at=unit.now,
            by_account=actor.account_id,
            reasons=[],
        )
    )
    unit.enqueue(RECEIVED_TOPIC, str(child.id))
    return child


def _sheet(unit: Unit, task: ReturnTask) -> Ticket:
    sheet = load(unit.conn, Ticket, task.ticket_id, lock=True)
    if sheet is None:
        raise NotFound("受理单不存在。")
    return sheet
