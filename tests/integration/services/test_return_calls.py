"""Return calls: who is asked, when, by whom, what each attempt makes of it (domain.md §5.2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from intake.domain.call import CallOutcome
from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.errors import Incomplete, Invalid, NotAllowed, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import Role
from intake.domain.return_visit import ReturnState
from intake.domain.submission import ReporterDetails
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Solved, VisitOutcome
from intake.services.audit import verify
from intake.services.citizen_answer import answer_result
from intake.services.do_not_call import call_again, list_quiet, stop_calling
from intake.services.file import file_ticket
from intake.services.merge import merge
from intake.services.pbx_commands import open_value
from intake.services.return_answer import answer_return
from intake.services.return_attempts import (
    dial_return,
    may_still_dial,
)
from intake.services.returns import claim_return, release_return
from intake.services.visit import VisitRecord, correct_visit, record_visit
from intake.store.tables import visit
from tests.integration.services.asking import (
    HAPPY,
    NOBODY,
    TUESDAY,
    UNHAPPY,
    at,
    attempts,
    no_link,
    noon,
    over,
    sits,
    somebody_waits,
    tasks,
    visits,
    weekend,
)
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import Telephone


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    at(desk, TUESDAY)
    sits(desk, desk.operator, "8001")
    return made


def test_every_reporter_of_a_merged_case_is_asked(desk: Desk) -> None:
    at(desk, TUESDAY)
    sheet = desk.filed()
    case = desk.case(sheet.case_id)
    other = desk.registered()
    merge(desk.room, desk.leader, other.number, other.version, case.number, ["同一处"])
    for step in (CaseStep.DISPATCHED, CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    mine, theirs = tasks(desk)
    assert {mine.ticket_id, theirs.ticket_id} == {sheet.id, other.id}
    for task in (mine, theirs):
        assert (task.kind, task.channel, task.state) == ("CONFIRM", "PHONE", "WAITING")
        assert task.due_at == TUESDAY + timedelta(days=1)
        assert task.next_at == TUESDAY
    answer_return(desk.room, desk.operator, mine.id, mine.version, HAPPY)
    with desk.refused(Incomplete):
        desk.report(case, CaseStep.CLOSED, desk.leader)
    answer_return(desk.room, desk.operator, theirs.id, theirs.version, HAPPY)
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED


@pytest.mark.parametrize(
    ("reporter", "channel", "state", "remark"),
    [
        (ReporterDetails(name="张小明", phone=PHONE), "PHONE", "WAITING", ""),
        (ReporterDetails(email="a@example.com"), "WRITTEN", "WAITING", ""),
        (ReporterDetails(phone="110", email="a@example.com"), "WRITTEN", "WAITING", ""),
        (ReporterDetails(phone="110"), "NONE", "NONE", "NO_CONTACT"),
    ],
)
def test_how_a_reporter_is_asked(
    desk: Desk, reporter: ReporterDetails, channel: str, state: str, remark: str
) -> None:
    sheet = desk.registered(form=replace(desk.form(), reporter=reporter))
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "同意")
    case = desk.case(filed.case_id)
    for step in (CaseStep.DISPATCHED, CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    (task,) = tasks(desk)
    assert (task.channel, task.state, task.remark) == (channel, state, remark)
    assert (task.done_at is None) == (state == "WAITING")
    if state == "NONE":
        assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED


def test_whoever_wants_quiet_is_not_called(desk: Desk) -> None:
    first = desk.checked()
    stop_calling(desk.room, desk.operator, first.number, "市民说不要再打")
    desk.checked()
    assert [task.state for task in tasks(desk)] == ["WAITING", "NONE"]
    assert tasks(desk)[1].remark == "DO_NOT_CALL"
    with desk.refused(WrongState):
        dial_return(desk.room, desk.operator, tasks(desk)[0].id)
    (line,) = list_quiet(desk.room, desk.operator)
    assert PHONE not in repr(line)
    with desk.refused(NotAllowed):
        call_again(desk.room, desk.operator, line.key)
    call_again(desk.room, desk.leader, line.key)
    desk.checked()
    assert tasks(desk)[2].state == "WAITING"


def test_dialled_and_answered(telephone: Telephone, desk: Desk) -> None:
    sheet = desk.checked()
    (task,) = tasks(desk)
    attempt = dial_return(desk.room, desk.operator, task.id)
    kind, payload = telephone.asked()[-1]
    assert (kind, payload["purpose"], payload["extension"]) == ("originate", "RETURN", "8001")
    assert open_value(desk.room, "number", attempt, payload["number"]) == f"+86{PHONE}"
    assert PHONE not in repr(payload)
    assert may_still_dial(desk.room, attempt)
    with desk.refused(WrongState):
        dial_return(desk.room, desk.operator, task.id)
    over(telephone, attempt, CallOutcome.OUT_ANSWERED)
    assert not may_still_dial(desk.room, attempt)
    (spoken,) = attempts(desk)
    assert (spoken.state, spoken.visit_id) == ("SPOKEN", None)
    (held,) = tasks(desk)
    assert (held.state, held.claimed_by) == ("CLAIMED", desk.operator.account_id)
    state = answer_return(desk.room, desk.operator, task.id, held.version, HAPPY)
    assert state is ReturnState.DONE
    (done,) = attempts(desk)
    assert (done.state, done.outcome) == ("DONE", "ANSWERED")
    assert done.visit_id == tasks(desk)[0].visit_id
    assert desk.ticket(sheet.number).state is TicketState.AWAITING_VISIT
    desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader)
    assert desk.ticket(sheet.number).state is TicketState.CLOSED


def test_three_times_nobody(telephone: Telephone, desk: Desk) -> None:
    sheet = desk.checked()
    case = desk.case(sheet.case_id)
    planned = []
    for outcome in (CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.REJECTED):
        (task,) = tasks(desk)
        with desk.refused(Incomplete):
            desk.report(case, CaseStep.CLOSED, desk.leader)
        at(desk, task.next_at)
        planned.append(task.next_at)
        over(telephone, dial_return(desk.room, desk.operator, task.id), outcome)
    assert planned == [
        TUESDAY,
        datetime(2026, 11, 24, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 25, 0, 30, tzinfo=UTC),
    ]
    (task,) = tasks(desk)
    assert (task.state, task.attempts) == ("UNREACHABLE", 3)
    assert [outcome for outcome, _ in visits(desk)] == ["NO_ANSWER", "BUSY", "NO_ANSWER"]
    assert [at for _, at in visits(desk)] == planned
    told = [data for kind, data in desk.facts(sheet.number) if kind == EventType.RETURN_ATTEMPTED]
    assert told == [{"result": "UNREACHABLE", "task": task.id}]
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED
    assert verify(desk.room).sound


def test_three_tries_in_a_row_are_not_three(desk: Desk) -> None:
    sheet = desk.checked()
    for _ in range(3):
        now = desk.ticket(sheet.number)
        record_visit(desk.room, desk.operator, now.number, now.version, NOBODY)
    assert tasks(desk)[0].state == "WAITING"
    with desk.refused(Incomplete):
        desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (VisitOutcome.REFUSED, ReturnState.DONE),
        (VisitOutcome.WRONG_NUMBER, ReturnState.UNREACHABLE),
        (VisitOutcome.INVALID_NUMBER, ReturnState.UNREACHABLE),
    ],
)
def test_outcomes_that_end_it(desk: Desk, outcome: VisitOutcome, state: ReturnState) -> None:
    sheet = desk.checked()
    (task,) = tasks(desk)
    record = VisitRecord(outcome=outcome)
    assert answer_return(desk.room, desk.operator, task.id, task.version, record) is state
    desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader)


def test_called_at_the_time_the_citizen_named(telephone: Telephone, desk: Desk) -> None:
    desk.checked()
    (task,) = tasks(desk)
    night = datetime(2026, 11, 28, 12, 45, tzinfo=UTC)
    later = VisitRecord(outcome=VisitOutcome.CALL_LATER, asked_for=night)
    with desk.refused(Invalid):
        wrong = replace(later, asked_for=night + timedelta(hours=2))
        answer_return(desk.room, desk.operator, task.id, task.version, wrong)
    answer_return(desk.room, desk.operator, task.id, task.version, later)
    (task,) = tasks(desk)
    assert (task.next_at, task.asked_for, task.attempts) == (night, night, 0)
    at(desk, night - timedelta(minutes=5))
    with desk.refused(WrongState):
        dial_return(desk.room, desk.operator, task.id)
    at(desk, night + timedelta(minutes=5))
    over(telephone, dial_return(desk.room, desk.operator, task.id), CallOutcome.NO_ANSWER)
    (task,) = tasks(desk)
    assert task.asked_for is None
    assert task.next_at == datetime(2026, 11, 30, 0, 30, tzinfo=UTC)


def test_who_dispatched_does_not_ask(telephone: Telephone, desk: Desk) -> None:
    sheet = desk.filed()
    case = desk.case(sheet.case_id)
    case = desk.report(case, CaseStep.DISPATCHED, desk.dispatcher)
    for step in (CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    (task,) = tasks(desk)
    promoted = replace(desk.dispatcher, role=Role.OPERATOR)
    with desk.refused(NotAllowed):
        claim_return(desk.room, promoted, task.id)
    with desk.refused(NotAllowed):
        dial_return(desk.room, promoted, task.id)
    with desk.refused(NotAllowed):
        answer_return(desk.room, promoted, task.id, task.version, HAPPY)
    waiting = desk.ticket(sheet.number)
    with desk.refused(NotAllowed):
        record_visit(desk.room, promoted, waiting.number, waiting.version, HAPPY)


def test_claims_and_versions(desk: Desk) -> None:
    desk.checked()
    (task,) = tasks(desk)
    claim_return(desk.room, desk.operator, task.id)
    with desk.refused(NotAllowed):
        claim_return(desk.room, desk.colleague, task.id)
    with desk.refused(NotAllowed):
        release_return(desk.room, desk.colleague, task.id)
    with desk.refused(StaleVersion):
        answer_return(desk.room, desk.operator, task.id, task.version, HAPPY)
    release_return(desk.room, desk.operator, task.id)
    (task,) = tasks(desk)
    assert answer_return(desk.room, desk.colleague, task.id, task.version, HAPPY) == "DONE"
    with desk.refused(WrongState):
        answer_return(desk.room, desk.colleague, task.id, tasks(desk)[0].version, HAPPY)


@pytest.mark.parametrize("hindrance", [no_link, somebody_waits, noon, weekend])
def test_no_dial(telephone: Telephone, desk: Desk, hindrance: Callable[[Telephone], None]) -> None:
    desk.checked()
    (task,) = tasks(desk)
    hindrance(telephone)
    with desk.refused(WrongState):
        dial_return(desk.room, desk.operator, task.id)


def test_a_score_is_corrected_by_a_further_row(desk: Desk) -> None:
    sheet = desk.checked()
    (task,) = tasks(desk)
    answer_return(desk.room, desk.operator, task.id, task.version, HAPPY)
    now = desk.ticket(sheet.number)
    with desk.refused(NotAllowed):
        record_visit(desk.room, desk.operator, now.number, now.version, UNHAPPY)
    with desk.refused(Incomplete):
        correct_visit(desk.room, desk.leader, task.id, UNHAPPY)
    with desk.refused(NotAllowed):
        correct_visit(desk.room, desk.operator, task.id, replace(UNHAPPY, remark="复听录音"))
    correct_visit(desk.room, desk.leader, task.id, replace(UNHAPPY, remark="复听录音"))
    with desk.room.database.read() as conn:
        rows = conn.execute(select(visit).order_by(visit.c.id)).all()
    assert [row.handling for row in rows] == ["SATISFIED", "DISSATISFIED"]
    assert tasks(desk)[0].state == "REVIEW"
    assert tasks(desk)[0].visit_id == rows[1].id


def test_moved_on_without_being_asked(desk: Desk) -> None:
    sheet = desk.checked()
    desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader, opinion="现场确认")
    (task,) = tasks(desk)
    assert (task.state, task.remark) == ("CANCELLED", "closed")
    with desk.refused(WrongState):
        answer_return(desk.room, desk.operator, task.id, task.version, HAPPY)


def test_an_answer_by_link_after_nobody_was_reached_still_counts(desk: Desk) -> None:
    sheet = desk.checked()
    (task,) = tasks(desk)
    gone = VisitRecord(outcome=VisitOutcome.WRONG_NUMBER)
    answer_return(desk.room, desk.operator, task.id, task.version, gone)
    assert tasks(desk)[0].state == "UNREACHABLE"
    assert answer_result(desk.room, sheet.number, Solved.UNSOLVED, reason="没人来过")
    assert tasks(desk)[0].state == "REVIEW", "the shift leader hears of it"
