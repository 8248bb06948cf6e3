"""Merging and splitting: every reporter keeps his own number, reply and visit (R11)."""

import pytest
from sqlalchemy import select

from intake.domain.case_steps import CaseStep
from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import SYSTEM
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.answer import decline, settle
from intake.services.ask import ask_info, withdraw
from intake.services.file import file_ticket
from intake.services.merge import merge, split
from intake.services.progress import Progress, read_progress
from intake.services.register import register
from intake.services.reporters import open_reporter, reveal
from intake.services.void import void
from intake.store.tables import reporter, ticket_link
from tests.integration.services.desk import PHONE, Desk

WHY = ["同一地点", "同一类别"]


def _page(desk: Desk, number: str) -> Progress:
    return read_progress(desk.room, number, desk.room.query_code(number))


def _merged(desk: Desk, into: str, form_of: Ticket | None = None) -> Ticket:
    sheet = form_of or desk.registered()
    return merge(desk.room, desk.leader, sheet.number, sheet.version, into, WHY)


def test_operators_merge_into_an_open_ticket(desk: Desk) -> None:
    target, sheet = desk.registered(), desk.registered()
    with desk.refused(Incomplete):
        merge(desk.room, desk.operator, sheet.number, sheet.version, target.number, [" "])
    merged = merge(desk.room, desk.operator, sheet.number, sheet.version, target.number, WHY)
    assert merged.state is TicketState.MERGED
    assert merged.case_id is None
    assert desk.facts(sheet.number)[-1] == (
        EventType.TICKET_MERGED,
        {"into": target.number, "reasons": WHY},
    )
    assert desk.ticket(target.number) == target, "nothing of it reaches the other ticket"
    assert _page(desk, sheet.number).status_text == "已与同一问题合并处理"


def test_only_the_shift_leader_merges_into_a_case(desk: Desk) -> None:
    filed = desk.filed()
    case = desk.case(filed.case_id)
    sheet = desk.registered()
    for target in (case.number, filed.number):
        with desk.refused(NotAllowed):
            merge(desk.room, desk.operator, sheet.number, sheet.version, target, WHY)
    merged = merge(desk.room, desk.leader, sheet.number, sheet.version, case.number, WHY)
    assert merged.case_id == case.id
    desk.check_history()


def test_what_nothing_can_be_merged_into(desk: Desk) -> None:
    target, sheet = desk.registered(), desk.registered()
    with desk.refused(Invalid):
        merge(desk.room, desk.leader, sheet.number, sheet.version, sheet.number, WHY)
    with desk.refused(NotFound):
        merge(desk.room, desk.leader, sheet.number, sheet.version, "SL2026010199999", WHY)
    declined = decline(desk.room, desk.leader, target.number, target.version, "no_content")
    with desk.refused(Invalid):
        merge(desk.room, desk.leader, sheet.number, sheet.version, declined.number, WHY)
    already = _merged(desk, sheet.number)
    with desk.refused(Invalid):
        merge(desk.room, desk.leader, sheet.number, sheet.version, already.number, WHY)
    with desk.refused(WrongState):
        merge(desk.room, desk.leader, already.number, already.version, sheet.number, WHY)


def test_a_merged_ticket_follows_its_target_to_the_end(desk: Desk) -> None:
    target = desk.registered()
    first = _merged(desk, target.number)
    silent = desk.registered(form=desk.form(needs_reply=False))
    silent = _merged(desk, target.number, silent)
    filed = file_ticket(desk.room, desk.leader, target.number, target.version, "同意")
    late = _merged(desk, desk.case(filed.case_id).number)
    assert _page(desk, first.number).status_text == "已立案"
    case = desk.report(desk.case(filed.case_id), CaseStep.DISPATCHED)
    assert _page(desk, first.number).status_text == "办理中"
    case = desk.report(case, CaseStep.HANDLED)
    case = desk.report(case, CaseStep.CHECK_PASSED)
    states = {
        sheet.number: desk.ticket(sheet.number).state for sheet in (target, first, late, silent)
    }
    assert states == {
        target.number: TicketState.AWAITING_VISIT,
        first.number: TicketState.AWAITING_VISIT,
        late.number: TicketState.AWAITING_VISIT,
        silent.number: TicketState.MERGED,
    }
    assert _page(desk, first.number).answer == case.result
    desk.report(case, CaseStep.CLOSED, opinion="三人均已电话告知")
    for sheet in (target, first, late, silent):
        closed = desk.ticket(sheet.number)
        assert closed.state is TicketState.CLOSED
        assert closed.public_answer == case.result
        assert _page(desk, sheet.number).status_text == "已办结"
        assert _page(desk, sheet.number).timeline[-1].text == "已办结。"
    desk.check_history()


