"""What the bridge does with a call that is on, and what telephones on desks may dial."""

import time
from dataclasses import dataclass

import pytest

from tests.services.ami import Ami
from tests.services.asterisk import Asterisk
from tests.services.sipp import Sipp, Telephones

CALLER = "13800000000"


@dataclass(slots=True)
class Talk:
    """A citizen and the operator of 8001, talking."""

    ami: Ami
    caller: Sipp
    agent: Sipp
    linkedid: str
    caller_channel: str
    agent_channel: str


@pytest.fixture
def talk(asterisk: Asterisk, telephones: Telephones) -> Talk:
    ami = asterisk.ami()
    ami.action("QueueAdd", Queue="hotline", Interface="PJSIP/agent-8001", MemberName="8001")
    agent = telephones.agent(voice=True)
    caller = telephones.call(CALLER, voice=True)
    joined = ami.wait(Event="AgentConnect")
    ami.wait(Event="BridgeEnter")
    ami.wait(Event="BridgeEnter")
    return Talk(ami, caller, agent, joined["Linkedid"], joined["Channel"], joined["DestChannel"])


def write(ami: Ami, what: str, **values: str) -> str:
    """Ask the dialplan to write into the PBX's database; tells whether it did."""
    ami.action(
        "Originate",
        Channel=f"Local/{what}@minsheng-write/n",
        Application="Wait",
        Data="0",
        Async="true",
        Variable="\n".join(f"{key}={value}" for key, value in values.items()),
    )
    return ami.wait(Event="OriginateResponse")["Response"]


def test_a_telephone_shows_and_keeps_a_masked_number_only(talk: Talk) -> None:
    talk.caller.hang_up()
    talk.ami.step("hangup")
    talk.agent.went_well()
    assert "138****0000" in talk.agent.received()
    assert CALLER not in talk.agent.received()


def test_a_caller_on_hold_hears_music_and_is_joined_again(talk: Talk) -> None:
    talk.ami.action(
        "Redirect",
        Channel=talk.caller_channel,
        Context="minsheng-hold",
        Exten="caller",
        Priority="1",
        ExtraChannel=talk.agent_channel,
        ExtraContext="minsheng-hold",
        ExtraExten="agent",
        ExtraPriority="1",
    )
    talk.ami.wait(Event="MusicOnHoldStart", Channel=talk.caller_channel)
    talk.ami.action("Bridge", Channel1=talk.agent_channel, Channel2=talk.caller_channel)
    talk.ami.wait(Event="MusicOnHoldStop", Channel=talk.caller_channel)
    talk.ami.wait(Event="BridgeEnter", Channel=talk.caller_channel)
    talk.caller.hang_up()
    ended = talk.ami.step("hangup")
    assert (ended["Linkedid"], ended["Number"]) == (talk.linkedid, CALLER)
    assert talk.ami.steps().count("hangup") == 1


def test_a_third_comes_into_the_call_and_the_caller_stays(
    talk: Talk, telephones: Telephones
) -> None:
    room = talk.linkedid.replace("-", "").replace(".", "")
    talk.ami.action(
        "Redirect",
        Channel=talk.caller_channel,
        Context="minsheng-conference",
        Exten=room,
        Priority="1",
        ExtraChannel=talk.agent_channel,
        ExtraContext="minsheng-conference",
        ExtraExten=room,
        ExtraPriority="1",
    )
    talk.ami.wait(Event="ConfbridgeJoin", Conference=room)
    telephones.citizen(voice=True)
    talk.ami.action(
        "Originate",
        Channel="PJSIP/110@trunk",
        Context="minsheng-conference",
        Exten=room,
        Priority="1",
        CallerID="<12319>",
        Async="true",
    )
    talk.ami.wait_until(
        lambda e: e["Event"] == "ConfbridgeJoin" and "trunk" in e["Channel"], what="third in room"
    )
    members = talk.ami.ask("ConfbridgeList", Conference=room)
    assert members["Response"] == "Success"
    talk.caller.hang_up()
    ended = talk.ami.step("hangup")
    assert (ended["Reason"], ended["Linkedid"]) == ("conference", talk.linkedid)


def test_the_shift_leader_listens_and_leaves_with_the_call(
    talk: Talk, telephones: Telephones
) -> None:
    telephones.agent("8003")
    talk.ami.action(
        "Originate",
        Channel="PJSIP/agent-8003",
        Context="minsheng-spy",
        Exten="listen",
        Priority="1",
        Async="true",
        Variable=f"MS_SPY={talk.agent_channel}",
    )
    spying = talk.ami.wait(Event="ChanSpyStart")
    assert spying["SpyeeChannel"] == talk.agent_channel
    talk.caller.hang_up()
    talk.ami.wait(Event="ChanSpyStop")
    talk.ami.wait(Event="Hangup", Channel=spying["SpyerChannel"])


