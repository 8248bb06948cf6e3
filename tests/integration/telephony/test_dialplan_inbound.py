"""A citizen calls a real Asterisk: every way through the dialplan, as the bridge is told of it."""

import time
from collections.abc import Callable

import pytest

from tests.services.ami import Ami
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"
QUEUE = "hotline"


def sign_in(ami: Ami, extension: str = "8001") -> None:
    """As the bridge signs an operator in."""
    ami.action("QueueAdd", Queue=QUEUE, Interface=f"PJSIP/agent-{extension}", MemberName=extension)


def books(asterisk: Asterisk, linkedid: str) -> list[str]:
    """What the PBX's own event log says of our steps in one call."""
    text = (asterisk.folder / "log" / "cel-custom" / "Master.csv").read_text("utf-8")
    return [line for line in text.splitlines() if "MINSHENG" in line and linkedid in line]


def test_a_call_is_greeted_queued_answered_and_recorded(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    sign_in(ami)
    agent = telephones.agent(voice=True)
    caller = telephones.call(CALLER, voice=True, stay_ms=1200)
    greeted = ami.step("greeted")
    assert (greeted["Number"], greeted["Linkedid"]) == (CALLER, greeted["Uniqueid"])
    queued = ami.step("queued", Linkedid=greeted["Linkedid"])
    assert (queued["Queue"], queued["Position"]) == (QUEUE, "1")
    answered = ami.step("agent_answered", Linkedid=greeted["Linkedid"])
    assert (answered["Number"], answered["Extension"]) == (CALLER, "8001")
    assert answered["Uniqueid"] != greeted["Uniqueid"]
    ended = ami.step("hangup", Linkedid=greeted["Linkedid"])
    assert (ended["Reason"], ended["Cause"]) == ("queue", "16")
    ami.wait(Event="Hangup", Uniqueid=greeted["Uniqueid"])
    assert ami.steps() == ["greeted", "queued", "agent_answered", "hangup"]
    caller.went_well()
    agent.went_well()
    assert asterisk.heard(queued["File"])


def test_who_hangs_up_in_the_greeting_was_never_queued(
    new_asterisk: Callable[..., Asterisk], telephones_for: Callable[[Asterisk], Telephones]
) -> None:
    asterisk = new_asterisk()
    asterisk.set_prompt("minsheng/greeting", seconds=5)
    asterisk.start()
    ami = asterisk.ami()
    caller = telephones_for(asterisk).call(CALLER)
    ami.wait(Event="Newstate", ChannelStateDesc="Up")
    caller.hang_up()
    ended = ami.step("hangup")
    assert (ended["Reason"], ended["Number"]) == ("greeting", CALLER)
    assert ami.steps() == ["hangup"]


def test_who_gives_up_waiting_was_not_answered(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    sign_in(ami)
    telephones.agent(silent=True)
    caller = telephones.call(CALLER)
    queued = ami.step("queued")
    ami.wait(Event="AgentCalled")
    caller.hang_up()
    ami.wait(Event="QueueCallerAbandon", Uniqueid=queued["Uniqueid"])
    assert ami.step("hangup")["Reason"] == "queue"
    assert ami.steps() == ["greeted", "queued", "hangup"]


def test_the_second_in_line_is_told_the_second_place(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    sign_in(ami)
    telephones.agent(silent=True)
    telephones.call(CALLER)
    ami.wait(Event="QueueCallerJoin")
    telephones.call("13800000001")
    assert ami.step("queued", Number="13800000001")["Position"] == "2"


def test_the_second_in_line_hears_the_place_in_chinese(
    new_asterisk: Callable[..., Asterisk], telephones_for: Callable[[Asterisk], Telephones]
) -> None:
    asterisk = new_asterisk(announce_seconds=15)
    asterisk.start()
    asterisk.cli("logger add channel played verbose(3)")
    ami = asterisk.ami()
    sign_in(ami)
    telephones = telephones_for(asterisk)
    telephones.agent(silent=True)
    telephones.call(CALLER)
    ami.wait(Event="QueueCallerJoin")
    telephones.call("13800000001", voice=True)
    ami.wait(Event="QueueCallerJoin", Position="2")
    played = asterisk.folder / "log" / "played"
    deadline = time.monotonic() + 10
    while "in-line" not in (told := played.read_text("utf-8")) and time.monotonic() < deadline:
        time.sleep(0.05)
    said = [
        line.split("Playing '")[1].split(".")[0]
        for line in told.splitlines()
        if "Playing '" in line
    ]
    spoken = ["minsheng/you-are-number", "digits/2", "minsheng/in-line"]
    assert [sound for sound in said if sound in spoken] == spoken
    asterisk.tidy()


def test_a_telephone_that_is_in_use_is_not_rung_again(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    sign_in(ami)
    telephones.agent(calls=2)
    telephones.call(CALLER)
    ami.step("agent_answered")
    telephones.call("13800000001")
    second = ami.step("queued")
    assert [e["Linkedid"] for e in ami.events if e["Event"] == "AgentCalled"] != [
        second["Linkedid"]
    ]
    shown = asterisk.cli(f"queue show {QUEUE}")
    assert "In use" in shown
    assert "1. PJSIP/trunk" in shown


def test_nobody_signed_in_is_said_and_a_message_is_kept(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    caller = telephones.call(CALLER, voice=True)
    assert ami.step("queue_done")["Status"] == "JOINEMPTY"
    ami.step("no_agent")
    assert recording_grows(asterisk)
    caller.hang_up()
    message = ami.step("voicemail")
    assert (message["Reason"], message["Number"]) == ("no_agent", CALLER)
    assert ami.step("hangup")["Reason"] == "voicemail"
    assert ami.steps() == ["greeted", "queued", "queue_done", "no_agent", "voicemail", "hangup"]
    assert asterisk.heard(message["File"])
    assert len(books(asterisk, message["Linkedid"])) == 6


def recording_grows(asterisk: Asterisk) -> bool:
    """Whether the message has at least a fifth of a second by now."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if any(p.stat().st_size > 3_000 for p in asterisk.recordings.rglob("*-voicemail.wav")):
            return True
        time.sleep(0.05)
    return False


def test_who_waited_too_long_may_leave_a_message(
    new_asterisk: Callable[..., Asterisk], telephones_for: Callable[[Asterisk], Telephones]
) -> None:
    asterisk = new_asterisk(max_wait_seconds=1)
    asterisk.start()
    ami = asterisk.ami()
    sign_in(ami)
    telephones = telephones_for(asterisk)
    telephones.agent(silent=True)
    caller = telephones.call(CALLER, voice=True)
    assert ami.step("queue_done")["Status"] == "TIMEOUT"
    ami.step("overflow")
    assert recording_grows(asterisk)
    caller.hang_up()
    assert ami.step("voicemail")["Reason"] == "overflow"


def test_a_full_queue_goes_to_the_message_at_once(
    new_asterisk: Callable[..., Asterisk], telephones_for: Callable[[Asterisk], Telephones]
) -> None:
    asterisk = new_asterisk(max_waiting=1)
    asterisk.start()
    ami = asterisk.ami()
    sign_in(ami)
    telephones = telephones_for(asterisk)
    telephones.agent(silent=True)
    telephones.call(CALLER)
    ami.wait(Event="QueueCallerJoin")
    telephones.call("13800000001")
    assert ami.step("queue_done", Number="13800000001")["Status"] == "FULL"
    ami.step("overflow", Number="13800000001")


@pytest.mark.parametrize(
    ("opened", "until", "closed"),
    [
        pytest.param("0", 3600, True, id="closed"),
        pytest.param("1", 3600, False, id="open"),
        pytest.param("0", -60, False, id="closed until a moment that is over"),
        pytest.param("0", None, False, id="closed, nobody says until when"),
    ],
)
def test_after_hours_is_what_the_calendar_says(
    asterisk: Asterisk, telephones: Telephones, opened: str, until: int | None, closed: bool
) -> None:
    asterisk.put("minsheng", "open", opened)
    if until is not None:
        asterisk.put("minsheng", "until", str(int(time.time()) + until))
    ami = asterisk.ami()
    telephones.call(CALLER)
    ami.step("greeted")
    ami.step("after_hours" if closed else "queued")
    assert ("queued" in ami.steps()) is not closed


@pytest.mark.parametrize("shown", ["13800000009", "+8613800000009", "013800000009"])
def test_a_nuisance_number_hears_a_notice_and_is_put_through_last(
    asterisk: Asterisk, telephones: Telephones, shown: str
) -> None:
    asterisk.put("minsheng-nuisance", "13800000009", "1")
    ami = asterisk.ami()
    sign_in(ami)
    telephones.agent()
    telephones.call(shown, stay_ms=2000)
    assert ami.step("nuisance")["Flag"] == "nuisance"
    assert ami.step("queued")["Flag"] == "nuisance"
    ami.step("agent_answered")


def test_a_landline_is_known_with_and_without_the_area_code(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    asterisk.put("minsheng-nuisance", "03516000000", "1")
    ami = asterisk.ami()
    for shown in ("6000000", "03516000000", "+863516000000"):
        telephones.call(shown)
        ami.step("nuisance", Number=shown)


def test_a_withheld_number_is_no_number(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.call("anonymous", name="Anonymous", withheld=True)
    assert ami.step("greeted").get("Number", "") == ""
    ami.step("queued")


def test_a_name_cannot_write_headers_of_its_own(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.call("1380000,Step:hangup", name="张三, Step: voicemail")
    greeted = ami.step("greeted")
    assert greeted["Number"] == "1380000"
    ami.step("no_agent")
    assert "hangup" not in ami.steps()


def test_another_number_on_the_line_is_refused(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.call(CALLER, dialled="0019005550100")
    ami.wait(Event="Hangup", Cause="1")
    assert ami.steps() == []


def test_the_number_with_its_area_code_is_ours_too(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    telephones.call(CALLER, dialled="035112319")
    ami.step("greeted")


def test_a_stranger_on_the_network_is_nobody_to_the_pbx(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    stranger = telephones.strange_call()
    deadline = time.monotonic() + 10
    while "SIP/2.0 401" not in stranger.received():
        assert time.monotonic() < deadline, stranger.received()
        time.sleep(0.05)
    ami.action("Ping")
    assert "Newchannel" not in {event["Event"] for event in ami.events}
