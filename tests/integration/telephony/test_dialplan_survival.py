"""What stays on the PBX's side when it is killed, restarted or stopped in the middle."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.integration.telephony.test_dialplan_control import write
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones


def wait_until_written(asterisk: Asterisk, key: str) -> None:
    """Asterisk puts its database on the disk once a second."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(asterisk.folder / "lib" / "astdb.sqlite3")) as kept:
            if kept.execute("SELECT 1 FROM astdb WHERE key = ?", (key,)).fetchone():
                return
        time.sleep(0.05)
    raise AssertionError(f"{key} was not written in 10 s")


@pytest.fixture
def killed(
    new_asterisk: Callable[..., Asterisk], telephones_for: Callable[[Asterisk], Telephones]
) -> Asterisk:
    """An Asterisk killed while a citizen and an operator were talking, and started again."""
    asterisk = new_asterisk()
    asterisk.start()
    ami = asterisk.ami()
    ami.action("QueueAdd", Queue="hotline", Interface="PJSIP/agent-8001", MemberName="8001")
    assert write(ami, "nuisance", MS_KEY="13800000009", MS_VALUE="1") == "Success"
    telephones = telephones_for(asterisk)
    telephones.agent(voice=True)
    telephones.call(voice=True)
    ami.wait(Event="AgentConnect")
    wait_until_written(asterisk, "/Queue/PersistentMembers/hotline")
    asterisk.kill()
    telephones.hung_up_by_hand()
    asterisk.start()
    return asterisk


def test_operators_stay_signed_in_through_a_kill(killed: Asterisk) -> None:
    assert "PJSIP/agent-8001" in killed.cli("queue show hotline")


def test_what_the_bridge_wrote_stays_through_a_kill(killed: Asterisk) -> None:
    assert "/minsheng-nuisance/13800000009" in killed.cli("database show")


def test_the_lost_call_is_in_the_event_log_without_an_end(killed: Asterisk) -> None:
    kept = (killed.folder / "log" / "cel-custom" / "Master.csv").read_text("utf-8")
    assert "agent_answered" in kept
    assert "hangup stage" not in kept


def test_a_call_after_the_kill_is_taken(
    killed: Asterisk, telephones_for: Callable[[Asterisk], Telephones]
) -> None:
    ami = killed.ami()
    telephones = telephones_for(killed)
    telephones.agent(calls=5)
    telephones.call("13800000001")
    ami.step("agent_answered")


def test_a_frozen_pbx_goes_on_where_it_was(
    new_asterisk: Callable[..., Asterisk], telephones_for: Callable[[Asterisk], Telephones]
) -> None:
    asterisk = new_asterisk()
    asterisk.start()
    ami = asterisk.ami()
    asterisk.freeze()
    caller = telephones_for(asterisk).call("13800000002")
    assert not asterisk.answers()
    asterisk.thaw()
    assert ami.step("greeted")["Number"] == "13800000002"
    caller.hang_up()
    ami.step("hangup")
