"""Ways that end without a case: answered, declined, referred, withdrawn, given up, voided."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from intake.domain.appeal import AppealType, CaseClass
from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType
from intake.domain.people import CITIZEN, SYSTEM
from intake.domain.reasons import DECLINE_REASONS, DeclineCode
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.answer import answer, decline, refer, settle
from intake.services.ask import ask_info, give_up, withdraw
from intake.services.progress import read_progress
from intake.services.register import register
from intake.services.supplement import add_supplement
from intake.services.void import void
from intake.store.tables import supplement
from tests.integration.services.desk import PHONE, Desk


def _question(desk: Desk) -> Ticket:
    return desk.registered(form=desk.form(appeal=AppealType.CONSULT))


def _settle(desk: Desk, number: str) -> Ticket | None:
    return desk.room.database.write(lambda unit: settle(unit, SYSTEM, number))


def _page(desk: Desk, number: str) -> list[str]:
    page = read_progress(desk.room, number, desk.room.query_code(number))
    return [page.status_text, page.answer]


def test_a_question_is_answered_and_closed(desk: Desk) -> None:
    sheet = _question(desk)
    with desk.refused(Incomplete):
        answer(desk.room, desk.operator, sheet.number, sheet.version, " ")
    told = answer(desk.room, desk.operator, sheet.number, sheet.version, " 请到窗口办理。 ")
    assert told.state is TicketState.ANSWERED
    assert desk.topics(sheet.id)[-2:] == ["ticket.changed", "ticket.settle"]
    assert _page(desk, sheet.number) == ["已答复", "请到窗口办理。"]
    closed = _settle(desk, sheet.number)
    assert closed is not None
    assert closed.state is TicketState.CLOSED
    assert closed.close_reason == "answered"
    assert closed.closed_at is not None
    assert closed.respond_by is None
    assert _page(desk, sheet.number) == ["已办结", "请到窗口办理。"]
    assert _settle(desk, sheet.number) is None
    desk.check_history()


@pytest.mark.parametrize("appeal", [AppealType.HELP, AppealType.COMPLAINT, AppealType.REPORT])
def test_what_makes_a_case_is_not_just_answered(desk: Desk, appeal: AppealType) -> None:
    sheet = desk.registered(form=desk.form(appeal=appeal))
    with desk.refused(Incomplete):
        answer(desk.room, desk.leader, sheet.number, sheet.version, "知道了。")


def test_declining_has_a_code_and_tells_another_way(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(Invalid):
        decline(desk.room, desk.operator, sheet.number, sheet.version, "no_mood")
    code = DeclineCode.INFORMATION_DISCLOSURE
    told = decline(desk.room, desk.operator, sheet.number, sheet.version, code)
    assert told.state is TicketState.DECLINED
    assert told.public_answer == DECLINE_REASONS[code].text
    assert desk.facts(sheet.number)[-1] == (
        EventType.TICKET_DECLINED,
        {"code": code.value, "text": told.public_answer},
    )
    closed = _settle(desk, sheet.number)
    assert closed is not None
    assert closed.close_reason == code.value


@pytest.mark.parametrize(
    "changes",
    [{"appeal": AppealType.REPORT}, {"case_class": CaseClass.EMERGENCY}],
    ids=["report", "emergency"],
)
def test_reports_and_emergencies_are_declined_by_the_shift_leader(
    desk: Desk, changes: dict[str, object]
) -> None:
    sheet = desk.registered(form=desk.form(**changes))
    with desk.refused(NotAllowed):
        decline(desk.room, desk.operator, sheet.number, sheet.version, "no_content")
    told = decline(desk.room, desk.leader, sheet.number, sheet.version, "no_content", "缺少内容。")
    assert told.public_answer == "缺少内容。"


def test_referring_names_target_and_manner(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(Invalid):
        refer(desk.room, desk.operator, sheet.number, sheet.version, "0", "告知号码")
    with desk.refused(Incomplete):
        refer(desk.room, desk.operator, sheet.number, sheet.version, "12345", "")
    told = refer(desk.room, desk.operator, sheet.number, sheet.version, "12345", "告知号码")
    assert told.state is TicketState.REFERRED
    assert "12345" in told.public_answer
    assert desk.facts(sheet.number)[-1][1]["how"] == "告知号码"
    assert _page(desk, sheet.number)[0] == "已转介其他单位"
    closed = _settle(desk, sheet.number)
    assert closed is not None
    assert closed.state is TicketState.CLOSED


def test_asking_waits_for_the_citizen_and_the_answer_comes_back(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(Incomplete):
        ask_info(desk.room, desk.operator, sheet.number, sheet.version, "")
    asked = ask_info(desk.room, desk.operator, sheet.number, sheet.version, "是哪个路口？")
    assert asked.state is TicketState.AWAITING_INFO
    assert asked.respond_by is not None
    hours = desk.room.settings.information_hours
    wait = asked.respond_by - desk.room.clock()
    assert timedelta(hours=hours) - timedelta(minutes=5) < wait <= timedelta(hours=hours)
    page = read_progress(desk.room, sheet.number, desk.room.query_code(sheet.number))
    assert page.questions == "是哪个路口？"
    assert page.status_text == "请您补充信息"
    back = add_supplement(desk.room, CITIZEN, sheet.number, "中山路和人民路路口", (desk.photo(),))
    assert back.state is TicketState.REGISTERED
    assert back.photos == sheet.photos + 1
    assert back.respond_by is not None
    assert back.respond_by < asked.respond_by
    assert desk.facts(sheet.number)[-1] == (
        EventType.SUPPLEMENT_RECEIVED,
        {"characters": 9, "photos": 1},
    )
    assert "photos.clean" in desk.topics(sheet.id)
    page = read_progress(desk.room, sheet.number, desk.room.query_code(sheet.number))
    assert page.questions == ""
    desk.check_history()


def test_a_supplement_keeps_the_state_until_filing_and_then_ends(desk: Desk) -> None:
    received = desk.received()
    kept = add_supplement(desk.room, CITIZEN, received.number, "还有一处")
    assert kept.state is TicketState.RECEIVED
    assert kept.respond_by == received.respond_by
    with desk.refused(Incomplete):
        add_supplement(desk.room, CITIZEN, received.number, " ")
    filed = desk.filed()
    with desk.refused(WrongState):
        add_supplement(desk.room, CITIZEN, filed.number, "还有一处")


def test_giving_up_tells_how_it_was_tried_without_the_number(desk: Desk) -> None:
    sheet = desk.registered()
    asked = ask_info(desk.room, desk.operator, sheet.number, sheet.version, "是哪个路口？")
    with desk.refused(Incomplete):
        give_up(desk.room, desk.operator, asked.number, asked.version, "")
    ended = give_up(
        desk.room, desk.operator, asked.number, asked.version, f"三次拨打{PHONE}无人接听"
    )
    assert ended.state is TicketState.CLOSED
    assert ended.close_reason == "no_contact"
    told = desk.facts(sheet.number)[-1][1]["remark"]
    assert PHONE not in told
    assert "无人接听" in told


def test_the_citizen_withdraws_before_filing_and_his_words_stay_out_of_the_history(
    desk: Desk,
) -> None:
    sheet = desk.submitted()
    ended = withdraw(desk.room, sheet.number, f"已经解决，别再打{PHONE}")
    assert ended.state is TicketState.CLOSED
    assert ended.close_reason == "withdrawn"
    assert desk.facts(sheet.number)[-1][0] == EventType.TICKET_WITHDRAWN
    assert PHONE not in str(desk.facts(sheet.number))
    with desk.room.database.read() as conn:
        kept = conn.execute(
            select(supplement.c.text).where(supplement.c.ticket_id == sheet.id)
        ).scalar_one()
    assert kept == f"已经解决，别再打{PHONE}"
    with desk.refused(WrongState):
        withdraw(desk.room, sheet.number)
    filed = desk.filed()
    with desk.refused(WrongState):
        withdraw(desk.room, filed.number)


def test_the_shift_leader_voids_with_a_reason_and_the_record_stays(desk: Desk) -> None:
    sheet = desk.received()
    with desk.refused(NotAllowed):
        void(desk.room, desk.operator, sheet.number, sheet.version, "误录")
    with desk.refused(Incomplete):
        void(desk.room, desk.leader, sheet.number, sheet.version, "")
    gone = void(desk.room, desk.leader, sheet.number, sheet.version, "误录")
    assert gone.state is TicketState.VOIDED
    assert gone.text == sheet.text
    with desk.refused(WrongState):
        register(desk.room, desk.operator, gone.number, gone.version, desk.form())
    filed = desk.filed()
    with desk.refused(WrongState):
        void(desk.room, desk.leader, filed.number, filed.version, "误录")


def test_an_unknown_number_is_not_found(desk: Desk) -> None:
    with desk.refused(NotFound):
        answer(desk.room, desk.operator, "SL2026010199999", 1, "您好。")
    for typed in ("不是编号", "半个字符\ud800", "看不见\x00", "长" * 5_000):
        with desk.refused(NotFound) as caught:
            withdraw(desk.room, typed)
        assert caught.value.message.isprintable()
        assert len(caught.value.message) < 60


@pytest.mark.parametrize("code", ["", "AAAAAAAA", "23456789"])
def test_number_and_code_are_told_alike(desk: Desk, code: str) -> None:
    sheet = desk.received()
    with desk.refused(NotFound) as wrong_code:
        read_progress(desk.room, sheet.number, code)
    with desk.refused(NotFound) as wrong_number:
        read_progress(desk.room, "SL2026010199999", desk.room.query_code(sheet.number))
    assert wrong_code.value.message == wrong_number.value.message
    typed = sheet.number.lower().replace("sl", "ｓｌ ")
    assert read_progress(desk.room, typed, desk.room.query_code(sheet.number).lower())
