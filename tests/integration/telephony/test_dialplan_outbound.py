"""A real Asterisk calls a citizen: from a ticket, and the automatic return call."""

import pytest

from tests.services.ami import Ami
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CITIZEN = "13800000000"
ATTEMPT = "attempt-1"


def ask_for_return_call(ami: Ami, timeout_ms: int = 5000) -> None:
    """As the bridge starts an automatic return call."""
    ami.action(
        "Originate",
        Channel=f"PJSIP/{CITIZEN}@trunk",
        Context="minsheng-return",
        Exten="s",
        Priority="1",
        ChannelId=ATTEMPT,
        CallerID="<12319>",
        Timeout=str(timeout_ms),
        Async="true",
        Variable=f"MS_ATTEMPT={ATTEMPT}",
    )


def ask_for_call(ami: Ami, number: str = CITIZEN) -> None:
    """As the bridge lets an operator call from a ticket."""
    ami.action(
        "Originate",
        Channel="PJSIP/agent-8001",
        Context="minsheng-outbound",
        Exten="s",
        Priority="1",
        ChannelId=ATTEMPT,
        Timeout="5000",
        Async="true",
        Variable=f"MS_NUMBER={number}\nMS_ATTEMPT={ATTEMPT}\n"
        "PJSIP_HEADER(add,X-Minsheng-Purpose)=CLICK",
    )


def answers(ami: Ami) -> dict[str, str]:
    """Value by question, as told so far."""
    told = [event for event in ami.events if event.get("Step") == "return_answer"]
    assert all(event["Attempt"] == ATTEMPT for event in told)
    return {event["Key"]: event.get("Value", "") for event in told}


def test_a_return_call_asks_five_questions(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    citizen = telephones.citizen(digits="11124")
    ask_for_return_call(ami)
    done = ami.step("return_done")
    assert (done["Attempt"], done["Reason"], done["Uniqueid"]) == (ATTEMPT, "completed", ATTEMPT)
    assert answers(ami) == {
        "identity": "1",
        "contacted": "1",
        "solved": "1",
        "service": "2",
        "handling": "4",
    }
    assert all(e["Status"] == "OK" for e in ami.events if e.get("Step") == "return_answer")
    citizen.went_well()


def test_somebody_else_answers_and_is_told_nothing(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    telephones.citizen(digits="2")
    ask_for_return_call(ami)
    assert ami.step("return_done")["Reason"] == "not_the_person"
    assert answers(ami) == {"identity": "2"}


def test_nobody_presses_anything(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.citizen()
    ask_for_return_call(ami)
    assert ami.step("return_done")["Reason"] == "nobody"
    assert answers(ami) == {"identity": ""}
    assert [e["Status"] for e in ami.events if e.get("Step") == "return_answer"] == ["TIMEOUT"]


def test_a_key_without_meaning_is_asked_again(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.citizen(digits="191911")
    ask_for_return_call(ami)
    ami.step("return_done")
    assert answers(ami) == {
        "identity": "1",
        "contacted": "1",
        "solved": "1",
        "service": "1",
        "handling": "",
    }


def test_hanging_up_half_way_keeps_what_was_said(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    telephones.citizen(digits="12", stay_ms=300)
    ask_for_return_call(ami)
    assert ami.step("return_done")["Reason"] == "hung_up"
    told = answers(ami)
    assert (told["identity"], told["contacted"]) == ("1", "2")
    assert told.get("solved", "") == ""


@pytest.mark.parametrize(
    ("response", "status", "cause"),
    [
        pytest.param("486 Busy Here", "BUSY", "17", id="busy"),
        pytest.param("404 Not Found", "NOANSWER", "1", id="no such number"),
        pytest.param("480 Temporarily Unavailable", "NOANSWER", "19", id="switched off"),
    ],
)
def test_a_citizen_who_cannot_be_reached_is_told_apart(
    asterisk: Asterisk, telephones: Telephones, response: str, status: str, cause: str
) -> None:
    ami = asterisk.ami()
    telephones.citizen(response=response)
    ask_for_return_call(ami)
    done = ami.step("return_done")
    assert (done["Attempt"], done["Reason"]) == (ATTEMPT, "not_reached")
    ami.rewind()
    assert ami.wait(Event="DialEnd", DestUniqueid=ATTEMPT)["DialStatus"] == status
    ami.rewind()
    assert ami.wait(Event="Hangup", Uniqueid=ATTEMPT)["Cause"] == cause


def test_a_telephone_that_rings_and_rings_is_given_up(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    telephone = telephones.citizen(silent=True)
    ask_for_return_call(ami, timeout_ms=1000)
    assert ami.step("return_done")["Reason"] == "not_reached"
    ami.rewind()
    assert ami.wait(Event="OriginateResponse")["Reason"] == "3"
    telephone.went_well()


def test_an_attempt_cannot_be_dialled_twice_at_once(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    telephones.citizen(silent=True)
    ask_for_return_call(ami)
    ami.wait(Event="DialBegin")
    ask_for_return_call(ami)
    assert ami.wait(Event="OriginateResponse")["Response"] == "Failure"
    assert len([e for e in ami.events if e["Event"] == "DialBegin"]) == 1


def test_an_operator_calls_from_a_ticket(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    agent = telephones.agent(voice=True)
    citizen = telephones.citizen(voice=True, stay_ms=1000)
    ask_for_call(ami)
    begun = ami.step("outbound")
    assert (begun["Attempt"], begun["Uniqueid"]) == (ATTEMPT, ATTEMPT)
    done = ami.step("outbound_done")
    assert (done["Attempt"], done["Status"]) == (ATTEMPT, "ANSWER")
    assert asterisk.heard(begun["File"])
    assert "From: <sip:12319@" in citizen.received()
    assert "X-Minsheng-Purpose: CLICK" in agent.received()
    assert CITIZEN not in agent.received()


def test_a_citizen_who_is_busy_is_told_to_the_bridge(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    telephones.agent()
    telephones.citizen(response="486 Busy Here")
    ask_for_call(ami)
    assert ami.step("outbound_done")["Status"] == "BUSY"


def test_a_number_that_is_none_is_not_dialled(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.agent()
    ask_for_call(ami, "x@127.0.0.9")
    ami.wait(Event="Hangup", Uniqueid=ATTEMPT)
    dialled = [e["DestChannel"] for e in ami.events if e["Event"] == "DialBegin"]
    assert [channel.partition("-")[0] for channel in dialled] == ["PJSIP/agent"]