def test_a_ticket_merged_into_a_merged_one_follows_too(desk: Desk) -> None:
    first, second, third = desk.registered(), desk.registered(), desk.registered()
    first = _merged(desk, second.number, first)
    second = _merged(desk, third.number, second)
    filed = file_ticket(desk.room, desk.leader, third.number, third.version, "同意")
    case = desk.report(desk.case(filed.case_id), CaseStep.DISPATCHED)
    case = desk.report(case, CaseStep.HANDLED)
    assert _page(desk, first.number).status_text == "办理中"
    desk.report(case, CaseStep.CHECK_PASSED)
    assert desk.ticket(first.number).state is TicketState.AWAITING_VISIT
    assert desk.ticket(second.number).state is TicketState.AWAITING_VISIT


@pytest.mark.parametrize("way", ["withdrawn", "declined", "voided"])
def test_what_the_target_does_alone_does_not_end_the_others(desk: Desk, way: str) -> None:
    target = desk.registered()
    sheet = _merged(desk, target.number)
    if way == "withdrawn":
        withdraw(desk.room, target.number, "不用了")
    elif way == "voided":
        void(desk.room, desk.leader, target.number, target.version, "误录")
    else:
        decline(
            desk.room, desk.leader, target.number, target.version, "answered_before", "给甲的话。"
        )
        assert desk.ticket(sheet.number).state is TicketState.MERGED
        desk.room.database.write(lambda unit: settle(unit, SYSTEM, target.number))
    back = desk.ticket(sheet.number)
    assert back.state is TicketState.REGISTERED
    assert desk.facts(sheet.number)[-1] == (EventType.TICKET_UNMERGED, {"from": target.number})
    page = _page(desk, sheet.number)
    assert page.status_text == "正在核实"
    assert page.answer == ""
    assert file_ticket(desk.room, desk.leader, back.number, back.version, "同意").case_id
    desk.check_history()


def test_a_question_to_one_reporter_is_not_put_to_the_other(desk: Desk) -> None:
    target = desk.registered()
    sheet = _merged(desk, target.number)
    ask_info(desk.room, desk.operator, target.number, target.version, "您家是几号楼？")
    page = _page(desk, sheet.number)
    assert page.status_text == "已与同一问题合并处理"
    assert page.questions == ""
    assert not page.may_supplement


def test_a_wrong_merge_into_a_case_can_be_voided_without_the_case(desk: Desk) -> None:
    filed = desk.filed()
    sheet = _merged(desk, desk.case(filed.case_id).number)
    gone = void(desk.room, desk.leader, sheet.number, sheet.version, "并错了")
    assert gone.state is TicketState.VOIDED
    assert desk.case(filed.case_id).state.open


def test_splitting_makes_tickets_of_the_same_reporter(desk: Desk) -> None:
    person = ReporterDetails(name="张小明", phone=PHONE, email="x@example.com", address="幸福村3组")
    sheet = desk.received(reporter=person)
    sheet = register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
    children = split(
        desk.room, desk.operator, sheet.number, sheet.version, ["路灯不亮", " ", "井盖破损"]
    )
    assert [child.description for child in children] == ["路灯不亮", "井盖破损"]
    assert len({sheet.number, *(child.number for child in children)}) == 3
    for child in children:
        stored = desk.ticket(child.number)
        assert stored == child
        assert stored.state is TicketState.RECEIVED
        assert stored.parent_id == sheet.id
        assert stored.text == sheet.text
        assert stored.respond_by is not None
        assert desk.topics(child.id) == ["ticket.received"]
        with desk.room.database.read() as conn:
            assert open_reporter(desk.room, conn, child.id) == person
        assert _page(desk, child.number).status_text == "已收到"
        assert reveal(desk.room, desk.leader, child.number, "核对") == person
    after = desk.ticket(sheet.number)
    assert after.state is TicketState.REGISTERED
    assert after.version == sheet.version + 1
    with desk.room.database.read() as conn:
        sealed = conn.execute(select(reporter.c.phone)).scalars().all()
        hashes = set(conn.execute(select(reporter.c.phone_hash)).scalars())
        links = conn.execute(
            select(ticket_link.c.other_ticket_id).where(ticket_link.c.kind == "SPLIT_INTO")
        ).scalars()
        assert set(links) == {child.id for child in children}
    assert len(set(sealed)) == 3, "a sealed value belongs to one row"
    assert len(hashes) == 1
    desk.check_history()


def test_what_cannot_be_split(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(Incomplete):
        split(desk.room, desk.operator, sheet.number, sheet.version, ["", " "])
    with desk.refused(Incomplete):
        split(desk.room, desk.operator, sheet.number, sheet.version, ["问题"] * 11)
    with desk.refused(StaleVersion):
        split(desk.room, desk.operator, sheet.number, sheet.version - 1, ["问题"])
    with desk.refused(NotAllowed):
        split(desk.room, desk.dispatcher, sheet.number, sheet.version, ["问题"])
    received = desk.received()
    with desk.refused(WrongState):
        split(desk.room, desk.operator, received.number, received.version, ["问题"])
