"""Automatic return calls, whatever dies in between; sampling after closing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from intake.domain.call import CallOutcome
from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.errors import Incomplete
from intake.domain.ticket_steps import TicketState
from intake.services.audit import verify
from intake.services.dial_upkeep import settle_dials
from intake.services.return_answer import answer_return
from intake.services.return_attempts import (
    may_still_dial,
    return_answered,
    return_done,
)
from intake.services.return_plan import plan_automatic
from intake.services.return_sample import draw_sample
from intake.store.tables import pbx_command
from tests.integration.services.asking import (
    TUESDAY,
    UNHAPPY,
    at,
    attempts,
    confidential,
    no_link,
    noon,
    over,
    sits,
    somebody_waits,
    tasks,
    visits,
    weekend,
)
from tests.integration.services.desk import Desk
from tests.integration.services.telephone import Telephone


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    at(desk, TUESDAY)
    sits(desk, desk.operator, "8001")
    return made


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
    somebody_waits(machine)
    return_done(desk.room, first[1])
    assert plan_automatic(desk.room) == []


def _off(telephone: Telephone) -> None:
    telephone.set(automatic_returns=False)


@pytest.mark.parametrize("hindrance", [no_link, somebody_waits, noon, weekend, _off])
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
