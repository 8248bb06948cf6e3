"""Phone scripts and message texts: edited by the shift leader, used from then on."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from intake.domain.call import CallOutcome
from intake.domain.contact import Source
from intake.domain.editable_texts import EDITABLE_TEXTS
from intake.domain.errors import Invalid, NotAllowed, NotFound, StaleVersion
from intake.domain.message import MessageChannel, Origin
from intake.domain.message_texts import RECEIPT
from intake.domain.people import CITIZEN
from intake.domain.phone_scripts import CALL_BACK, GREETING, RETURN_ANSWER, RETURN_THANKS
from intake.domain.submission import ReporterDetails
from intake.domain.wording import Wording
from intake.services.callback_list import list_callbacks
from intake.services.callbacks import settle_call
from intake.services.return_list import view_return
from intake.services.wordings import (
    WordingView,
    edit_wording,
    find_wording,
    preview,
    read_wordings,
    spoken,
)
from intake.store.tables import script
from tests.integration.services.asking import TUESDAY, at, tasks
from tests.integration.services.background import work_off
from tests.integration.services.desk import Desk
from tests.integration.services.postman import Postman
from tests.integration.services.telephone import Telephone

MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")


def shown(desk: Desk, wording: Wording) -> WordingView:
    sections = read_wordings(desk.room, desk.operator)
    return next(view for _, views in sections for view in views if view.wording is wording)


def test_a_message_text_is_used_in_the_next_message(desk: Desk, postman: Postman) -> None:
    edit_wording(desk.room, desk.leader, RECEIPT, " 收到{编号}，多谢 ", 0)
    sheet = desk.received(source=Source.EMAIL, origin=MAIL, reporter=ReporterDetails(), uploads=())
    work_off(desk.room)
    assert [letter.text for letter in postman.letters] == [f"收到{sheet.number}，多谢"]


def test_a_phone_script_is_used_in_the_next_return_call(desk: Desk) -> None:
    at(desk, TUESDAY)
    edit_wording(desk.room, desk.leader, RETURN_ANSWER, "关于{地点}：{答复}（{工号}号）", 0)
    desk.checked()
    [task] = tasks(desk)
    said = view_return(desk.room, desk.operator, task.id).scripts
    assert (
        said["return_answer"]
        == f"关于中山路菜市场门口：垃圾已清运，地面已冲洗（{desk.operator.account_id}号）"
    )
    assert said["return_thanks"] == RETURN_THANKS.text.format(热线=desk.room.settings.hotline)


def test_a_phone_script_is_used_in_the_next_call_back(desk: Desk) -> None:
    telephone = Telephone(desk)
    edit_wording(desk.room, desk.leader, CALL_BACK, "{县}：您{时间}来电？", 0)
    moment = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    desk.room.clock = lambda: moment
    outcome = CallOutcome.ABANDONED.value
    key = telephone.comes(started_at=moment, ended_at=moment, outcome=outcome)
    desk.room.database.write(lambda unit: settle_call(desk.room, unit, key))
    [line] = list_callbacks(desk.room, desk.operator).waiting
    assert line.words == f"{desk.room.county.name}：您11月24日10点00分来电？"


def test_what_is_not_known_is_left_to_be_asked(desk: Desk) -> None:
    with desk.room.database.read() as conn:
        assert "……号为您服务" in spoken(desk.room, conn, GREETING, {})
        assert spoken(desk.room, conn, RETURN_ANSWER, {"答复": "{问题}"}).endswith("答复：{问题}")


@pytest.mark.parametrize(
    ("wording", "text"),
    [
        (RECEIPT, "收到"),
        (RECEIPT, "收到{电话}{编号}"),
        (CALL_BACK, "您好{姓名}"),
        (CALL_BACK, " \n "),
        (CALL_BACK, "好" * 2_001),
    ],
)
def test_an_unsound_text_is_neither_shown_nor_saved(
    desk: Desk, wording: Wording, text: str
) -> None:
    with desk.refused(Invalid):
        preview(desk.leader, wording, text)
    with desk.refused(Invalid):
        edit_wording(desk.room, desk.leader, wording, text, 0)


def test_only_the_shift_leader_edits_and_nobody_unseen(desk: Desk) -> None:
    for actor in (desk.operator, desk.dispatcher):
        with desk.refused(NotAllowed):
            edit_wording(desk.room, actor, CALL_BACK, "您好", 0)
        with desk.refused(NotAllowed):
            preview(actor, CALL_BACK, "您好")
    with desk.refused(NotAllowed):
        read_wordings(desk.room, CITIZEN)
    assert edit_wording(desk.room, desk.leader, CALL_BACK, "您好", 0).version == 1
    with desk.refused(StaleVersion):
        edit_wording(desk.room, desk.leader, CALL_BACK, "又改", 0)
    assert edit_wording(desk.room, desk.leader, CALL_BACK, "再改", 1).version == 2
    view = shown(desk, CALL_BACK)
    assert (view.text, view.version) == ("再改", 2)
    assert shown(desk, RECEIPT) == WordingView(RECEIPT, RECEIPT.text, 0, None)


def test_preview_saves_nothing(desk: Desk) -> None:
    before = desk.counts()
    assert preview(desk.leader, CALL_BACK, "您{时间}来电？") == "您01月01日09点30分来电？"
    assert desk.counts() == before


def test_texts_stored_before_are_in_force(desk: Desk) -> None:
    rows = [
        {"key": key, "text": f"旧{key}", "version": 3, "updated_at": desk.room.clock()}
        for key in EDITABLE_TEXTS
    ]
    desk.room.database.write(lambda unit: unit.conn.execute(insert(script), rows).rowcount)
    for _, views in read_wordings(desk.room, desk.leader):
        assert [view.text for view in views] == [f"旧{view.wording.key}" for view in views]
    edit_wording(desk.room, desk.leader, GREETING, "您好", 3)
    with desk.room.database.read() as conn:
        query = select(script.c.text, script.c.version).where(script.c.key == "greeting")
        assert conn.execute(query).one() == ("您好", 4)


def test_a_text_nobody_knows(desk: Desk) -> None:
    with desk.refused(NotFound):
        find_wording("message.nothing")
