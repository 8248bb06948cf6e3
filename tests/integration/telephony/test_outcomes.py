"""Every way a citizen's call ends on a real Asterisk, and the one outcome the books give it."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from intake.domain.calendar import WorkCalendar
from intake.domain.call import CallOutcome
from intake.domain.numbers import county_day
from intake.services.call_numbers import open_call_number
from intake.services.workroom import Workroom
from tests.integration.telephony.bridging import Running, point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"

MakeAsterisk = Callable[..., Asterisk]
MakeTelephones = Callable[[Asterisk], Telephones]


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    """How calls end does not depend on the store."""
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def bridge(room: Workroom, asterisk: Asterisk) -> Iterator[Running]:
    with running(point_at(room, asterisk)) as made:
        yield made


def sign_in(asterisk: Asterisk, *extensions: str) -> None:
    for extension in extensions:
        asterisk.cli(f"queue add member PJSIP/agent-{extension} to hotline")


def only_call(bridge: Running) -> Any:
    (row,) = bridge.books.until_ended()
    return row


def test_who_hangs_up_in_the_greeting_made_a_short_call(
    room: Workroom, new_asterisk: MakeAsterisk, telephones_for: MakeTelephones
) -> None:
    asterisk = new_asterisk()
    asterisk.set_prompt("minsheng/greeting", seconds=5)
    asterisk.start()
    with running(point_at(room, asterisk)) as bridge:
        caller = telephones_for(asterisk).call(CALLER)
        bridge.books.until(bridge.books.calls)
        caller.hang_up()
        row = only_call(bridge)
        assert (row.outcome, row.queued_at) == (CallOutcome.SHORT, None)
        (arrival,) = bridge.books.contacts()
        assert (arrival.outcome, arrival.remark) == ("REFUSED", "short")


def test_who_gives_up_in_the_queue_is_missed(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    sign_in(asterisk, "8001")
    telephones.agent(silent=True)
    caller = telephones.call(CALLER)
    bridge.books.until(lambda: bridge.books.calls() and bridge.books.calls()[0].ringing_at)
    caller.hang_up()
    row = only_call(bridge)
    assert row.outcome == CallOutcome.ABANDONED
    assert row.wait_ms is not None
    assert bridge.books.contacts()[0].outcome == "OPEN"


def test_who_hangs_up_while_being_connected_has_one_outcome(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    sign_in(asterisk, "8001")
    for moment in range(4):
        telephones.agent(ring_ms=300)
        caller = telephones.call(CALLER)
        count = moment + 1
        bridge.books.until(
            lambda count=count: (
                len(bridge.books.calls()) == count and bridge.books.calls()[-1].ringing_at
            )
        )
        time.sleep(0.1 + 0.05 * moment)
        caller.hang_up()
        row = bridge.books.until_ended(count)[-1]
        logged = (asterisk.folder / "log" / "queue_log").read_text("utf-8")
        connected = f"{row.linkedid}|hotline|8001|CONNECT" in logged.replace("PJSIP/agent-", "")
        assert row.outcome == (CallOutcome.ANSWERED if connected else CallOutcome.ABANDONED)
        telephones.all[-2].process.kill()
        telephones.all[-2].process.wait()


def test_nobody_there_and_no_message(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    caller = telephones.call(CALLER)
    bridge.books.until(lambda: "Record" in asterisk.cli("core show channels") or None)
    caller.hang_up()
    row = only_call(bridge)
    assert row.outcome in {CallOutcome.VOICEMAIL, CallOutcome.OVERFLOW}
    assert "no_agent" in row.remark


def test_a_message_is_left(bridge: Running, asterisk: Asterisk, telephones: Telephones) -> None:
    caller = telephones.call(CALLER, voice=True)
    bridge.books.until(lambda: "Record" in asterisk.cli("core show channels"))
    time.sleep(0.5)
    caller.hang_up()
    row = only_call(bridge)
    assert row.outcome == CallOutcome.VOICEMAIL


def test_after_hours_are_what_the_work_calendar_says(
    room: Workroom, asterisk: Asterisk, telephones: Telephones
) -> None:
    today = county_day(room.clock())
    room.calendar = WorkCalendar(workday=lambda day: day > today)
    point_at(room, asterisk).settings.pbx_always_open = False
    with running(room) as bridge:
        bridge.books.until(lambda: "/minsheng/open" in asterisk.cli("database show minsheng"))
        caller = telephones.call(CALLER)
        bridge.books.until(lambda: "Record" in asterisk.cli("core show channels"))
        caller.hang_up()
        row = only_call(bridge)
        assert row.outcome in {CallOutcome.AFTER_HOURS, CallOutcome.VOICEMAIL}
        assert "after_hours" in row.remark


def test_two_calls_at_once_for_one_operator(
    room: Workroom, new_asterisk: MakeAsterisk, telephones_for: MakeTelephones
) -> None:
    asterisk = new_asterisk()
    queues = asterisk.folder / "etc" / "queues_minsheng.conf"
    queues.write_text(queues.read_text("utf-8").replace("ringinuse = no", "ringinuse = yes"))
    asterisk.start()
    telephones = telephones_for(asterisk)
    with running(point_at(room, asterisk)) as bridge:
        sign_in(asterisk, "8001")
        telephones.agent(calls=2)
        first = telephones.call(CALLER)
        bridge.books.until(lambda: bridge.books.calls() and bridge.books.calls()[0].answered_at)
        second = telephones.call("13800000001")
        bridge.books.until(
            lambda: len(bridge.books.calls()) == 2 and bridge.books.calls()[1].answered_at
        )
        first.hang_up()
        bridge.books.until(lambda: bridge.books.calls()[0].ended_at)
        assert bridge.books.calls()[1].ended_at is None
        second.hang_up()
        rows = bridge.books.until_ended(2)
        assert [row.outcome for row in rows] == [CallOutcome.ANSWERED] * 2
        assert {row.extension for row in rows} == {"8001"}


def test_a_withheld_number_is_no_number(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    sign_in(asterisk, "8001")
    telephones.agent()
    telephones.call("anonymous", name="Anonymous", withheld=True, stay_ms=1500)
    row = only_call(bridge)
    assert row.withheld
    assert (row.number, row.number_hash, row.number_shown) == (None, None, "号码未显示")
    assert row.outcome == CallOutcome.ANSWERED


@pytest.mark.parametrize(
    ("number", "known"),
    [
        ("+8613800000000", "+8613800000000"),
        ("013800000000", "+8613800000000"),
        ("03512345678", "+863512345678"),
        ("2345678", "+863512345678"),
        ("8002", "8002"),
    ],
)
def test_a_number_has_one_form(
    bridge: Running, asterisk: Asterisk, telephones: Telephones, number: str, known: str
) -> None:
    sign_in(asterisk, "8001")
    telephones.agent()
    telephones.call(number, stay_ms=1200)
    row = only_call(bridge)
    assert open_call_number(bridge.room, row.pbx, row.linkedid, row.number) == known


@pytest.mark.parametrize(
    "name", ["王芳", '王\\"芳\\"', "A%0D%0AEvent: Hangup", "张三, Step: voicemail"]
)
def test_a_name_of_any_kind_changes_nothing(
    bridge: Running, asterisk: Asterisk, telephones: Telephones, name: str
) -> None:
    sign_in(asterisk, "8001")
    telephones.agent()
    telephones.call(CALLER, name=name, stay_ms=1200)
    row = only_call(bridge)
    assert (row.outcome, row.number_shown) == (CallOutcome.ANSWERED, "138****0000")
    assert bridge.bridge.unreadable == 0
    assert len(bridge.books.facts()) == 3
