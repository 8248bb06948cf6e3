"""Who files what (R136, R125, R84), return for correction, refusal."""

from dataclasses import replace
from typing import Any

import pytest

from intake.domain.appeal import AppealType, CaseClass
from intake.domain.case_steps import CaseState
from intake.domain.contact import Source
from intake.domain.errors import Incomplete, NotAllowed, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import Role
from intake.domain.submission import ReporterDetails
from intake.domain.ticket_steps import TicketState
from intake.services.answer import answer
from intake.services.file import file_by_instruction, file_ticket
from intake.services.register import register
from intake.services.submit import refuse_filing, return_for_correction, submit_for_filing
from tests.integration.services.desk import PHONE, Desk

LEADERS = {
    "difficult": {"case_class": CaseClass.DIFFICULT},
    "emergency": {"case_class": CaseClass.EMERGENCY},
    "waived proof": {"emergency_waiver": True},
    "report of a violation": {"appeal": AppealType.REPORT},
    "on request confidential": {"confidential": True},
    "incomplete": {"occurred": ""},
}


@pytest.mark.parametrize("changes", LEADERS.values(), ids=LEADERS.keys())
def test_what_an_operator_may_not_file(desk: Desk, changes: dict[str, Any]) -> None:
    sheet = desk.registered(form=desk.form(**changes))
    with desk.refused(NotAllowed) as caught:
        file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    assert caught.value.details["reasons"]
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "情况属实，同意立案")
    assert filed.state is TicketState.FILED


def test_out_of_area_goes_to_the_shift_leader(desk: Desk) -> None:
    village = desk.room.county.rows.villages[200].centre
    sheet = desk.registered(form=desk.form(lon=village[0], lat=village[1]))
    assert sheet.in_area is False
    assert sheet.town_code
    with desk.refused(NotAllowed) as caught:
        file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    assert "out_of_area" in caught.value.details["reasons"]


def test_the_shift_leader_overrules_soft_rules_with_an_opinion_only(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(occurred=""))
    with desk.refused(Incomplete) as caught:
        file_ticket(desk.room, desk.leader, sheet.number, sheet.version)
    assert [rule["rule"] for rule in caught.value.details["failed"]] == ["five_elements"]
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "现场可查，同意")
    told = desk.facts(sheet.number)[-1][1]
    assert told["failed"] == ["five_elements"]
    assert told["opinion"] == "现场可查，同意"
    assert desk.case(filed.case_id).filing_note == "现场可查，同意"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"category": None, "condition_id": None}, "category"),
        ({"condition_id": None}, "category"),
        ({"description": f"张小明说垃圾没人管，电话{PHONE}", "confidential": True}, "privacy"),
    ],
)
def test_no_opinion_overrules_these(desk: Desk, changes: dict[str, Any], rule: str) -> None:
    sheet = desk.registered(form=desk.form(**changes))
    with desk.refused(Incomplete) as caught:
        file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "同意")
    assert rule in {failure["rule"] for failure in caught.value.details["failed"]}


def test_a_duplicate_is_decided_before_it_is_filed(desk: Desk) -> None:
    first = desk.registered()
    second = desk.registered(form=desk.form(duplicate_decided=False))
    for actor in (desk.operator, desk.leader):
        with desk.refused(NotAllowed if actor is desk.operator else Incomplete):
            file_ticket(desk.room, actor, second.number, second.version, "同意")
    decided = register(
        desk.room, desk.operator, second.number, second.version, desk.form(duplicate_decided=True)
    )
    file_ticket(desk.room, desk.operator, decided.number, decided.version)
    assert desk.ticket(first.number).state is TicketState.REGISTERED


def test_anonymous_hearsay_is_verified_first_though_it_has_a_photo(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(anonymous=True))
    assert not sheet.needs_reply
    with desk.refused(NotAllowed):
        file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    with desk.refused(Incomplete) as caught:
        submit_for_filing(desk.room, desk.operator, sheet.number, sheet.version)
    assert [rule["rule"] for rule in caught.value.details["failed"]] == ["factual"]


