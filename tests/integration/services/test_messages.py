"""Messages to citizens: written once for their cause, sent at least once, never too often."""

from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from intake.domain.contact import Source
from intake.domain.errors import Incomplete, Invalid, NotAllowed
from intake.domain.letter import TryLater, Undeliverable
from intake.domain.message import PAUSES, MessageChannel, MessageState, Origin
from intake.domain.submission import Arrival, ReporterDetails
from intake.domain.ticket import Ticket
from intake.jobs.tasks import run_job
from intake.services import deliver_message, notices
from intake.services.ask import ask_info
from intake.services.audit import verify
from intake.services.deliver_message import bounced
from intake.services.notices import NOTICE_TOPIC, plan_notices
from intake.services.outbox import finish_with, take_due
from intake.services.supplement import add_supplement
from intake.services.workroom import Workroom, utc_now
from intake.services.write_message import SEND_TOPIC, note, reply
from intake.store.tables import door, message, outbox, ticket
from tests.integration.services.background import work_off
from tests.integration.services.desk import Desk
from tests.integration.services.postman import Postman

MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")
BOT = Origin(MessageChannel.TELEGRAM, "chat-77", "5")
NOBODY = ReporterDetails()


def mailed(desk: Desk, origin: Origin = MAIL) -> Ticket:
    source = Source.EMAIL if origin is MAIL else Source.BOT
    return desk.received(source=source, origin=origin, reporter=NOBODY, uploads=())


def states(desk: Desk) -> list[str]:
    query = select(message.c.state).where(message.c.direction == "OUT").order_by(message.c.id)
    with desk.room.database.read() as conn:
        return list(conn.execute(query).scalars())


def test_a_mail_is_answered_with_a_receipt_once(desk: Desk, postman: Postman) -> None:
    sheet = mailed(desk)
    work_off(desk.room)
    work_off(desk.room)
    [letter] = postman.letters
    assert letter.address == MAIL.address
    assert letter.in_reply_to == MAIL.external_id
    assert letter.automatic
    assert sheet.number in letter.text
    assert desk.room.query_code(sheet.number) in letter.text
    assert states(desk) == [MessageState.SENT]


def test_neither_address_nor_code_lies_open_in_the_store(desk: Desk, postman: Postman) -> None:
    sheet = mailed(desk)
    work_off(desk.room)
    with desk.room.database.read() as conn:
        rows = conn.execute(select(message)).all()
    stored = repr([tuple(row) for row in rows])
    assert MAIL.address not in stored
    assert desk.room.query_code(sheet.number) not in stored


