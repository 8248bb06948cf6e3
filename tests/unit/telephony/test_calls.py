"""One call, one outcome: in any order, with repeats and with holes."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.call import CallOutcome, CallRecord, Direction, Purpose
from telephony.attempt import Attempt
from telephony.calls import Call
from telephony.framing import Headers
from telephony.verdict import Rules, record_of
from tests.unit.telephony import stories
from tests.unit.telephony.stories import ATTEMPT, BEGAN, asks, dials

RULES = Rules("pbx1", short_seconds=5.0)
CLICK = Attempt(ATTEMPT, Purpose.CLICK, "8001", "13800000000")
ASKING = Attempt(ATTEMPT, Purpose.AUTO_RETURN, "", "13800000000")

Told = tuple[Sequence[Headers], Attempt | None, CallOutcome]

INBOUND: dict[str, Told] = {
    "answered": (stories.ANSWERED, None, CallOutcome.ANSWERED),
    "answered at the second ring": (stories.SECOND_RING, None, CallOutcome.ANSWERED),
    "answered, and again by another": (stories.TWICE, None, CallOutcome.ANSWERED),
    "abandoned": (stories.ABANDONED, None, CallOutcome.ABANDONED),
    "voicemail": (stories.VOICEMAIL, None, CallOutcome.VOICEMAIL),
    "overflow, no message": (stories.OVERFLOW, None, CallOutcome.OVERFLOW),
    "after hours, no message": (stories.AFTER_HOURS, None, CallOutcome.AFTER_HOURS),
    "short": (stories.SHORT, None, CallOutcome.SHORT),
    "left after a long greeting": (stories.GREETING, None, CallOutcome.ABANDONED),
    "nuisance": (stories.NUISANCE, None, CallOutcome.NUISANCE),
    "nuisance, but answered": (stories.NUISANCE_ANSWERED, None, CallOutcome.ANSWERED),
}
OUTBOUND: dict[str, Told] = {
    "reached": (dials("ANSWER", "16"), CLICK, CallOutcome.OUT_ANSWERED),
    "busy": (dials("BUSY", "17"), CLICK, CallOutcome.BUSY),
    "silent": (dials("NOANSWER", "19"), CLICK, CallOutcome.NO_ANSWER),
    "rejected": (dials("CONGESTION", "21"), CLICK, CallOutcome.REJECTED),
    "no such number": (dials("CHANUNAVAIL", "1"), CLICK, CallOutcome.INVALID),
    "line fault": (dials("CHANUNAVAIL", "38"), CLICK, CallOutcome.FAILED),
    "given up by the operator": (dials("CANCEL", "0"), CLICK, CallOutcome.NO_ANSWER),
    "operator did not pick up": (dials("", "")[:1] + dials("", "")[-1:], CLICK, CallOutcome.FAILED),
    "asked": (asks("ANSWER", "16"), ASKING, CallOutcome.OUT_ANSWERED),
    "asked in vain": (asks("NOANSWER", "19"), ASKING, CallOutcome.NO_ANSWER),
}
ALL = INBOUND | OUTBOUND


def told(events: Sequence[Headers], attempt: Attempt | None) -> CallRecord | None:
    call = Call(ATTEMPT if attempt else stories.CALL, attempt=attempt)
    for one in events:
        call.apply(one, float(one["Timestamp"]))
    return record_of(call, RULES)


@pytest.mark.parametrize("name", ALL)
def test_a_call_has_one_outcome(name: str) -> None:
    events, attempt, outcome = ALL[name]
    record = told(events, attempt)
    assert record is not None
    assert record.outcome is outcome
    assert record.direction is (Direction.OUT if attempt else Direction.IN)
    assert record.purpose is (attempt.purpose if attempt else Purpose.HOTLINE)
    assert record.number == "13800000000"
    assert record.ended_at is not None


@pytest.mark.parametrize("name", ALL)
@given(st.data())
def test_neither_order_nor_repetition_changes_it(name: str, data: st.DataObject) -> None:
    events, attempt, _ = ALL[name]
    again = data.draw(st.lists(st.sampled_from(list(events)), max_size=6))
    shuffled = data.draw(st.permutations([*events, *again]))
    assert told(shuffled, attempt) == told(events, attempt)


@pytest.mark.parametrize("name", ALL)
@given(st.data())
def test_what_is_missing_makes_it_less_exact_and_never_wrong(
    name: str, data: st.DataObject
) -> None:
    events, attempt, outcome = ALL[name]
    kept = data.draw(st.lists(st.sampled_from(range(len(events))), unique=True))
    record = told([events[index] for index in sorted(kept)], attempt)
    if record is None:
        return
    if record.ended_at is None:
        assert record.outcome is CallOutcome.OPEN
    elif outcome is not CallOutcome.ANSWERED and outcome is not CallOutcome.OUT_ANSWERED:
        assert record.outcome is not CallOutcome.ANSWERED
        assert record.outcome is not CallOutcome.OUT_ANSWERED
    else:
        assert record.outcome is not CallOutcome.OPEN


def test_the_moments_of_an_answered_call() -> None:
    record = told(stories.ANSWERED, None)
    assert record is not None
    assert record.queued_at is not None
    assert record.queued_at.timestamp() == pytest.approx(BEGAN + 4.2)
    assert record.extension == "8001"
    assert record.wait_ms == 3_900
    assert record.hold_ms == 5_000
    assert record.talk_ms == 27_000


def test_the_first_time_of_everything_counts() -> None:
    record = told(list(reversed(stories.TWICE)), None)
    assert record is not None
    assert (record.extension, record.wait_ms) == ("8001", 3_900)
    assert record.ringing_at is not None
    assert record.ringing_at.timestamp() == pytest.approx(BEGAN + 5.0)


def test_without_the_connect_event_the_joined_lines_tell_it() -> None:
    record = told([one for one in stories.ANSWERED if one["Event"] != "AgentConnect"], None)
    assert record is not None
    assert (record.outcome, record.extension) == (CallOutcome.ANSWERED, "8001")


def test_a_call_is_open_while_a_line_is_left() -> None:
    record = told(stories.ANSWERED[:-1], None)
    assert record is not None
    assert (record.outcome, record.ended_at) == (CallOutcome.OPEN, None)


def test_who_rang_last_is_named_when_nobody_answered() -> None:
    record = told(stories.ABANDONED, None)
    assert record is not None
    assert record.extension == "8001"


def test_a_shift_leader_who_listens_is_no_call() -> None:
    call = Call("spy-4")
    spy = {"Linkedid": "spy-4", "Context": "minsheng-agent"}
    call.apply(stories.born(0, "spy-4", "PJSIP/agent-8003-1", **spy), BEGAN)
    assert record_of(call, RULES) is None


def test_what_the_pbx_does_for_itself_is_no_call() -> None:
    call = Call("x")
    call.apply(stories.born(0, "x", "Local/open@minsheng-write-1;1", Linkedid="x"), BEGAN)
    assert record_of(call, RULES) is None