def test_a_collectors_report_needs_no_proof_and_no_citizen(desk: Desk) -> None:
    sheet = desk.received(
        source=Source.COLLECTOR,
        reporter=ReporterDetails(),
        uploads=(),
        actor=desk.collectors["cj01"],
    )
    form = desk.form(absence_reason="监督员上报", needs_reply=False)
    ready = register(desk.room, desk.operator, sheet.number, sheet.version, form)
    filed = file_ticket(desk.room, desk.operator, ready.number, ready.version)
    assert filed.state is TicketState.FILED


def test_everything_goes_to_the_shift_leader_where_the_authority_is_his(strict_desk: Desk) -> None:
    desk = strict_desk
    sheet = desk.registered()
    with desk.refused(NotAllowed) as caught:
        file_ticket(desk.room, desk.operator, sheet.number, sheet.version, "同意", "值班长外出")
    assert caught.value.details["reasons"] == ["authority"]


def test_nobody_files_what_he_prepared(strict_desk: Desk) -> None:
    desk = strict_desk
    mine = desk.submitted(by=desk.leader)
    with desk.refused(NotAllowed) as caught:
        file_ticket(desk.room, desk.leader, mine.number, mine.version, "同意")
    assert caught.value.details["reasons"] == ["same_account"]
    filed = file_ticket(
        desk.room, desk.leader, mine.number, mine.version, deputy_reason="夜班只有一人"
    )
    assert filed.state is TicketState.FILED
    assert desk.facts(mine.number)[-1][1]["deputy_reason"] == "夜班只有一人"


def test_a_token_without_a_person_is_taken_for_the_same_person(strict_desk: Desk) -> None:
    desk = strict_desk
    sheet = desk.submitted()
    nobody = replace(desk.leader, account_id=None)
    with desk.refused(NotAllowed):
        file_ticket(desk.room, nobody, sheet.number, sheet.version, "同意")


def test_a_deputy_files_with_a_reason_that_is_kept(strict_desk: Desk) -> None:
    desk = strict_desk
    desk.appoint_deputy(desk.colleague)
    sheet = desk.submitted(by=desk.operator)
    with desk.refused(NotAllowed):
        file_ticket(desk.room, desk.colleague, sheet.number, sheet.version, "同意")
    with desk.refused(NotAllowed):
        file_ticket(desk.room, desk.operator, sheet.number, sheet.version, "同意", "值班长外出")
    filed = file_ticket(
        desk.room, desk.colleague, sheet.number, sheet.version, deputy_reason="值班长外出"
    )
    assert filed.state is TicketState.FILED
    assert desk.facts(sheet.number)[-1][1]["deputy_reason"] == "值班长外出"
    desk.check_history()


def test_a_leaders_instruction_files_directly(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(occurred="", duplicate_decided=False))
    filed = file_by_instruction(
        desk.room, desk.mayor, sheet.number, sheet.version, "县府批〔2026〕17号", "限期办结"
    )
    assert filed.state is TicketState.FILED
    assert filed.leader_reference == "县府批〔2026〕17号"
    case = desk.case(filed.case_id)
    assert case.state is CaseState.FILED
    assert case.supervised
    assert case.leader_reference == "县府批〔2026〕17号"
    desk.check_history()


def test_an_instruction_names_its_document_and_what_is_to_be_done(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(category=None, condition_id=None))
    with desk.refused(Incomplete):
        file_by_instruction(desk.room, desk.mayor, sheet.number, sheet.version, "  ")
    with desk.refused(Incomplete) as caught:
        file_by_instruction(desk.room, desk.mayor, sheet.number, sheet.version, "县府批1号", "办")
    assert {rule["rule"] for rule in caught.value.details["failed"]} == {
        "category",
        "limit_and_lead",
    }


