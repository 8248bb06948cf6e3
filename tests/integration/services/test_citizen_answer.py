"""The citizen answers by link, button or page: proved, counted once, never changed."""

import pytest
from sqlalchemy import insert, select

from intake.domain.contact import Source
from intake.domain.errors import NotAllowed, NotFound, WrongState
from intake.domain.message import MessageChannel, MessageKind, Origin
from intake.domain.return_visit import ReturnState
from intake.domain.submission import ReporterDetails
from intake.domain.visit import Satisfaction, Solved
from intake.services.answer_links import MOST_TRIES, LinkPurpose, link_address, prove, read_link
from intake.services.ask import ask_info
from intake.services.citizen_answer import answer_result, explain_result
from intake.services.progress import read_progress
from intake.services.received_message import received_row
from intake.store.tables import answer_link, message, return_task, visit
from intake.store.unit import Unit
from tests.integration.services.background import work_off
from tests.integration.services.desk import PHONE, Desk

pytestmark = pytest.mark.usefixtures("postman")

MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")


def token_of(desk: Desk) -> str:
    """The newest link, as a citizen finds it in his message."""
    query = select(answer_link.c.message_id).order_by(answer_link.c.message_id.desc())
    with desk.room.database.read() as conn:
        key = conn.execute(query).scalars().first()
    assert key is not None
    return link_address(desk.room, key).rsplit("/", 1)[1]


def question(desk: Desk) -> tuple[str, str]:
    """A ticket that asks its citizen something by mail, and the link's token."""
    sheet = desk.registered()
    with_origin(desk, sheet.id)
    ask_info(desk.room, desk.operator, sheet.number, sheet.version, "请问是哪个路口？")
    work_off(desk.room)
    return sheet.number, token_of(desk)


def with_origin(desk: Desk, key: int) -> None:
    """The report came by mail."""

    def work(unit: Unit) -> None:
        row = received_row(desk.room, unit, key, MAIL, MessageKind.REPORT, "路灯不亮")
        unit.conn.execute(insert(message).values(row))

    desk.room.database.write(work)


def visits(desk: Desk) -> list[tuple[str, str, str]]:
    query = select(visit.c.solved, visit.c.handling, visit.c.reason).order_by(visit.c.id)
    with desk.room.database.read() as conn:
        return [tuple(row) for row in conn.execute(query)]


def test_a_link_opens_for_whoever_knows_the_number(desk: Desk) -> None:
    number, token = question(desk)
    assert read_link(desk.room, token).purpose is LinkPurpose.QUESTION
    assert prove(desk.room, token, f" {PHONE[-4:]} ").number == number


def test_a_link_opens_for_whoever_knows_the_code(desk: Desk) -> None:
    number, token = question(desk)
    assert prove(desk.room, token, desk.room.query_code(number).lower()).number == number


def test_guessing_ends(desk: Desk) -> None:
    number, token = question(desk)
    for _ in range(MOST_TRIES):
        with pytest.raises(NotAllowed):
            prove(desk.room, token, "1111")
    with pytest.raises(NotFound):
        prove(desk.room, token, desk.room.query_code(number))
    with pytest.raises(NotFound):
        read_link(desk.room, token)


def test_an_unknown_link_is_none(desk: Desk) -> None:
    with pytest.raises(NotFound):
        read_link(desk.room, "A" * 24)


def test_one_click_counts_and_nothing_is_changed(desk: Desk) -> None:
    sheet = desk.checked()
    assert answer_result(desk.room, sheet.number, Solved.SOLVED, Satisfaction.SATISFIED)
    assert not answer_result(desk.room, sheet.number, Solved.UNSOLVED)
    assert visits(desk) == [("SOLVED", "SATISFIED", "")]
    with desk.room.database.read() as conn:
        assert conn.execute(select(return_task.c.state)).scalars().all() == [ReturnState.DONE]


def test_an_unhappy_answer_goes_to_the_shift_leader_with_its_reason(desk: Desk) -> None:
    sheet = desk.checked()
    assert answer_result(desk.room, sheet.number, Solved.UNSOLVED)
    assert explain_result(desk.room, sheet.number, "未处理")
    assert not explain_result(desk.room, sheet.number, "又一个")
    assert [row[2] for row in visits(desk)] == ["市民未说明原因", "未处理"]
    with desk.room.database.read() as conn:
        assert conn.execute(select(return_task.c.state)).scalars().all() == [ReturnState.REVIEW]


def test_nothing_is_asked_before_the_work_is_done(desk: Desk) -> None:
    sheet = desk.filed()
    with pytest.raises(WrongState):
        answer_result(desk.room, sheet.number, Solved.SOLVED)


def test_the_page_asks_once(desk: Desk) -> None:
    sheet = desk.checked()
    code = desk.room.query_code(sheet.number)
    assert read_progress(desk.room, sheet.number, code).may_answer
    answer_result(desk.room, sheet.number, Solved.SOLVED, Satisfaction.SATISFIED)
    assert not read_progress(desk.room, sheet.number, code).may_answer


def test_a_reporter_without_number_is_asked_in_writing(desk: Desk) -> None:
    desk.received(source=Source.EMAIL, origin=MAIL, reporter=ReporterDetails(), uploads=())
    work_off(desk.room)
    with desk.room.database.read() as conn:
        kinds = conn.execute(select(message.c.kind).order_by(message.c.id)).scalars().all()
    assert kinds == ["REPORT", "RECEIPT"]
