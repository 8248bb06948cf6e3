"""What those in charge are told wherever they are: silent doors, stuck messages, dead lines."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from intake.domain.alarm import AlarmKind, CallSound
from intake.domain.call import LinkState
from intake.domain.contact import Source
from intake.domain.errors import NotAllowed, NotFound
from intake.domain.letter import TryLater
from intake.domain.message import MessageChannel, Origin
from intake.domain.people import Actor, Role
from intake.domain.submission import ReporterDetails
from intake.services.alarms import read_alarms
from intake.services.audit import verify
from intake.services.call_sound import tell_sound
from intake.services.doors import TOO_QUIET, read_doors
from intake.services.workroom import utc_now
from intake.store.tables import door, outbox
from tests.integration.services.asking import sits
from tests.integration.services.background import work_off
from tests.integration.services.desk import Desk
from tests.integration.services.postman import Postman
from tests.integration.services.telephone import Telephone

MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")
ADMINISTRATOR = Actor(Role.SYSADMIN, "管理员", 900)


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    made.set(pbx_ami_user="minsheng")
    return made


def kinds(desk: Desk, actor: Actor | None = None) -> list[AlarmKind]:
    return [alarm.kind for alarm in read_alarms(desk.room, actor or desk.leader)]


def tried_again(desk: Desk) -> None:
    change = update(outbox).values(available_at=utc_now(), lease_until=None)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)
    work_off(desk.room)


def test_all_is_well(desk: Desk, telephone: Telephone) -> None:
    assert kinds(desk) == []


def test_a_door_too_quiet_is_told_to_leader_and_administrator(desk: Desk) -> None:
    values = {
        "channel": Source.EMAIL.value,
        "last_error": "",
        "alarm": TOO_QUIET,
        "alarm_at": utc_now(),
    }
    desk.room.database.write(lambda unit: unit.conn.execute(insert(door).values(values)).rowcount)
    for actor in (desk.leader, ADMINISTRATOR):
        [alarm] = read_alarms(desk.room, actor)
        assert (alarm.kind, alarm.since) == (AlarmKind.QUIET_DOOR, values["alarm_at"])
        assert alarm.text.startswith("邮件：")
        read_doors(desk.room, actor)
    for actor in (desk.operator, desk.dispatcher):
        with pytest.raises(NotAllowed):
            read_alarms(desk.room, actor)


def test_a_way_out_is_stuck_until_something_goes_out(desk: Desk, postman: Postman) -> None:
    postman.fault = TryLater("发信服务器连接不上。")
    for _ in range(2):
        desk.received(source=Source.EMAIL, origin=MAIL, reporter=ReporterDetails(), uploads=())
    work_off(desk.room)
    tried_again(desk)
    assert kinds(desk) == []
    tried_again(desk)
    [alarm] = read_alarms(desk.room, desk.leader)
    assert alarm.kind is AlarmKind.STUCK_MESSAGES
    assert alarm.text == "邮件：2条消息多次发送失败。发信服务器连接不上。"
    postman.fault = None
    tried_again(desk)
    assert kinds(desk) == []


def test_the_link_to_the_exchange(desk: Desk, telephone: Telephone) -> None:
    for state in (LinkState.DISCONNECTED, LinkState.CONNECTING, LinkState.WRONG_PASSWORD):
        telephone.link(state)
        assert kinds(desk, ADMINISTRATOR) == [AlarmKind.TELEPHONE]
    telephone.link(LinkState.SYNCING)
    assert kinds(desk) == []
    telephone.link(LinkState.DISCONNECTED)
    telephone.set(pbx_ami_user="")
    assert kinds(desk) == []


def test_an_operators_dead_line_until_it_is_heard_again(desk: Desk, telephone: Telephone) -> None:
    sits(desk, desk.operator, "8001")
    key = telephone.rings("8001")
    telephone.answers(key)
    tell_sound(desk.room, desk.operator, key, CallSound.FLOWING)
    assert kinds(desk) == []
    for _ in range(2):
        tell_sound(desk.room, desk.operator, key, CallSound.SILENT)
    [alarm] = read_alarms(desk.room, desk.leader)
    assert alarm.kind is AlarmKind.CALL_SOUND
    assert desk.operator.name in alarm.text
    assert "听不到市民的声音" in alarm.text
    assert kinds(desk, ADMINISTRATOR) == []
    tell_sound(desk.room, desk.operator, key, CallSound.FLOWING)
    assert kinds(desk) == []
    tell_sound(desk.room, desk.operator, key, CallSound.BROKEN)
    assert "声音通路已断" in read_alarms(desk.room, desk.leader)[0].text
    telephone.ends(key)
    assert kinds(desk) == []
    tell_sound(desk.room, desk.operator, key, CallSound.SILENT)
    assert kinds(desk) == []
    assert verify(desk.room).sound


def test_the_sound_of_a_call_is_told_by_who_speaks(desk: Desk, telephone: Telephone) -> None:
    sits(desk, desk.operator, "8001")
    key = telephone.rings("8001")
    telephone.answers(key)
    for actor in (desk.colleague, desk.leader):
        with pytest.raises(NotAllowed):
            tell_sound(desk.room, actor, key, CallSound.SILENT)
    with pytest.raises(NotFound):
        tell_sound(desk.room, desk.operator, key + 99, CallSound.SILENT)
    assert kinds(desk) == []


def test_a_line_that_comes_and_goes_does_not_fill_the_history(
    desk: Desk, telephone: Telephone
) -> None:
    sits(desk, desk.operator, "8001")
    key = telephone.rings("8001")
    telephone.answers(key)
    for _ in range(30):
        for sound in (CallSound.SILENT, CallSound.FLOWING):
            tell_sound(desk.room, desk.operator, key, sound)
    before = desk.counts()["event"]
    tell_sound(desk.room, desk.operator, key, CallSound.SILENT)
    assert desk.counts()["event"] == before


def test_a_call_nobody_ended_is_forgotten_after_a_day(desk: Desk, telephone: Telephone) -> None:
    sits(desk, desk.operator, "8001")
    key = telephone.rings("8001")
    telephone.answers(key)
    tell_sound(desk.room, desk.operator, key, CallSound.SILENT)
    telephone.later(timedelta(days=2))
    assert kinds(desk) == []