def test_an_instruction_does_not_name_a_confidential_reporter(desk: Desk) -> None:
    form = desk.form(appeal=AppealType.REPORT, description="张小明举报隔壁乱倒垃圾")
    sheet = desk.registered(form=form)
    with desk.refused(Incomplete):
        file_by_instruction(desk.room, desk.leader, sheet.number, sheet.version, "县府批1号", "办")


def test_an_operator_does_not_file_by_instruction(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(NotAllowed):
        file_by_instruction(desk.room, desk.operator, sheet.number, sheet.version, "县府批1号")


def test_a_returned_ticket_is_corrected_before_it_is_submitted_again(desk: Desk) -> None:
    room = desk.room
    sheet = desk.submitted()
    with desk.refused(Incomplete):
        return_for_correction(room, desk.leader, sheet.number, sheet.version, " ")
    with desk.refused(NotAllowed):
        return_for_correction(room, desk.operator, sheet.number, sheet.version, "地址不准")
    back = return_for_correction(room, desk.leader, sheet.number, sheet.version, "地址不准")
    assert back.state is TicketState.RETURNED_FOR_CORRECTION
    assert back.respond_by is not None, "somebody has to look at it soon"
    assert desk.facts(sheet.number)[-1] == (EventType.FILING_RETURNED, {"opinion": "地址不准"})
    with desk.refused(WrongState):
        submit_for_filing(room, desk.operator, back.number, back.version)
    with desk.refused(WrongState):
        file_ticket(room, desk.leader, back.number, back.version, "同意")
    with desk.refused(Incomplete):
        register(room, desk.operator, back.number, back.version, desk.form())
    right = register(
        room, desk.operator, back.number, back.version, desk.form(address="中山路8号门口")
    )
    assert right.state is TicketState.REGISTERED
    again = submit_for_filing(room, desk.operator, right.number, right.version)
    assert again.state is TicketState.PENDING_FILING
    desk.check_history()


def test_refused_filing_is_answered_and_then_closed(desk: Desk) -> None:
    sheet = desk.submitted()
    with desk.refused(NotAllowed):
        refuse_filing(desk.room, desk.operator, sheet.number, sheet.version, "不属实")
    refused = refuse_filing(desk.room, desk.leader, sheet.number, sheet.version, "不属实")
    assert refused.state is TicketState.FILING_REFUSED
    told = answer(desk.room, desk.operator, refused.number, refused.version, "经查不属实。")
    assert told.state is TicketState.ANSWERED
    assert "ticket.settle" in desk.topics(sheet.id)


def test_submitting_an_incomplete_ticket_says_why(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(occurred="", lon=None, lat=None))
    with desk.refused(Incomplete) as caught:
        submit_for_filing(desk.room, desk.operator, sheet.number, sheet.version)
    assert {rule["rule"] for rule in caught.value.details["failed"]} == {
        "in_area",
        "locatable",
        "five_elements",
    }
    sent = submit_for_filing(
        desk.room, desk.operator, sheet.number, sheet.version, "反映人说不清具体位置"
    )
    assert sent.incomplete_reason == "反映人说不清具体位置"


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.AUDITOR, Role.CITIZEN, Role.SUBSYSTEM])
def test_others_are_told_so_first(desk: Desk, role: Role) -> None:
    sheet = desk.registered(form=desk.form(category=None, condition_id=None))
    actor = replace(desk.operator, role=role)
    with desk.refused(NotAllowed):
        file_ticket(desk.room, actor, sheet.number, sheet.version)
    with desk.refused(NotAllowed):
        submit_for_filing(desk.room, actor, sheet.number, sheet.version)


def test_nothing_is_filed_twice(desk: Desk) -> None:
    sheet = desk.filed()
    with desk.refused(WrongState):
        file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "同意")
    with desk.refused(StaleVersion) as caught:
        file_ticket(desk.room, desk.leader, sheet.number, sheet.version - 1, "同意")
    assert caught.value.details["version"] == sheet.version
    assert [change["type"] for change in caught.value.details["changes"]] == ["CaseFiled"]
