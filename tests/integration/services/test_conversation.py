"""The conversation of a ticket tells how each message fares: tried, tried again, failed and why."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from intake.domain.contact import Source
from intake.domain.letter import TryLater, Undeliverable
from intake.domain.message import PAUSES, MessageChannel, Origin
from intake.domain.submission import ReporterDetails
from intake.services.conversation import Line, read_conversation
from intake.services.workroom import utc_now
from intake.store.tables import outbox
from tests.integration.services.background import work_off
from tests.integration.services.desk import Desk
from tests.integration.services.postman import Postman

MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")
MORNING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the county."""


def receipt(desk: Desk, number: str) -> Line:
    lines = read_conversation(desk.room, desk.operator, number).lines
    return next(line for line in lines if line.what == "受理回执")


def tried(desk: Desk, at: datetime) -> None:
    """The clock shows ``at``, and whatever was put off is due."""
    desk.room.clock = lambda: at
    change = update(outbox).values(available_at=utc_now(), lease_until=None)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)
    work_off(desk.room)


def mailed(desk: Desk) -> str:
    return desk.received(
        source=Source.EMAIL, origin=MAIL, reporter=ReporterDetails(), uploads=()
    ).number


def test_how_often_it_was_tried_when_again_and_why(desk: Desk, postman: Postman) -> None:
    postman.fault = TryLater("发信服务器连接不上。")
    number = mailed(desk)
    tried(desk, MORNING)
    line = receipt(desk, number)
    assert (line.state, line.progress) == ("等待发送", "已试 1 次，10:01 再试")
    assert line.detail == "发信服务器连接不上。"
    moment = MORNING + PAUSES[0]
    tried(desk, moment)
    line = receipt(desk, number)
    assert (line.progress, line.bad) == ("已试 2 次，10:06 再试", False)
    for pause in PAUSES[1:]:
        moment += pause
        tried(desk, moment)
    line = receipt(desk, number)
    assert (line.state, line.progress, line.bad) == ("发送失败", "试了 8 次", True)
    assert line.detail == "发信服务器连接不上。"


def test_what_arrived_at_last_says_no_more_of_it(desk: Desk, postman: Postman) -> None:
    postman.fault = TryLater("发信服务器连接不上。")
    number = mailed(desk)
    tried(desk, MORNING)
    postman.fault = None
    tried(desk, MORNING + timedelta(minutes=1))
    line = receipt(desk, number)
    assert (line.state, line.progress, line.detail) == ("已发出", "", "")


def test_what_is_refused_says_why(desk: Desk, postman: Postman) -> None:
    postman.fault = Undeliverable("对方邮箱拒收（550）。")
    number = mailed(desk)
    tried(desk, MORNING)
    line = receipt(desk, number)
    assert (line.state, line.progress, line.detail) == ("发送失败", "", "对方邮箱拒收（550）。")
