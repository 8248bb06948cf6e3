"""A citizen calls a real Asterisk: every way through the dialplan, as the bridge is told of it."""

import wave

from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"
QUEUE = "hotline"


def sign_in(asterisk: Asterisk, extension: str = "8001") -> None:
    """As the bridge signs an operator in."""
    asterisk.ami().action(
        "QueueAdd", Queue=QUEUE, Interface=f"PJSIP/agent-{extension}", MemberName=extension
    )


def test_a_call_is_greeted_queued_answered_and_recorded(
    asterisk: Asterisk, telephones: Telephones
) -> None:
    ami = asterisk.ami()
    sign_in(asterisk)
    agent = telephones.agent(voice=True)
    caller = telephones.call(CALLER, voice=True, stay_ms=1500)
    greeted = ami.step("greeted")
    assert (greeted["Number"], greeted["Linkedid"]) == (CALLER, greeted["Uniqueid"])
    queued = ami.step("queued", Linkedid=greeted["Linkedid"])
    assert (queued["Queue"], queued["Position"]) == (QUEUE, "1")
    answered = ami.step("agent_answered", Linkedid=greeted["Linkedid"])
    assert (answered["Number"], answered["Extension"]) == (CALLER, "8001")
    assert answered["Uniqueid"] != greeted["Uniqueid"]
    ended = ami.step("hangup", Linkedid=greeted["Linkedid"])
    assert (ended["Reason"], ended["Cause"]) == ("queue", "16")
    assert ami.steps() == ["greeted", "queued", "agent_answered", "hangup"]
    ami.wait(Event="Hangup", Uniqueid=greeted["Uniqueid"])
    caller.went_well()
    agent.went_well()
    with wave.open(str(asterisk.recordings / queued["File"])) as sound:
        heard = sound.readframes(sound.getnframes())
    assert any(heard), "the recording is silent"
