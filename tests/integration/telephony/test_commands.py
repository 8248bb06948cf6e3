"""Commands of the desk on a real Asterisk: each does what it says, and says what came of it."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intake.domain.pbx_command import Command, CommandKind, CommandState
from intake.domain.people import SYSTEM
from intake.services.pbx_commands import ask, find_command, seal_value
from intake.services.workroom import Workroom
from tests.integration.telephony.bridging import Running, point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"
PHONE = {"extension": "8001", "account": 1, "device": "PHONE", "paused": False}


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    """What the PBX does is told apart here, not what the store does."""
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def bridge(room: Workroom, asterisk: Asterisk) -> Iterator[Running]:
    with running(point_at(room, asterisk)) as made:
        yield made


def order(bridge: Running, kind: CommandKind, **payload: Any) -> Command:
    """Ask as the desk does, and wait for the end."""
    room = bridge.room
    key = room.database.write(lambda unit: ask(unit, SYSTEM, "pbxtest", kind, payload))

    def ended() -> Command | None:
        found = find_command(room, key)
        return found if found is not None and found.state.ended else None

    command: Command = bridge.books.until(ended, 30)
    return command


def done(bridge: Running, kind: CommandKind, **payload: Any) -> None:
    command = order(bridge, kind, **payload)
    assert command.state is CommandState.DONE, command.answer


def talk(bridge: Running, telephones: Telephones) -> Any:
    """A citizen and 8001 in conversation; the row of their call."""
    done(bridge, CommandKind.AGENT_ON, **PHONE)
    # A stray BYE for the call of another test counts as a call: one more than is needed.
    telephones.agent(calls=9)
    telephones.call(CALLER)
    return bridge.books.until(
        lambda: next((row for row in bridge.books.calls() if row.answered_at), None)
    )


def test_an_operator_is_put_into_the_queue_paused_and_taken_out(
    bridge: Running, asterisk: Asterisk
) -> None:
    done(bridge, CommandKind.AGENT_ON, **(PHONE | {"paused": True, "reason": "TIDY"}))
    shown = asterisk.cli("queue show hotline")
    assert "agent-8001" in shown
    assert "paused:TIDY" in shown
    done(bridge, CommandKind.AGENT_ON, **PHONE)
    assert "paused" not in asterisk.cli("queue show hotline")
    done(bridge, CommandKind.PAUSE, extension="8001", reason="REST")
    assert "paused:REST" in asterisk.cli("queue show hotline")
    done(bridge, CommandKind.UNPAUSE, extension="8001")
    assert "paused" not in asterisk.cli("queue show hotline")
    done(bridge, CommandKind.AGENT_OFF, extension="8001", device="PHONE")
    assert "8001" not in asterisk.cli("queue show hotline")
    refused = order(bridge, CommandKind.PAUSE, extension="8001", reason="REST")
    assert refused.state is CommandState.REFUSED
    assert "签入" in refused.answer["message"]


def test_a_browser_gets_its_secret_and_loses_it(bridge: Running, asterisk: Asterisk) -> None:
    room = bridge.room
    secret = seal_value(room, "secret", "8002", "0123456789abcdef0123")
    browser = {"extension": "8002", "account": 2, "device": "BROWSER", "secret": secret}
    done(bridge, CommandKind.AGENT_ON, **browser)
    assert "web-8002" in asterisk.cli("queue show hotline")
    assert "0123456789abcdef0123" in asterisk.cli("database show ps_auths")
    done(bridge, CommandKind.AGENT_OFF, extension="8002", device="BROWSER")
    assert "0123456789abcdef0123" not in asterisk.cli("database show ps_auths")


def test_a_call_is_held_and_comes_back(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    both = {"linkedid": row.linkedid, "extension": "8001"}
    done(bridge, CommandKind.HOLD, **both)
    assert "MusicOnHold" in asterisk.cli("core show channels")
    time.sleep(1.1)
    done(bridge, CommandKind.UNHOLD, **both)
    assert "MusicOnHold" not in asterisk.cli("core show channels")
    assert "2 active channels" in asterisk.cli("core show channels")
    done(bridge, CommandKind.HANGUP, **both)
    (ended,) = bridge.books.until_ended()
    assert ended.outcome == "ANSWERED"
    assert 800 < ended.hold_ms < 5_000


def test_a_held_caller_whose_operator_is_gone_is_back_in_line(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    done(bridge, CommandKind.HOLD, linkedid=row.linkedid, extension="8001")
    line = next(
        one.split()[0]
        for one in asterisk.cli("core show channels concise").replace("!", " ").splitlines()
        if "agent-8001" in one
    )
    asterisk.cli(f"channel request hangup {line}")
    bridge.books.until(lambda: asterisk.cli("core show channels").count("(Outgoing Line)") == 1)
    assert telephones.all[1].process.poll() is None
    done(bridge, CommandKind.HANGUP, linkedid=row.linkedid, extension="8001")
    bridge.books.until_ended()


def test_a_consultation_is_called_off(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    telephones.agent("8002", silent=True, calls=9)
    sealed = seal_value(bridge.room, "number", "extension:8002", "8002")
    both = {"linkedid": row.linkedid, "extension": "8001"}
    target = {"target": "extension:8002", "number": sealed, "internal": True}
    done(bridge, CommandKind.TRANSFER_ATTENDED, **both, **target)
    bridge.books.until(lambda: "agent-8002" in asterisk.cli("core show channels"))
    time.sleep(0.5)
    done(bridge, CommandKind.TRANSFER_CANCEL, **both)
    bridge.books.until(lambda: "agent-8002" not in asterisk.cli("core show channels"))
    assert "2 active channels" in asterisk.cli("core show channels")
    assert telephones.all[1].process.poll() is None


def test_an_operator_is_muted_and_heard_again(bridge: Running, telephones: Telephones) -> None:
    row = talk(bridge, telephones)
    both = {"linkedid": row.linkedid, "extension": "8001"}
    done(bridge, CommandKind.MUTE, **both)
    done(bridge, CommandKind.UNMUTE, **both)


def test_a_recording_pauses_and_goes_on(bridge: Running, telephones: Telephones) -> None:
    row = talk(bridge, telephones)
    done(bridge, CommandKind.RECORD_PAUSE, linkedid=row.linkedid)
    done(bridge, CommandKind.RECORD_RESUME, linkedid=row.linkedid)


def test_a_caller_is_passed_on_to_an_emergency_number(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    telephones.citizen(calls=9)
    sealed = seal_value(bridge.room, "number", "emergency:120", "120")
    done(
        bridge,
        CommandKind.TRANSFER_BLIND,
        linkedid=row.linkedid,
        extension="8001",
        target="emergency:120",
        number=sealed,
        internal=False,
    )
    bridge.books.until(lambda: "agent-8001" not in asterisk.cli("core show channels"))
    caller, ambulance = telephones.all[1], telephones.all[2]
    assert caller.process.poll() is None
    assert ambulance.process.poll() is None
    assert bridge.books.calls()[0].ended_at is None


def test_three_talk_and_the_caller_is_never_dropped(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    telephones.citizen(calls=9)
    sealed = seal_value(bridge.room, "number", "emergency:110", "110")
    target = {"target": "emergency:110", "number": sealed, "internal": False}
    done(bridge, CommandKind.CONFERENCE, linkedid=row.linkedid, extension="8001", **target)
    shown = asterisk.cli("confbridge list")
    assert f"{row.linkedid}" in shown
    assert " 3 " in shown
    assert all(one.process.poll() is None for one in telephones.all)
    done(bridge, CommandKind.HANGUP, linkedid=row.linkedid, extension="8001")
    bridge.books.until(lambda: "agent-8001" not in asterisk.cli("core show channels"))
    assert " 2 " in asterisk.cli("confbridge list")
    assert bridge.books.calls()[0].ended_at is None


def test_a_third_who_does_not_answer_leaves_the_two_together(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    telephones.citizen(response="486 Busy Here", calls=9)
    sealed = seal_value(bridge.room, "number", "emergency:110", "110")
    target = {"target": "emergency:110", "number": sealed, "internal": False}
    command = order(
        bridge, CommandKind.CONFERENCE, linkedid=row.linkedid, extension="8001", **target
    )
    assert command.state is CommandState.REFUSED
    assert "仍在继续" in command.answer["message"]
    assert " 2 " in asterisk.cli("confbridge list")


def test_an_operator_asks_first_and_then_leaves_the_two(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    colleague = telephones.agent("8002", calls=9)
    sealed = seal_value(bridge.room, "number", "extension:8002", "8002")
    both = {"linkedid": row.linkedid, "extension": "8001"}
    target = {"target": "extension:8002", "number": sealed, "internal": True}
    done(bridge, CommandKind.TRANSFER_ATTENDED, **both, **target)
    bridge.books.until(lambda: "agent-8002" in asterisk.cli("core show channels"))
    time.sleep(0.5)
    done(bridge, CommandKind.TRANSFER_COMPLETE, **both)
    bridge.books.until(lambda: "agent-8001" not in asterisk.cli("core show channels"))
    time.sleep(0.5)
    assert telephones.all[1].process.poll() is None
    assert colleague.process.poll() is None


def test_the_shift_leader_listens_in(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    row = talk(bridge, telephones)
    telephones.agent("8003", calls=9)
    told = {"by_extension": "8003", "device": "PHONE", "mode": "listen"}
    done(bridge, CommandKind.SPY, linkedid=row.linkedid, extension="8001", **told)
    assert "ChanSpy" in asterisk.cli("core show channels")
    assert len(bridge.books.calls()) == 1


def test_a_call_that_is_over_is_said_so(bridge: Running) -> None:
    command = order(bridge, CommandKind.HANGUP, linkedid="pbxtest-1.1", extension="8001")
    assert command.state is CommandState.REFUSED
    assert "已经结束" in command.answer["message"]
