"""Return calls: who is asked, when, by whom, what each attempt makes of it (domain.md §5.2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake.domain.agent import AgentState, Device
from intake.domain.appeal import AppealType
from intake.domain.call import CallOutcome, Direction, LinkState, Purpose
from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.errors import Incomplete, Invalid, NotAllowed, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.return_visit import ReturnState
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.agent_calls import agent_reachable
from intake.services.agents import make_ready, sign_in_agent
from intake.services.audit import verify
from intake.services.callbacks import settle_call
from intake.services.citizen_answer import answer_result
from intake.services.dial_upkeep import settle_dials
from intake.services.do_not_call import call_again, list_quiet, stop_calling
from intake.services.file import file_ticket
from intake.services.merge import merge
from intake.services.pbx_commands import open_value
from intake.services.return_answer import answer_return
from intake.services.return_attempts import (
    dial_return,
    may_still_dial,
    return_answered,
    return_done,
)
from intake.services.return_plan import plan_automatic
from intake.services.return_sample import draw_sample
from intake.services.returns import claim_return, release_return
from intake.services.visit import VisitRecord, correct_visit, record_visit
from intake.store.tables import dial_attempt, pbx, pbx_command, return_task, visit
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import Telephone

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in the county, a working day."""

HAPPY = VisitRecord(
    outcome=VisitOutcome.ANSWERED,
    contacted=True,
    solved=Solved.SOLVED,
    service=Satisfaction.VERY_SATISFIED,
    handling=Satisfaction.SATISFIED,
)
UNHAPPY = replace(
    HAPPY, solved=Solved.UNSOLVED, handling=Satisfaction.DISSATISFIED, reason="处理不彻底"
)
NOBODY = VisitRecord(outcome=VisitOutcome.NO_ANSWER)


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    at(desk, TUESDAY)
    sits(desk, desk.operator, "8001")
    return made


def sits(desk: Desk, who: Actor, extension: str) -> None:
    """Signed in, the telephone answers, ready for calls."""
    sign_in_agent(desk.room, who, extension, Device.PHONE)
    desk.room.database.write(lambda unit: agent_reachable(unit, extension, True))
    make_ready(desk.room, who)


def at(desk: Desk, moment: datetime) -> None:
    desk.room.clock = lambda: moment


def tasks(desk: Desk, **wanted: Any) -> list[Any]:
    query = select(return_task).order_by(return_task.c.id)
    for name, value in wanted.items():
        query = query.where(return_task.c[name] == value)
    with desk.room.database.read() as conn:
        return list(conn.execute(query))


def visits(desk: Desk) -> list[tuple[str, datetime]]:
    with desk.room.database.read() as conn:
        rows = conn.execute(select(visit.c.outcome, visit.c.at).order_by(visit.c.id))
        return [(row.outcome, row.at) for row in rows]


def attempts(desk: Desk) -> list[Any]:
    with desk.room.database.read() as conn:
        return list(conn.execute(select(dial_attempt).order_by(dial_attempt.c.planned_at)))


def over(telephone: Telephone, attempt: str, outcome: CallOutcome) -> None:
    """The call of a dial has ended, and the books say so."""
    now = telephone.room.clock()
    call_id = telephone.comes(
        PHONE,
        direction=Direction.OUT.value,
        purpose=Purpose.RETURN.value,
        attempt_id=attempt,
        started_at=now,
        answered_at=now if outcome is CallOutcome.OUT_ANSWERED else None,
        ended_at=now,
        outcome=outcome.value,
    )
    telephone.room.database.write(lambda unit: settle_call(telephone.room, unit, call_id))


