"""The whole life of a complaint, from its arrival to the closing of its case, on both stores."""

from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.events import EventType
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.file import file_ticket
from intake.services.progress import read_progress
from intake.services.submit import submit_for_filing
from intake.services.visit import VisitRecord, record_visit
from tests.integration.services.desk import Desk

HAPPY = VisitRecord(
    outcome=VisitOutcome.ANSWERED,
    contacted=True,
    solved=Solved.SOLVED,
    service=Satisfaction.VERY_SATISFIED,
    handling=Satisfaction.SATISFIED,
)


def _handle_and_close(desk: Desk, number: str) -> None:
    sheet = desk.ticket(number)
    case = desk.case(sheet.case_id)
    case = desk.report(case, CaseStep.DISPATCHED, desk.dispatcher)
    assert desk.ticket(number).state is TicketState.IN_HANDLING
    case = desk.report(case, CaseStep.ACCEPTED)
    case = desk.report(case, CaseStep.HANDLED)
    case = desk.report(case, CaseStep.CHECK_PASSED, desk.leader)
    waiting = desk.ticket(number)
    assert waiting.state is TicketState.AWAITING_VISIT
    assert waiting.public_answer == case.result
    asked = record_visit(desk.room, desk.operator, number, waiting.version, HAPPY)
    assert asked.state is TicketState.AWAITING_VISIT
    case = desk.report(case, CaseStep.CLOSED, desk.leader)
    assert case.state is CaseState.CLOSED
    closed = desk.ticket(number)
    assert closed.state is TicketState.CLOSED
    assert closed.close_reason == "case_closed"
    assert closed.closed_at is not None


def _words(desk: Desk, number: str) -> list[str]:
    page = read_progress(desk.room, number, desk.room.query_code(number))
    return [page.status_text, *(line.text for line in page.timeline)]


def test_where_operators_file(desk: Desk) -> None:
    sheet = desk.registered()
    assert sheet.state is TicketState.REGISTERED
    filed = file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    assert filed.state is TicketState.FILED
    case = desk.case(filed.case_id)
    assert case.number.startswith("E06010")
    assert case.ticket_id == filed.id
    assert case.filed_by == desk.operator.account_id
    assert case.due_at is not None
    assert case.due_at > case.filed_at
    _handle_and_close(desk, sheet.number)
    assert _words(desk, sheet.number) == [
        "已办结",
        "我们已收到您的反映。",
        "接线员已登记，正在核实情况。",
        "已立案，将交责任单位处理。",
        "责任单位已开始处理。",
        "已处理完毕，我们会回访您的意见。",
        "已回访您的意见。",
        "已办结。",
    ]
    assert [kind for kind, _ in desk.facts(sheet.number)] == [
        EventType.TICKET_RECEIVED,
        EventType.TICKET_REGISTERED,
        EventType.CASE_FILED,
        EventType.TICKET_FOLLOWED_CASE,
        EventType.TICKET_FOLLOWED_CASE,
        EventType.VISIT_RECORDED,
        EventType.TICKET_FOLLOWED_CASE,
    ]
    desk.check_history()


def test_where_the_shift_leader_files(strict_desk: Desk) -> None:
    desk = strict_desk
    sheet = desk.submitted()
    assert sheet.state is TicketState.PENDING_FILING
    assert sheet.submitted_by == desk.operator.account_id
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version)
    assert filed.state is TicketState.FILED
    assert desk.case(filed.case_id).filed_by == desk.leader.account_id
    _handle_and_close(desk, sheet.number)
    desk.check_history()


def test_every_step_leaves_state_fact_and_job_together(desk: Desk) -> None:
    sheet = desk.received()
    assert desk.topics(sheet.id) == ["ticket.received"]
    registered = desk.registered()
    assert desk.topics(registered.id) == ["ticket.received", "ticket.changed"]
    before = desk.counts()
    submit_for_filing(desk.room, desk.operator, registered.number, registered.version)
    after = desk.counts()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"event": 1, "outbox": 1}


def test_one_arrival_is_one_contact_with_one_outcome(desk: Desk) -> None:
    before = desk.counts()
    desk.received()
    after = desk.counts()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {
        "contact": 1,
        "ticket": 1,
        "reporter": 1,
        "attachment": 1,
        "event": 1,
        "outbox": 1,
        "counter": 1,
    }
