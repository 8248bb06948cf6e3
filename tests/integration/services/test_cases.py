"""Events of a case and how its tickets follow (domain.md §4.6), return visits (§5)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from intake.domain.appeal import AppealType
from intake.domain.case import Case
from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.numbers import COUNTY_ZONE
from intake.domain.people import Actor, Role
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.case_event import CaseReport, report_case
from intake.services.file import file_ticket
from intake.services.visit import VisitRecord, record_visit
from intake.store.tables import case_limit, case_pause, casefile, visit
from tests.integration.services.desk import PHONE, Desk

ANSWERED = VisitRecord(outcome=VisitOutcome.ANSWERED, solved=Solved.SOLVED)
UNHAPPY = VisitRecord(
    outcome=VisitOutcome.ANSWERED,
    solved=Solved.UNSOLVED,
    handling=Satisfaction.DISSATISFIED,
    reason="处理不彻底",
)


def _opened(desk: Desk) -> Case:
    return desk.case(desk.filed().case_id)


def _limits(desk: Desk, case: Case) -> list[datetime]:
    query = select(case_limit.c.due_at).where(case_limit.c.case_id == case.id)
    with desk.room.database.read() as conn:
        return list(conn.execute(query.order_by(case_limit.c.position)).scalars())


def test_a_case_carries_its_milestones(desk: Desk) -> None:
    condition = desk.condition(position=1)
    sheet = desk.registered(form=desk.form(condition_id=condition))
    filed = file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    case = desk.case(filed.case_id)
    limits = _limits(desk, case)
    assert len(limits) == 2
    assert case.filed_at < limits[0] < limits[1]
    assert case.due_at == limits[-1]
    assert case.condition_id == condition
    assert case.priority_place in {True, False}


def test_a_case_of_the_territory_is_led_by_its_township(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(condition_id=desk.condition(position=1)))
    assert sheet.town_code
    case = desk.case(file_ticket(desk.room, desk.operator, sheet.number, sheet.version).case_id)
    assert case.lead_unit[1:] == sheet.town_code[6:]


@pytest.mark.parametrize(
    ("steps", "step", "what"),
    [
        ([], CaseStep.DISPATCHED, {"unit": ""}),
        ([CaseStep.DISPATCHED], CaseStep.RETURNED, {}),
        ([CaseStep.DISPATCHED], CaseStep.SUSPENDED, {"opinion": "待种植季节"}),
        ([CaseStep.DISPATCHED], CaseStep.HANDLED, {"result": " "}),
        ([CaseStep.DISPATCHED, CaseStep.HANDLED], CaseStep.CHECK_FAILED, {}),
        ([], CaseStep.VOIDED, {"opinion": " "}),
    ],
)
def test_what_a_report_must_carry(
    desk: Desk, steps: list[CaseStep], step: CaseStep, what: dict[str, Any]
) -> None:
    case = _opened(desk)
    for earlier in steps:
        case = desk.report(case, earlier)
    actor = desk.leader if step is CaseStep.VOIDED else None
    with desk.refused(Incomplete) as caught:
        desk.report(case, step, actor, **what)
    assert caught.value.details["fields"]


def test_what_is_refused_of_a_report(desk: Desk) -> None:
    case = _opened(desk)
    with desk.refused(WrongState):
        desk.report(case, CaseStep.HANDLED)
    with desk.refused(Invalid):
        desk.report(case, CaseStep.DISPATCHED, unit="NOBODY")
    with desk.refused(Invalid):
        desk.report(case, CaseStep.DISPATCHED, assist_units=("NOBODY",))
    with desk.refused(NotFound):
        report_case(
            desk.room, desk.subsystem, "E06010209901010001", CaseReport(step=CaseStep.ACCEPTED)
        )
    told = CaseReport(step=CaseStep.DISPATCHED, unit=case.lead_unit)
    with desk.refused(StaleVersion):
        report_case(desk.room, desk.subsystem, case.number, told, version=case.version + 1)
    for actor in (desk.operator, desk.leader, desk.collectors["cj01"]):
        with desk.refused(NotAllowed):
            desk.report(case, CaseStep.DISPATCHED, actor)


def test_a_failed_check_sends_it_back_and_counts(desk: Desk) -> None:
    case = _opened(desk)
    case = desk.report(case, CaseStep.DISPATCHED)
    case = desk.report(case, CaseStep.HANDLED)
    case = desk.report(case, CaseStep.CHECK_FAILED, desk.leader, opinion="仍有残留")
    assert case.state is CaseState.DISPATCHED
    assert case.rework_count == 1
    assert desk.ticket_of(case).state is TicketState.IN_HANDLING
    assert not case.supervised
    for _ in range(2):
        case = desk.report(case, CaseStep.HANDLED)
        case = desk.report(case, CaseStep.CHECK_FAILED, desk.leader, opinion="仍有残留")
    assert case.rework_count == 3
    assert case.supervised, "after two reworks the case is under supervision"
    desk.check_history()


def test_rework_after_an_unhappy_visit(desk: Desk) -> None:
    sheet = desk.checked()
    asked = record_visit(desk.room, desk.operator, sheet.number, sheet.version, UNHAPPY)
    case = desk.case(sheet.case_id)
    with desk.refused(Incomplete) as caught:
        desk.report(case, CaseStep.CLOSED, desk.leader)
    assert caught.value.details["tickets"] == [sheet.number]
    with desk.refused(Incomplete):
        desk.report(case, CaseStep.REWORK, desk.leader)
    case = desk.report(case, CaseStep.REWORK, desk.leader, opinion="处理不彻底，返工")
    assert desk.ticket(sheet.number).state is TicketState.REWORK
    for step in (CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    back = desk.ticket(sheet.number)
    assert back.state is TicketState.AWAITING_VISIT
    record_visit(desk.room, desk.operator, back.number, back.version, ANSWERED)
    case = desk.report(case, CaseStep.CLOSED, desk.leader)
    assert case.state is CaseState.CLOSED
    assert asked.version < back.version
    archived = desk.report(case, CaseStep.ARCHIVED, desk.leader)
    assert archived.state is CaseState.ARCHIVED
    desk.check_history()


def test_closing_without_asking_needs_an_opinion(desk: Desk) -> None:
    sheet = desk.checked()
    case = desk.case(sheet.case_id)
    with desk.refused(Incomplete):
        desk.report(case, CaseStep.CLOSED, desk.leader)
    closed = desk.report(case, CaseStep.CLOSED, desk.leader, opinion="反映人已到场确认")
    assert closed.state is CaseState.CLOSED
    assert desk.ticket(sheet.number).state is TicketState.CLOSED


@pytest.mark.parametrize(
    "outcomes",
    [
        [VisitOutcome.NO_ANSWER, VisitOutcome.BUSY, VisitOutcome.POWERED_OFF],
        [VisitOutcome.REFUSED],
        [VisitOutcome.INVALID_NUMBER],
    ],
    ids=["three times nobody", "refused", "no such number"],
)
def test_visits_that_reach_nobody_end_too(
    desk: Desk, outcomes: list[VisitOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = desk.checked()
    case = desk.case(sheet.case_id)
    tomorrow = desk.room.clock().astimezone(COUNTY_ZONE).replace(hour=9) + timedelta(days=1)
    for position, outcome in enumerate(outcomes):
        called = tomorrow + timedelta(hours=(0, 7, 24)[position])
        monkeypatch.setattr(desk.room, "clock", lambda at=called: at)
        if position:
            with desk.refused(Incomplete):
                desk.report(case, CaseStep.CLOSED, desk.leader)
        now = desk.ticket(sheet.number)
        record_visit(
            desk.room, desk.operator, now.number, now.version, VisitRecord(outcome=outcome)
        )
    assert desk.report(case, CaseStep.CLOSED, desk.leader).state is CaseState.CLOSED


def test_a_reporter_who_wants_no_reply_is_not_visited(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(needs_reply=False))
    filed = file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    case = desk.case(filed.case_id)
    for step in (CaseStep.DISPATCHED, CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    assert desk.ticket(sheet.number).state is TicketState.IN_HANDLING
    desk.report(case, CaseStep.CLOSED, desk.leader)
    closed = desk.ticket(sheet.number)
    assert closed.state is TicketState.CLOSED
    assert closed.public_answer == case.result


def test_one_account_does_not_dispatch_and_close(desk: Desk) -> None:
    case = _opened(desk)
    case = desk.report(case, CaseStep.DISPATCHED, desk.dispatcher)
    assert case.dispatched_by == desk.dispatcher.account_id
    case = desk.report(case, CaseStep.HANDLED)
    case = desk.report(case, CaseStep.CHECK_PASSED)
    promoted = replace(desk.dispatcher, role=Role.SHIFT_LEADER)
    with desk.refused(NotAllowed):
        desk.report(case, CaseStep.CLOSED, promoted, opinion="同意结案")
    with desk.refused(NotAllowed):
        desk.report(case, CaseStep.CLOSED, desk.dispatcher, opinion="同意结案")
    assert desk.report(case, CaseStep.CLOSED, desk.leader, opinion="同意").state is CaseState.CLOSED


def test_a_department_acts_on_its_own_cases(desk: Desk) -> None:
    case = desk.report(_opened(desk), CaseStep.DISPATCHED, unit="HW", assist_units=("CG",))
    desk.hire_for_units({"HW": 801, "CG": 802, "SZ": 803})
    with desk.refused(NotAllowed):
        desk.report(case, CaseStep.ACCEPTED, Actor(Role.DEPARTMENT_USER, "市政", 803))
    case = desk.report(case, CaseStep.ACCEPTED, Actor(Role.DEPARTMENT_USER, "环卫", 801))
    case = desk.report(case, CaseStep.HANDLED, Actor(Role.DEPARTMENT_USER, "城管", 802))
    assert case.state is CaseState.FEEDBACK


def test_a_suspension_moves_every_due_time(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(condition_id=desk.condition(position=1)))
    filed = file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    case = desk.report(desk.case(filed.case_id), CaseStep.DISPATCHED)
    before = _limits(desk, case)
    now = desk.room.clock()
    until = now + timedelta(days=30)
    case = desk.report(case, CaseStep.SUSPENDED, opinion="待种植季节", until=until)
    assert case.state is CaseState.SUSPENDED
    assert case.suspended_until == until
    with desk.room.database.read() as conn:
        began = conn.execute(select(case_pause.c.began_at)).scalar_one()
    two_weeks_ago = began - timedelta(days=14)
    _age(desk, case, timedelta(days=14))
    case = desk.report(case, CaseStep.RESUMED)
    after = _limits(desk, case)
    assert case.state is CaseState.ACCEPTED_BY_UNIT
    assert case.suspended_until is None
    assert case.due_at == after[-1]
    assert len(after) == len(before)
    with desk.room.database.read() as conn:
        pause = conn.execute(select(case_pause)).mappings().one()
    assert pause["began_at"] == two_weeks_ago
    assert pause["ended_at"] is not None
    assert all(late >= early for late, early in zip(after, before, strict=True))
    assert after[-1] > pause["ended_at"]
    assert desk.ticket(sheet.number).state is TicketState.IN_HANDLING
    desk.check_history()


def _age(desk: Desk, case: Case, by: timedelta) -> None:
    """As if the case had been filed, and suspended, so much earlier."""

    def work(unit: Any) -> None:
        pauses = unit.conn.execute(select(case_pause.c.id, case_pause.c.began_at)).all()
        for row in pauses:
            unit.conn.execute(
                update(case_pause)
                .where(case_pause.c.id == row.id)
                .values(began_at=row.began_at - by)
            )
        unit.conn.execute(
            update(casefile).where(casefile.c.id == case.id).values(filed_at=case.filed_at - by)
        )

    desk.room.database.write(work)


@pytest.mark.parametrize("days", [-1, 400], ids=["in the past", "in more than a year"])
def test_a_suspension_ends_within_a_year(desk: Desk, days: int) -> None:
    case = desk.report(_opened(desk), CaseStep.DISPATCHED)
    until = desk.room.clock() + timedelta(days=days)
    with desk.refused(Invalid):
        desk.report(case, CaseStep.SUSPENDED, opinion="待种植季节", until=until)
    with desk.refused(Invalid):
        naive = desk.room.clock().replace(tzinfo=None) + timedelta(days=3)
        desk.report(case, CaseStep.SUSPENDED, opinion="待种植季节", until=naive)


def test_what_is_overdue_is_not_suspended(desk: Desk) -> None:
    case = desk.report(_opened(desk), CaseStep.DISPATCHED)
    late = update(casefile).values(due_at=case.filed_at - timedelta(hours=1))
    desk.room.database.write(lambda unit: unit.conn.execute(late).rowcount)
    with desk.refused(WrongState):
        until = desk.room.clock() + timedelta(days=3)
        desk.report(case, CaseStep.SUSPENDED, opinion="待种植季节", until=until)


def test_a_returned_case_is_dispatched_anew(desk: Desk) -> None:
    case = desk.report(_opened(desk), CaseStep.DISPATCHED)
    case = desk.report(case, CaseStep.RETURNED, opinion=f"不属本单位，见手册，电话{PHONE}")
    assert case.state is CaseState.RETURNED_BY_UNIT
    case = desk.report(case, CaseStep.DISPATCHED, unit="CG")
    assert case.lead_unit == "CG"
    assert desk.ticket_of(case).state is TicketState.IN_HANDLING
    assert PHONE not in str(desk.case_facts(case))


def test_voiding_a_case_ends_its_tickets(desk: Desk) -> None:
    case = _opened(desk)
    with desk.refused(NotAllowed):
        desk.report(case, CaseStep.VOIDED, desk.operator, opinion="误立")
    gone = desk.report(case, CaseStep.VOIDED, desk.leader, opinion="误立")
    assert gone.state is CaseState.VOIDED
    closed = desk.ticket_of(case)
    assert closed.state is TicketState.CLOSED
    assert closed.close_reason == "case_voided"


def test_every_step_with_followers_writes_state_fact_and_job(desk: Desk) -> None:
    case = _opened(desk)
    before = desk.counts()
    desk.report(case, CaseStep.DISPATCHED)
    after = desk.counts()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"event": 2, "outbox": 1}


def test_a_confidential_case_shows_no_number_to_the_citizen_and_holds_no_reporter(
    desk: Desk,
) -> None:
    sheet = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "同意")
    case = desk.case(filed.case_id)
    assert case.confidential
    assert PHONE not in repr(case)
    assert "张小明" not in repr(case)


def test_a_visit_must_carry_what_was_said(desk: Desk) -> None:
    sheet = desk.checked()
    for record in (
        VisitRecord(outcome=VisitOutcome.ANSWERED),
        VisitRecord(outcome=VisitOutcome.ANSWERED, solved=Solved.UNSOLVED),
        replace(UNHAPPY, solved=Solved.SOLVED, reason=" "),
    ):
        with desk.refused(Incomplete):
            record_visit(desk.room, desk.operator, sheet.number, sheet.version, record)
    with desk.refused(NotAllowed):
        record_visit(desk.room, desk.dispatcher, sheet.number, sheet.version, ANSWERED)
    with desk.refused(StaleVersion):
        record_visit(desk.room, desk.operator, sheet.number, sheet.version - 1, ANSWERED)
    said = replace(UNHAPPY, remark=f"让打{PHONE}")
    record_visit(desk.room, desk.operator, sheet.number, sheet.version, said)
    with desk.room.database.read() as conn:
        row = conn.execute(select(visit)).mappings().one()
    assert row["reason"] == "处理不彻底"
    assert row["case_id"] == sheet.case_id
    kind, told = desk.facts(sheet.number)[-1]
    assert kind == EventType.VISIT_RECORDED
    assert told == {
        "outcome": "ANSWERED",
        "solved": "UNSOLVED",
        "service": "NOT_GIVEN",
        "handling": "DISSATISFIED",
    }


def test_visits_belong_to_their_stage(desk: Desk) -> None:
    sheet = desk.filed()
    with desk.refused(WrongState):
        record_visit(desk.room, desk.operator, sheet.number, sheet.version, ANSWERED)