def confidential(desk: Desk) -> Ticket:
    """A checked ticket of somebody who reported somebody else."""
    sheet = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "同意")
    case = desk.case(filed.case_id)
    for step in (CaseStep.DISPATCHED, CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    return desk.ticket(sheet.number)


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


def _no_link(telephone: Telephone) -> None:
    telephone.link(LinkState.CONNECTING)


def _somebody_waits(telephone: Telephone) -> None:
    row = [{"linkedid": "1.1", "since": TUESDAY.isoformat()}]
    telephone.room.database.write(lambda unit: unit.conn.execute(pbx.update().values(waiting=row)))


def _noon(telephone: Telephone) -> None:
    telephone.room.clock = lambda: TUESDAY + timedelta(hours=3)


def _weekend(telephone: Telephone) -> None:
    telephone.room.clock = lambda: TUESDAY + timedelta(days=4)


@pytest.mark.parametrize("hindrance", [_no_link, _somebody_waits, _noon, _weekend])
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


# The automatic variant.


@pytest.fixture
def machine(telephone: Telephone, desk: Desk) -> Telephone:
    telephone.set(automatic_returns=True)
    return telephone


def _answered(telephone: Telephone, attempt: str, **digits: str) -> None:
    for question, digit in digits.items():
        assert return_answered(telephone.room, attempt, question, digit)


def test_a_machine_asks_and_the_case_closes(machine: Telephone, desk: Desk) -> None:
    sheet = desk.checked()
    (attempt,) = plan_automatic(desk.room)
    kind, payload = machine.asked()[-1]
    assert (kind, payload["purpose"]) == ("originate_return", "AUTO_RETURN")
    assert "extension" not in payload
    assert plan_automatic(desk.room) == [], "one task is dialled once"
    _answered(machine, attempt, identity="1", solved="1", handling="2")
    assert return_done(desk.room, attempt)
    assert not return_done(desk.room, attempt)
    assert not return_answered(desk.room, attempt, "handling", "5")
    over(machine, attempt, CallOutcome.OUT_ANSWERED)
    (row,) = attempts(desk)
    assert (row.state, row.outcome, row.automatic) == ("DONE", "ANSWERED", True)
    assert len(visits(desk)) == 1
    assert tasks(desk)[0].state == "DONE"
    case = desk.case(sheet.case_id)
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED
    assert verify(desk.room).sound


@pytest.mark.parametrize(
    ("digits", "outcome", "state", "by_person"),
    [
        ({}, "NO_ANSWER", "WAITING", False),
        ({"identity": "2"}, "NOT_REPORTER", "WAITING", False),
        ({"identity": "1", "solved": ""}, "CALL_LATER", "WAITING", True),
        ({"identity": "1", "solved": "3", "handling": "5"}, "ANSWERED", "REVIEW", False),
    ],
)
def test_what_a_machine_heard(
    machine: Telephone,
    desk: Desk,
    digits: dict[str, str],
    outcome: str,
    state: str,
    by_person: bool,
) -> None:
    sheet = desk.checked()
    (attempt,) = plan_automatic(desk.room)
    _answered(machine, attempt, **digits)
    over(machine, attempt, CallOutcome.OUT_ANSWERED)
    (task,) = tasks(desk)
    assert (task.state, task.by_person) == (state, by_person)
    assert visits(desk)[0][0] == outcome
    with desk.refused(Incomplete):
        desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader)
    assert not return_done(desk.room, attempt)


def test_never_more_dials_than_free_agents(machine: Telephone, desk: Desk) -> None:
    for _ in range(4):
        desk.checked()
    sits(desk, desk.colleague, "8002")
    first = plan_automatic(desk.room)
    assert len(first) == 2
    assert plan_automatic(desk.room) == []
    return_done(desk.room, first[0])
    assert len(plan_automatic(desk.room)) == 1
    _somebody_waits(machine)
    return_done(desk.room, first[1])
    assert plan_automatic(desk.room) == []


def _off(telephone: Telephone) -> None:
    telephone.set(automatic_returns=False)


@pytest.mark.parametrize("hindrance", [_no_link, _somebody_waits, _noon, _weekend, _off])
def test_no_automatic_dial(
    machine: Telephone, desk: Desk, hindrance: Callable[[Telephone], None]
) -> None:
    desk.checked()
    hindrance(machine)
    assert plan_automatic(desk.room) == []


def test_a_busy_agent_is_not_free(machine: Telephone, desk: Desk) -> None:
    desk.checked()
    machine.rings("8001")
    assert plan_automatic(desk.room) == []
    assert AgentState.RINGING.value == "RINGING"


