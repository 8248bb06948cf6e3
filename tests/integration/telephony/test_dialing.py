"""Calls of ours on a real Asterisk: under the attempt's own id, to their end in the books."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from intake.domain.agent import Device
from intake.domain.call import CallOutcome, Purpose
from intake.domain.pbx_command import Command, CommandKind, CommandState
from intake.domain.people import Actor, Role
from intake.services.agents import sign_in_agent
from intake.services.call_numbers import read_number
from intake.services.pbx_commands import ask, find_command, seal_value
from intake.services.return_attempts import Dial, begin_attempt
from intake.services.workroom import Workroom
from intake.store.tables import dial_attempt
from tests.integration.telephony.bridging import Running, point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

OPERATOR = Actor(Role.OPERATOR, "接线员", 1)
CITIZEN = "13800000000"


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def bridge(room: Workroom, asterisk: Asterisk) -> Iterator[Running]:
    with running(point_at(room, asterisk)) as made:
        yield made


def dial(bridge: Running, purpose: Purpose, extension: str = "") -> str:
    """Ask for a call; returns the attempt's id."""
    room = bridge.room
    wanted = Dial(read_number(room, CITIZEN), purpose)
    return room.database.write(lambda unit: begin_attempt(room, unit, OPERATOR, wanted, extension))


def attempt(bridge: Running) -> Any:
    with bridge.room.database.read() as conn:
        return conn.execute(select(dial_attempt)).one()


def command(bridge: Running, key: int) -> Command:
    def ended() -> Command | None:
        found = find_command(bridge.room, key)
        return found if found is not None and found.state.ended else None

    found: Command = bridge.books.until(ended, 40)
    return found


def test_an_operator_calls_a_citizen_from_a_ticket(bridge: Running, telephones: Telephones) -> None:
    sign_in_agent(bridge.room, OPERATOR, "8001", Device.PHONE)
    telephones.agent()
    telephones.citizen(ring_ms=300, stay_ms=1500)
    key = dial(bridge, Purpose.CLICK, "8001")
    (call,) = bridge.books.until_ended()
    assert (call.linkedid, call.attempt_id, call.direction) == (key, key, "OUT")
    assert (call.outcome, call.purpose) == (CallOutcome.OUT_ANSWERED, "CLICK")
    assert (call.extension, call.number_shown) == ("8001", "138****0000")
    assert bridge.books.contacts() == []
    assert command(bridge, attempt(bridge).command_id).state is CommandState.DONE


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        ("486 Busy Here", CallOutcome.BUSY),
        ("404 Not Found", CallOutcome.INVALID),
        ("603 Decline", CallOutcome.REJECTED),
        ("480 Temporarily Unavailable", CallOutcome.NO_ANSWER),
        ("", CallOutcome.NO_ANSWER),
    ],
)
def test_a_citizen_who_is_not_reached(
    bridge: Running, telephones: Telephones, response: str, outcome: CallOutcome
) -> None:
    sign_in_agent(bridge.room, OPERATOR, "8001", Device.PHONE)
    telephones.agent()
    telephones.citizen(response=response, silent=not response)
    dial(bridge, Purpose.RETURN, "8001")
    (call,) = bridge.books.until_ended(seconds=30)
    assert call.outcome == outcome


def test_an_operator_who_does_not_pick_up_dials_nobody(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    sign_in_agent(bridge.room, OPERATOR, "8001", Device.PHONE)
    telephones.agent(response="486 Busy Here")
    dial(bridge, Purpose.CLICK, "8001")
    ended = command(bridge, attempt(bridge).command_id)
    assert ended.state is CommandState.REFUSED
    assert "没有拨打市民" in ended.answer["message"]
    (call,) = bridge.books.until_ended()
    assert call.outcome == CallOutcome.FAILED


def test_the_dialplan_asks_and_the_keys_answer(bridge: Running, telephones: Telephones) -> None:
    telephones.citizen(digits="11122", digit_ms=600)
    key = dial(bridge, Purpose.AUTO_RETURN)
    bridge.books.until(lambda: attempt(bridge).answers.get("handling"), 40)
    assert attempt(bridge).answers["identity"] == "1"
    (call,) = bridge.books.until_ended(seconds=30)
    assert (call.linkedid, call.outcome) == (key, CallOutcome.OUT_ANSWERED)
    assert call.purpose == "AUTO_RETURN"


def test_the_same_dial_asked_twice_is_one_call(
    bridge: Running, asterisk: Asterisk, telephones: Telephones
) -> None:
    room = bridge.room
    sign_in_agent(room, OPERATOR, "8001", Device.PHONE)
    telephones.agent(calls=2)
    telephones.citizen(calls=2)
    key = dial(bridge, Purpose.CLICK, "8001")
    bridge.books.until(lambda: bridge.books.calls() and bridge.books.calls()[0].answered_at)
    payload = {"attempt_id": key, "purpose": "CLICK", "extension": "8001"}
    payload["number"] = seal_value(room, "number", key, "+8613800000000")
    again = room.database.write(
        lambda unit: ask(unit, OPERATOR, "pbxtest", CommandKind.ORIGINATE, payload)
    )
    ended = command(bridge, again)
    assert (ended.state, ended.answer) == (CommandState.DONE, {"attempt_id": key, "bound": True})
    assert "2 active channels" in asterisk.cli("core show channels")
    assert len(bridge.books.calls()) == 1


def test_a_number_that_must_not_be_dialled_is_refused(bridge: Running) -> None:
    room = bridge.room
    wanted = Dial(read_number(room, "+14155550100"), Purpose.CLICK)
    room.database.write(lambda unit: begin_attempt(room, unit, OPERATOR, wanted, "8001"))
    ended = command(bridge, attempt(bridge).command_id)
    assert ended.state is CommandState.REFUSED
    assert "不能拨打" in ended.answer["message"]
