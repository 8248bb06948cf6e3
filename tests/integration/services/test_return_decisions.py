"""Dissatisfied reporters: what the shift leader decides, and that the score stays (§5.2)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.errors import Incomplete, NotAllowed, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.return_visit import Decision
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.reporters import open_reporter
from intake.services.return_answer import answer_return
from intake.services.return_decision import confirm_decision, decide_return
from intake.store.tables import return_task, ticket_link, visit
from tests.integration.services.asking import HAPPY, UNHAPPY, tasks
from tests.integration.services.desk import PHONE, Desk


@pytest.fixture
def angry(desk: Desk) -> Ticket:
    """A ticket whose reporter is not content."""
    sheet = desk.checked()
    (task,) = tasks(desk)
    answer_return(desk.room, desk.operator, task.id, task.version, UNHAPPY)
    return desk.ticket(sheet.number)


def review(desk: Desk) -> tuple[int, int]:
    """Key and version of the one that waits for a decision."""
    with desk.room.database.read() as conn:
        row = conn.execute(select(return_task).where(return_task.c.state == "REVIEW")).one()
    return row.id, row.version


def decide(desk: Desk, decision: Decision, who: Actor | None = None, **more: str) -> str:
    opinion = more.pop("opinion", "已复核现场")
    return decide_return(desk.room, who or desk.leader, *review(desk), decision, opinion, **more)


def test_rework_and_asked_again(desk: Desk, angry: Ticket) -> None:
    decide(desk, Decision.REWORK, opinion="仍有垃圾，退回重办")
    case = desk.case(angry.case_id)
    assert (case.state, case.rework_count) == (CaseState.DISPATCHED, 1)
    assert desk.ticket(angry.number).state is TicketState.REWORK
    for step in (CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    first, second = tasks(desk)
    assert (first.state, first.decision) == ("DONE", "REWORK")
    assert second.state == "WAITING"
    with desk.refused(Incomplete):
        desk.report(case, CaseStep.CLOSED, desk.leader)
    answer_return(desk.room, desk.operator, second.id, second.version, HAPPY)
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED
    desk.check_history()


def test_a_third_rework_is_supervised(desk: Desk, angry: Ticket) -> None:
    case = desk.case(angry.case_id)
    for times in (1, 2, 3):
        decide(desk, Decision.REWORK)
        case = desk.case(angry.case_id)
        assert case.supervised == (times > 2)
        for step in (CaseStep.HANDLED, CaseStep.CHECK_PASSED):
            case = desk.report(case, step)
        task = tasks(desk)[-1]
        answer_return(desk.room, desk.operator, task.id, task.version, UNHAPPY)
    assert case.rework_count == 3


def test_explained_and_closed(desk: Desk, angry: Ticket) -> None:
    case = desk.case(angry.case_id)
    with desk.refused(Incomplete):
        desk.report(case, CaseStep.CLOSED, desk.leader)
    decide(desk, Decision.EXPLAIN, opinion="已清运，市民希望增设垃圾箱，已解释")
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED
    with desk.room.database.read() as conn:
        row = conn.execute(select(visit)).one()
    assert row.handling == "DISSATISFIED", "what was said stays as it was said"
    kind, told = next(one for one in desk.facts(angry.number) if one[0] == "ReturnDecided")
    assert kind == EventType.RETURN_DECIDED
    assert told["decision"] == "EXPLAIN"


def test_unreasonable_takes_two(desk: Desk, angry: Ticket) -> None:
    case = desk.case(angry.case_id)
    decide(desk, Decision.UNREASONABLE)
    with desk.refused(WrongState):
        decide(desk, Decision.EXPLAIN)
    with desk.refused(Incomplete):
        desk.report(case, CaseStep.CLOSED, desk.leader)
    for involved in (desk.leader, desk.operator):
        with desk.refused(NotAllowed):
            confirm_decision(desk.room, involved, *review(desk), True)
    with desk.refused(Incomplete):
        confirm_decision(desk.room, desk.colleague, *review(desk), False)
    confirm_decision(desk.room, desk.colleague, *review(desk), False, "诉求有道理")
    decide(desk, Decision.UNREASONABLE, opinion="再次复核")
    confirm_decision(desk.room, desk.colleague, *review(desk), True)
    (task,) = tasks(desk)
    assert (task.state, task.confirmed_by) == ("DONE", desk.colleague.account_id)
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED


def test_a_new_problem_is_a_new_ticket_of_the_same_reporter(desk: Desk, angry: Ticket) -> None:
    with desk.refused(Incomplete):
        decide(desk, Decision.NEW_PROBLEM)
    number = decide(desk, Decision.NEW_PROBLEM, new_problem="旁边的路灯也不亮")
    made = desk.ticket(number)
    assert (made.state, made.text) == (TicketState.RECEIVED, "旁边的路灯也不亮")
    assert made.parent_id == angry.id
    with desk.room.database.read() as conn:
        assert open_reporter(desk.room, conn, made.id).phone == PHONE
        link = conn.execute(select(ticket_link).where(ticket_link.c.kind == "NEW_PROBLEM")).one()
    assert (link.ticket_id, link.other_ticket_id) == (angry.id, made.id)
    desk.report(desk.case(angry.case_id), CaseStep.CLOSED, desk.leader)
    desk.check_history()


def test_the_wrong_person_is_asked_anew_by_a_person(desk: Desk, angry: Ticket) -> None:
    decide(desk, Decision.WRONG_PERSON)
    first, second = tasks(desk)
    assert first.state == "DONE"
    assert (second.state, second.attempts, second.by_person) == ("WAITING", 0, True)
    with desk.refused(Incomplete):
        desk.report(desk.case(angry.case_id), CaseStep.CLOSED, desk.leader)


def test_who_decides(desk: Desk, angry: Ticket) -> None:
    assert angry.state is TicketState.AWAITING_VISIT
    with desk.refused(NotAllowed):
        decide(desk, Decision.EXPLAIN, desk.operator)
    with desk.refused(NotAllowed):
        decide(desk, Decision.EXPLAIN, replace(desk.mayor, role=Role.LEADER))
    with desk.refused(Incomplete):
        decide(desk, Decision.EXPLAIN, opinion=" ")
    key, version = review(desk)
    with desk.refused(StaleVersion):
        decide_return(desk.room, desk.leader, key, version - 1, Decision.EXPLAIN, "意见")


def test_no_rework_of_a_closed_case(desk: Desk) -> None:
    sheet = desk.checked()
    (task,) = tasks(desk)
    answer_return(desk.room, desk.operator, task.id, task.version, UNHAPPY)
    case = desk.case(sheet.case_id)
    desk.report(case, CaseStep.CLOSED, desk.leader, opinion="先行结案")
    with desk.refused(WrongState):
        decide(desk, Decision.REWORK)
    decide(desk, Decision.EXPLAIN)
