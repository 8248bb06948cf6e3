"""Calls in memory: told in batches, kept until the store has them, recovered after a break."""

from datetime import UTC, datetime

from intake.domain.call import CallOutcome, CallRecord, Direction, Purpose
from intake.services.call_books import CallChange
from telephony.attempt import Attempt
from telephony.exchange import KEEP_SECONDS, SETTLE_SECONDS, Exchange
from telephony.framing import Headers
from telephony.verdict import Rules
from tests.unit.telephony import stories
from tests.unit.telephony.stories import AGENT, ATTEMPT, BEGAN, CALL, LINE, TRUNK


def exchange(**fields: int) -> Exchange:
    return Exchange(Rules("pbx1"), **fields)


def play(books: Exchange, events: list[Headers], until: float = 1e9) -> float:
    """Hear events as they happen; returns the time of the last."""
    at = BEGAN
    for one in events:
        at = float(one["Timestamp"])
        if at - BEGAN <= until:
            books.hear(one, at, at)
    return at


def tell(books: Exchange, now: float) -> list[CallChange]:
    changes = books.due(now)
    books.told(changes)
    return changes


def channel(key: str, name: str, **more: str) -> Headers:
    told = {"Event": "CoreShowChannel", "Uniqueid": key, "Linkedid": CALL, "Channel": name}
    return told | {"Duration": "00:00:30"} | more


def test_what_is_new_is_told_once() -> None:
    books = exchange()
    play(books, stories.ANSWERED, until=5.0)
    (first,) = tell(books, BEGAN + 5)
    assert (first.new, first.rung, first.answered) == (True, ("8001",), False)
    assert tell(books, BEGAN + 5) == []
    play(books, stories.CONNECTS)
    (second,) = tell(books, BEGAN + 9)
    assert (second.talking, second.answered, second.rung) == (("8001",), True, ())


def test_an_end_waits_a_moment_for_late_words() -> None:
    books = exchange()
    ended = play(books, stories.ANSWERED)
    (open_still,) = tell(books, ended)
    assert open_still.record.ended_at is None
    assert tell(books, ended + SETTLE_SECONDS / 2) == []
    (over,) = tell(books, ended + SETTLE_SECONDS + 0.01)
    assert (over.record.outcome, over.ended) == (CallOutcome.ANSWERED, True)
    assert "8001" in over.freed + open_still.freed


def test_what_the_store_did_not_take_is_offered_again() -> None:
    books = exchange()
    ended = play(books, stories.ABANDONED) + 1.0
    first = books.due(ended)
    again = books.due(ended)
    assert first == again
    books.tidy(ended + KEEP_SECONDS + 1)
    assert books.due(ended) == first
    books.told(first)
    assert books.due(ended) == []


def test_calls_that_are_over_and_told_are_forgotten_and_late_words_with_them() -> None:
    books = exchange()
    ended = play(books, stories.ABANDONED)
    tell(books, ended + 1)
    assert tell(books, ended + 1) == []
    books.tidy(ended + KEEP_SECONDS + 1)
    assert not books.calls
    late = stories.gone(99.0, CALL, TRUNK)
    books.hear(late, BEGAN + 99, BEGAN + 99)
    assert not books.calls


def test_a_store_away_for_too_long_costs_the_oldest_and_is_counted() -> None:
    books = exchange(most=50)
    for number in range(80):
        key = f"pbx1-{number}.1"
        told = {"Linkedid": key, "Uniqueid": key, "Channel": TRUNK, "Timestamp": f"{BEGAN}"}
        books.hear({"Event": "Newchannel"} | told, BEGAN, BEGAN)
        books.hear({"Event": "Hangup"} | told, BEGAN, BEGAN)
    books.tidy(BEGAN + 1)
    assert (len(books.calls), books.dropped) == (50, 30)


def test_a_gap_ends_what_the_snapshot_does_not_know() -> None:
    books = exchange()
    play(books, stories.ANSWERED, until=8.5)
    tell(books, BEGAN + 9)
    books.sweep(set(), up_at=BEGAN + 30, lost_at=BEGAN + 20, now=BEGAN + 31)
    tell(books, BEGAN + 31)
    (lost,) = tell(books, BEGAN + 32)
    assert lost.record.outcome is CallOutcome.LOST_TRACK
    assert lost.record.in_gap
    assert lost.record.ended_at == datetime.fromtimestamp(BEGAN + 20, UTC)