def test_confidential_reporters_are_asked_by_people_only(machine: Telephone, desk: Desk) -> None:
    sheet = confidential(desk)
    assert sheet.confidential
    assert plan_automatic(desk.room) == []
    assert tasks(desk)[0].by_person


def test_a_dial_withdrawn_before_the_exchange_ran_it(machine: Telephone, desk: Desk) -> None:
    sheet = desk.checked()
    (attempt,) = plan_automatic(desk.room)
    desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader, opinion="现场确认")
    assert not may_still_dial(desk.room, attempt)
    refused = {"state": "REFUSED", "ended_at": TUESDAY}
    desk.room.database.write(
        lambda unit: unit.conn.execute(pbx_command.update().values(refused)).rowcount
    )
    assert settle_dials(desk.room) == 1
    assert attempts(desk)[0].state == "NOT_MADE"


def test_a_dial_of_which_nothing_is_known_rests(machine: Telephone, desk: Desk) -> None:
    desk.checked()
    (attempt,) = plan_automatic(desk.room)
    unknown = {"state": "UNKNOWN", "ended_at": TUESDAY}
    desk.room.database.write(
        lambda unit: unit.conn.execute(pbx_command.update().values(unknown)).rowcount
    )
    assert settle_dials(desk.room) == 0
    assert plan_automatic(desk.room) == []
    at(desk, TUESDAY + timedelta(minutes=3))
    assert settle_dials(desk.room) == 1
    assert attempts(desk)[0].state == "LOST"
    assert visits(desk) == [("LINE_FAULT", TUESDAY)]
    assert plan_automatic(desk.room) == [], "nobody is rung twice within minutes"
    assert tasks(desk)[0].next_at >= TUESDAY + timedelta(minutes=30)
    at(desk, tasks(desk)[0].next_at)
    (again,) = plan_automatic(desk.room)
    assert again != attempt


def test_unknown_reports_of_the_exchange_change_nothing(machine: Telephone, desk: Desk) -> None:
    desk.checked()
    (attempt,) = plan_automatic(desk.room)
    assert not return_answered(desk.room, "ms-unknown", "solved", "1")
    assert not return_answered(desk.room, attempt, "score", "1")
    assert not return_done(desk.room, "ms-unknown")
    assert attempts(desk)[0].answers == {}


# Sampling after closing.


def test_a_tenth_and_whatever_went_badly(desk: Desk) -> None:
    at(desk, datetime.now(UTC))
    closed = []
    for _ in range(11):
        sheet = desk.checked()
        desk.report(desk.case(sheet.case_id), CaseStep.CLOSED, desk.leader, opinion="现场确认")
        closed.append(sheet)
    bad = desk.filed()
    case = desk.case(bad.case_id)
    for step in (CaseStep.DISPATCHED, CaseStep.HANDLED):
        case = desk.report(case, step)
    case = desk.report(case, CaseStep.CHECK_FAILED, opinion="没扫干净")
    for step in (CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    desk.report(case, CaseStep.CLOSED, desk.leader, opinion="现场确认")
    at(desk, datetime.now(UTC))
    assert draw_sample(desk.room) == 3
    drawn = tasks(desk, kind="SAMPLE")
    assert bad.id in {task.ticket_id for task in drawn}
    assert len({task.ticket_id for task in drawn} & {sheet.id for sheet in closed}) == 2
    assert draw_sample(desk.room) == 0, "drawn twice in a week is drawn once"
    before = desk.ticket(closed[0].number).state
    task = drawn[0]
    assert answer_return(desk.room, desk.operator, task.id, task.version, UNHAPPY) == "REVIEW"
    assert desk.ticket(closed[0].number).state is before is TicketState.CLOSED
    desk.check_history()


def test_an_answer_by_link_after_nobody_was_reached_still_counts(desk: Desk) -> None:
    sheet = desk.checked()
    (task,) = tasks(desk)
    gone = VisitRecord(outcome=VisitOutcome.WRONG_NUMBER)
    answer_return(desk.room, desk.operator, task.id, task.version, gone)
    assert tasks(desk)[0].state == "UNREACHABLE"
    assert answer_result(desk.room, sheet.number, Solved.UNSOLVED, reason="没人来过")
    assert tasks(desk)[0].state == "REVIEW", "the shift leader hears of it"