def test_a_call_is_handed_to_a_colleague(talk: Talk, telephones: Telephones) -> None:
    colleague = telephones.agent("8002", voice=True)
    talk.ami.action(
        "BlindTransfer", Channel=talk.agent_channel, Context="minsheng-transfer", Exten="8002"
    )
    talk.ami.wait_until(
        lambda e: e["Event"] == "BridgeEnter" and "agent-8002" in e["Channel"], what="colleague"
    )
    talk.caller.hang_up()
    ended = talk.ami.step("hangup")
    assert (ended["Linkedid"], ended["Number"]) == (talk.linkedid, CALLER)
    colleague.went_well()
    assert CALLER not in colleague.received()


def test_a_colleague_is_asked_before_the_call_is_handed_over(
    talk: Talk, telephones: Telephones
) -> None:
    telephones.agent("8002", voice=True)
    talk.ami.action("Atxfer", Channel=talk.agent_channel, Context="minsheng-transfer", Exten="8002")
    talk.ami.wait(Event="MusicOnHoldStart", Channel=talk.caller_channel)
    talk.ami.wait_until(
        lambda e: e["Event"] == "BridgeEnter" and "agent-8002" in e["Channel"], what="colleague"
    )
    talk.ami.action("Hangup", Channel=talk.agent_channel)
    talk.ami.wait(Event="AttendedTransfer")
    talk.ami.rewind()
    talk.ami.wait(Event="MusicOnHoldStop", Channel=talk.caller_channel)


def test_a_recording_rests_while_something_private_is_said(talk: Talk) -> None:
    for state in ("1", "0"):
        talk.ami.action(
            "MixMonitorMute", Channel=talk.caller_channel, Direction="both", State=state
        )
        talk.ami.wait(Event="MixMonitorMute")


def test_an_operator_is_muted_without_the_right_to_run_programs(talk: Talk) -> None:
    talk.ami.action("Setvar", Channel=talk.agent_channel, Variable="MUTEAUDIO(in)", Value="on")
    refused = talk.ami.ask("MuteAudio", Channel=talk.agent_channel, Direction="in", State="on")
    assert refused["Message"] == "Permission denied"


@pytest.mark.parametrize("action", ["Command", "DBPut", "ModuleLoad", "MixMonitor", "UpdateConfig"])
def test_the_bridge_may_not_run_programs_or_change_files(asterisk: Asterisk, action: str) -> None:
    refused = asterisk.ami().ask(action, Command="core show uptime")
    assert refused["Message"] == "Permission denied"


def test_the_database_takes_what_makes_sense_only(asterisk: Asterisk) -> None:
    ami = asterisk.ami()
    soon = str(int(time.time()) + 60)
    assert write(ami, "open", MS_VALUE="0", MS_UNTIL=soon) == "Success"
    assert write(ami, "nuisance", MS_KEY=CALLER, MS_VALUE="1") == "Success"
    assert write(ami, "secret", MS_KEY="8001", MS_VALUE="a1" * 10) == "Success"
    assert write(ami, "open", MS_VALUE="perhaps", MS_UNTIL=soon) == "Failure"
    assert write(ami, "nuisance", MS_KEY="nobody", MS_VALUE="1") == "Failure"
    assert write(ami, "secret", MS_KEY="8001", MS_VALUE="short") == "Failure"
    kept = asterisk.cli("database show")
    assert f"/minsheng/until                                   : {soon}" in kept
    assert "/minsheng-nuisance/13800000000" in kept
    assert '"username":"web-8001"' in kept
    assert write(ami, "nuisance", MS_KEY=CALLER, MS_VALUE="") == "Success"
    assert write(ami, "secret", MS_KEY="8001", MS_VALUE="") == "Success"
    assert "13800000000" not in asterisk.cli("database show")
    told = {e["Event"] for e in ami.events if "minsheng-write" in str(e)}
    assert told == {"OriginateResponse"}


@pytest.mark.parametrize("number", ["110", "119", "120"])
def test_emergency_numbers_are_reached_from_every_desk(
    asterisk: Asterisk, telephones: Telephones, number: str
) -> None:
    ami = asterisk.ami()
    called = telephones.citizen()
    telephones.dial("8001", number)
    assert ami.wait(Event="DialBegin")["DialString"] == f"{number}@trunk"
    ami.wait(Event="DialEnd", DialStatus="ANSWER")
    assert "From: <sip:12319@" in called.received()


def test_a_colleague_is_reached_from_a_desk(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.agent("8002")
    telephones.dial("8001", "8002")
    ami.wait(Event="DialEnd", DialStatus="ANSWER")


def test_no_other_number_is_dialled_from_a_desk(asterisk: Asterisk, telephones: Telephones) -> None:
    ami = asterisk.ami()
    telephones.dial("8001", "0019005550100")
    ami.wait(Event="Hangup", Cause="21")
    telephones.dial("8001", "03516000000")
    ami.wait(Event="Hangup", Cause="21")
    assert write(ami, "directory", MS_KEY="03516000000", MS_VALUE="1") == "Success"
    telephones.citizen()
    telephones.dial("8001", "03516000000")
    ami.wait(Event="DialEnd", DialStatus="ANSWER")