def test_a_hang_up_that_came_while_the_snapshot_was_taken_is_believed() -> None:
    books = exchange()
    play(books, stories.ANSWERED, until=8.5)
    play(books, stories.ANSWERED[-2:])
    books.sweep(set(), up_at=BEGAN + 39, lost_at=BEGAN + 20, now=BEGAN + 41)
    (ended,) = tell(books, BEGAN + 41)
    assert ended.record.outcome is CallOutcome.ANSWERED


def test_a_call_that_began_after_the_link_came_up_is_not_swept() -> None:
    books = exchange()
    play(books, stories.ARRIVES)
    assert books.sweep(set(), up_at=BEGAN - 1, lost_at=BEGAN - 60, now=BEGAN + 5) == 0
    assert len(books.live()) == 1


def test_what_lives_goes_on_after_a_gap() -> None:
    books = exchange()
    play(books, stories.ANSWERED, until=8.5)
    living = [channel(CALL, TRUNK, BridgeId="b"), channel(AGENT, LINE, BridgeId="b")]
    books.adopt(living, BEGAN + 31)
    books.sweep({CALL, AGENT}, up_at=BEGAN + 30, lost_at=BEGAN + 20, now=BEGAN + 31)
    ended = play(books, stories.ANSWERED[-2:])
    tell(books, ended)
    (over,) = tell(books, ended + 1)
    assert over.record.outcome is CallOutcome.ANSWERED


def test_a_call_first_seen_in_a_snapshot_is_in_the_books_with_its_hole() -> None:
    books = exchange()
    living = [channel(CALL, TRUNK, BridgeId="b"), channel(AGENT, LINE, BridgeId="b")]
    books.adopt(living, BEGAN + 31)
    (found,) = tell(books, BEGAN + 31)
    assert (found.record.direction, found.record.extension) == (Direction.IN, "8001")
    assert found.record.in_gap
    assert found.record.started_at == datetime.fromtimestamp(BEGAN + 1, UTC)


def test_an_open_call_of_the_books_goes_on_or_is_lost() -> None:
    known = CallRecord(
        "pbx1", CALL, Direction.IN, Purpose.HOTLINE, datetime.fromtimestamp(BEGAN, UTC)
    )
    for living in (True, False):
        books = exchange()
        books.recall([known], BEGAN + 60)
        assert tell(books, BEGAN + 60) == []
        if living:
            books.adopt([channel(CALL, TRUNK)], BEGAN + 60)
        seen = {CALL} if living else set()
        books.sweep(seen, up_at=BEGAN + 59, lost_at=BEGAN + 40, now=BEGAN + 60)
        tell(books, BEGAN + 60)
        tell(books, BEGAN + 61)
        record = books._told[CALL].record
        assert record is not None
        assert (record.ended_at is None) is living
        assert record.outcome is (CallOutcome.OPEN if living else CallOutcome.LOST_TRACK)


def test_a_missed_hang_up_is_found_by_looking_round() -> None:
    books = exchange()
    play(books, stories.ANSWERED[:-1])
    books.sweep(set(), up_at=BEGAN + 100, lost_at=None, now=BEGAN + 102)
    tell(books, BEGAN + 102)
    (over,) = tell(books, BEGAN + 103)
    assert over.record.outcome is CallOutcome.ANSWERED
    assert not over.record.in_gap


def test_an_attempt_without_a_channel_ends_in_the_books() -> None:
    books = exchange()
    books.expect(Attempt(ATTEMPT, Purpose.RETURN, "8001", "13800000000"))
    books.fail(ATTEMPT, BEGAN)
    tell(books, BEGAN)
    (over,) = tell(books, BEGAN + 1)
    assert (over.record.outcome, over.record.attempt_id) == (CallOutcome.FAILED, ATTEMPT)


def test_a_consultation_that_becomes_a_transfer_moves_its_line() -> None:
    books = exchange()
    play(books, stories.ANSWERED, until=8.5)
    consult = {"Linkedid": "pbx1-2.1"}
    books.hear(stories.born(10, "pbx1-2.2", "PJSIP/agent-8002-1", **consult), BEGAN + 10, BEGAN)
    moved = stories.event(15, "BridgeEnter", Uniqueid="pbx1-2.2", Channel="PJSIP/agent-8002-1")
    books.hear(moved, BEGAN + 15, BEGAN + 15)
    assert "pbx1-2.2" in books.calls[CALL].legs
    assert books.calls["pbx1-2.1"].ended == BEGAN + 15
