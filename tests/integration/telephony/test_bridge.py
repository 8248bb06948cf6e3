"""Real calls on a real Asterisk, and what the books say of them."""

from intake.domain.call import CallOutcome, LinkState
from intake.services.workroom import Workroom
from tests.integration.telephony.bridging import point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"


def sign_in(asterisk: Asterisk, extension: str = "8001") -> None:
    asterisk.ami().action(
        "QueueAdd", Queue="hotline", Interface=f"PJSIP/agent-{extension}", MemberName=extension
    )


def test_an_answered_call_is_in_the_books(
    room: Workroom, asterisk: Asterisk, telephones: Telephones
) -> None:
    with running(point_at(room, asterisk)) as bridge:
        sign_in(asterisk)
        telephones.agent()
        telephones.call(CALLER, stay_ms=1500).went_well()
        (call,) = bridge.books.until_ended()
        assert call.outcome == CallOutcome.ANSWERED
        assert (call.direction, call.purpose) == ("IN", "HOTLINE")
        assert call.number_shown == "138****0000"
        assert call.extension == "8001"
        assert call.queued_at <= call.ringing_at <= call.answered_at < call.ended_at
        (arrival,) = bridge.books.contacts()
        assert (arrival.source, arrival.outcome) == ("PHONE", "OPEN")
        assert arrival.external_id == f"pbxtest:{call.linkedid}"
        kinds = [fact.type for fact in bridge.books.facts()]
        assert kinds == ["CallRang", "CallAnswered", "CallEnded"]
        assert bridge.books.link() is LinkState.LIVE