def test_what_cannot_be_told_keeps_nobody_else_from_being_told(
    desk: Desk, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned, sound = mailed(desk), mailed(desk)

    def wording(room: Workroom, conn: Connection, sheet: Ticket, *given: Any) -> str:
        if sheet.id == poisoned.id:
            raise KeyError("a wording nobody foresaw")
        return text(room, conn, sheet, *given)

    text = notices._text
    monkeypatch.setattr(notices, "_text", wording)
    work_off(desk.room)
    assert [letter.number for letter in postman.letters] == [sound.number]
    with desk.room.database.read() as conn:
        query = select(outbox.c.last_error).where(outbox.c.topic == NOTICE_TOPIC)
        assert "KeyError" in "".join(conn.execute(query).scalars())


def test_where_nothing_is_carried_nothing_is_planned(desk: Desk) -> None:
    mailed(desk)
    plan_notices(desk.room)
    with desk.room.database.read() as conn:
        topics = conn.execute(select(outbox.c.topic)).scalars().all()
    assert NOTICE_TOPIC not in topics


def test_a_web_report_without_address_gets_nothing_sent(desk: Desk, postman: Postman) -> None:
    desk.received(reporter=NOBODY)
    work_off(desk.room)
    assert postman.letters == []


def test_the_way_it_came_last_is_the_way_back(desk: Desk, postman: Postman) -> None:
    sheet = mailed(desk)
    arrival = Arrival(
        source=Source.BOT,
        external_id="u-9",
        received_at=desk.room.clock(),
        raw=b"{}",
        raw_hash="0" * 64,
        media_type="application/json",
        origin=BOT,
    )
    add_supplement(desk.room, desk.operator, sheet.number, "还有一堆在西边", (), arrival)
    reply(desk.room, desk.operator, sheet.number, "收到，谢谢", "once-0001")
    work_off(desk.room)
    assert [letter.address for letter in postman.letters if not letter.automatic] == [BOT.address]


def test_a_reply_is_sent_once_however_often_it_is_pressed(desk: Desk, postman: Postman) -> None:
    sheet = mailed(desk)
    reply(desk.room, desk.operator, sheet.number, "请问在哪个路口？", "press-01")
    with pytest.raises(Invalid):
        reply(desk.room, desk.operator, sheet.number, "请问在哪个路口？", "press-01")
    work_off(desk.room)
    assert sum(not letter.automatic for letter in postman.letters) == 1


def test_a_note_stays_in_the_house(desk: Desk, postman: Postman) -> None:
    sheet = mailed(desk)
    note(desk.room, desk.operator, sheet.number, "像是同一家", "note-0001")
    work_off(desk.room)
    assert "像是同一家" not in "".join(letter.text for letter in postman.letters)


def test_only_the_call_centre_writes(desk: Desk) -> None:
    sheet = mailed(desk)
    with pytest.raises(NotAllowed):
        reply(desk.room, desk.dispatcher, sheet.number, "您好", "press-02")
    with pytest.raises(Incomplete):
        reply(desk.room, desk.operator, sheet.number, "  ", "press-03")


def test_a_busy_channel_is_tried_again_and_given_up(desk: Desk, postman: Postman) -> None:
    mailed(desk)
    postman.fault = TryLater("对方服务器忙")
    work_off(desk.room)
    assert states(desk) == [MessageState.WAITING]
    for _ in PAUSES:
        make_due(desk)
        work_off(desk.room)
    assert states(desk) == [MessageState.FAILED]
    with desk.room.database.read() as conn:
        told = conn.execute(select(message.c.last_error, message.c.attempts)).all()[-1]
        assert conn.execute(select(door.c.last_error)).scalar() == "对方服务器忙"
    assert tuple(told) == ("对方服务器忙", len(PAUSES) + 1)


def make_due(desk: Desk) -> None:
    """Time passes for everything that waits."""
    change = update(outbox).values(available_at=utc_now(), lease_until=None)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)


def test_a_worker_killed_after_sending_sends_under_the_same_key(
    desk: Desk, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed(desk)
    plan_notices(desk.room)
    [notice] = [one for one in take_due(desk.room, 50, 60.0) if one.topic == NOTICE_TOPIC]
    run_job(desk.room, notice.id, notice.attempts)
    killed = iter([True])

    def finish(*given: Any) -> bool:
        if next(killed, False):
            raise SystemExit
        return finish_with(*given)

    monkeypatch.setattr(deliver_message, "finish_with", finish)
    [job] = [one for one in take_due(desk.room, 50, 60.0) if one.topic == SEND_TOPIC]
    with pytest.raises(SystemExit):
        run_job(desk.room, job.id, job.attempts)
    make_due(desk)
    work_off(desk.room)
    first, second = postman.letters
    assert (first.key, first.message_id) == (second.key, second.message_id)
    assert states(desk) == [MessageState.SENT]


def test_who_blocks_us_is_left_alone(desk: Desk, postman: Postman) -> None:
    mailed(desk)
    postman.fault = Undeliverable("对方已拒收", blocked=True)
    work_off(desk.room)
    assert states(desk) == [MessageState.BLOCKED]


def test_a_bounce_is_shown(desk: Desk, postman: Postman) -> None:
    mailed(desk)
    work_off(desk.room)
    [letter] = postman.letters
    assert bounced(desk.room, letter.message_id, "没有这个信箱")
    assert bounced(desk.room, letter.message_id, "没有这个信箱")
    assert states(desk) == [MessageState.BOUNCED]
    assert not bounced(desk.room, 999, "没有这个信箱")


def test_automatic_messages_end_at_the_cap(desk: Desk, postman: Postman) -> None:
    desk.room.settings.message_daily_cap = 3
    for _ in range(5):
        mailed(desk)
    work_off(desk.room)
    assert states(desk).count(MessageState.SENT) == 3
    assert states(desk).count(MessageState.HELD) == 2


def test_confidential_reports_are_told_nothing_in_clear(desk: Desk, postman: Postman) -> None:
    sheet = desk.registered()
    change = update(ticket).values(confidential=True)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)
    ask_info(desk.room, desk.operator, sheet.number, sheet.version, "请问老板姓什么")
    work_off(desk.room)
    assert postman.letters
    assert not any("老板" in letter.text for letter in postman.letters)


def test_the_history_holds(desk: Desk, postman: Postman) -> None:
    mailed(desk)
    work_off(desk.room)
    assert verify(desk.room).sound
