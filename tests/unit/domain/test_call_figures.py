"""Formulas of the books against published figures and against cases counted by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.call import CallOutcome, Direction
from intake.domain.call_figures import (
    AgentFigures,
    CallFact,
    VisitFigures,
    blind,
    clipped,
    figures,
    mean_seconds,
    rate,
)

NINE = datetime(2026, 7, 1, 1, 0, tzinfo=UTC)


# Published by the centres themselves (domain.md §6.5): half up, not banker's rounding.
@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (51229, 51571, "99.34"),
        (49151, 51229, "95.94"),
        (43523, 52434, "83.01"),
        (40394, 52434, "77.04"),
        (911, 972, "93.72"),
        (737, 972, "75.82"),
        (902, 956, "94.35"),
        (9, 16, "56.25"),
        (3537, 3560, "99.35"),
        (209, 229, "91.27"),
        (2953, 3371, "87.60"),
        (38, 47, "80.85"),
        (1831, 1974, "92.76"),
        (89, 1974, "4.51"),
        (1, 3, "33.33"),
        (5, 100_000, "0.01"),
        (15, 100_000, "0.02"),
        (0, 7, "0.00"),
    ],
)
def test_published_rates(part: int, whole: int, expected: str) -> None:
    assert rate(part, whole) == Decimal(expected)


def test_without_a_denominator_there_is_no_rate() -> None:
    assert rate(0, 0) is None
    assert mean_seconds([]) is None


def call(outcome: CallOutcome, wait: float | None = None, **fields: Any) -> CallFact:
    values: dict[str, Any] = {
        "direction": Direction.IN,
        "outcome": outcome,
        "started_at": NINE,
        "queued": wait is not None,
        "wait_ms": None if wait is None else int(wait * 1000),
    }
    return CallFact(**values | fields)


HOUR = [
    call(CallOutcome.ANSWERED, 3, talk_ms=60_000),
    call(CallOutcome.ANSWERED, 15, talk_ms=90_000),
    call(CallOutcome.ANSWERED, 15.1, talk_ms=30_000),
    call(CallOutcome.ANSWERED, 20, talk_ms=0),
    call(CallOutcome.ANSWERED, 47, talk_ms=120_000),
    call(CallOutcome.ABANDONED, 4.9),
    call(CallOutcome.ABANDONED, 5),
    call(CallOutcome.ABANDONED, 95),
    call(CallOutcome.OVERFLOW, 120),
    call(CallOutcome.VOICEMAIL, 61),
    call(CallOutcome.VOICEMAIL),
    call(CallOutcome.AFTER_HOURS),
    call(CallOutcome.SHORT),
    call(CallOutcome.NUISANCE),
    call(CallOutcome.LOST_TRACK, 30),
    call(CallOutcome.OPEN, 2),
    call(CallOutcome.OUT_ANSWERED, 2, direction=Direction.OUT),
]


def test_an_hour_counted_by_hand() -> None:
    found = figures(HOUR, level_seconds=15, short_seconds=5)
    assert (found.incoming, found.offered, found.answered) == (15, 9, 5)
    assert (found.abandoned, found.early) == (2, 1)
    assert (found.overflow, found.voicemail, found.after_hours) == (1, 2, 1)
    assert (found.short, found.nuisance, found.lost) == (1, 1, 1)
    assert found.answer_rate == Decimal("55.56")
    assert found.abandon_rate == Decimal("22.22")
    assert (found.in_time, found.in_second) == (2, 4)
    assert found.level_of_offered == Decimal("22.22")
    assert found.level_of_answered == Decimal("40.00")
    assert found.second_of_offered == Decimal("44.44")
    assert found.second_of_answered == Decimal("80.00")
    assert found.mean_wait == Decimal("20.0")
    assert found.longest_wait == Decimal("47.0")
    assert found.mean_wait_abandoned == Decimal("50.0")
    assert found.mean_talk == Decimal("60.0")


def test_an_empty_hour_has_no_rates() -> None:
    empty = figures([], level_seconds=15, short_seconds=5)
    assert empty.offered == 0
    assert empty.answer_rate is empty.level_of_answered is empty.mean_wait is None
    assert empty.longest_wait is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([one for one in CallOutcome if one is not CallOutcome.OPEN]),
            st.integers(0, 300) | st.none(),
        ),
        max_size=40,
    )
)
def test_the_sums_hold_for_any_calls(drawn: list[tuple[CallOutcome, int | None]]) -> None:
    found = figures(
        [call(outcome, wait) for outcome, wait in drawn], level_seconds=15, short_seconds=5
    )
    assert found.incoming == len(drawn)
    assert found.answered + found.abandoned <= found.offered
    assert found.in_time <= found.in_second <= found.answered
    for share in (found.answer_rate, found.abandon_rate, found.level_of_offered):
        assert share is None or 0 <= share <= 100


def test_occupancy() -> None:
    who = AgentFigures(
        account_id=1,
        answered=3,
        dialled=1,
        signed=3600,
        talking=1500,
        wrap_up=120,
        paused=600,
        mean_talk=None,
    )
    assert who.occupancy == Decimal("45.00")
    assert who.mean_wrap_up == Decimal("30.0")


def test_only_what_lies_in_the_period_counts() -> None:
    period = (NINE, NINE + timedelta(hours=1))
    assert clipped(NINE - timedelta(minutes=5), NINE + timedelta(minutes=5), period) == timedelta(
        minutes=5
    )
    assert clipped(NINE + timedelta(hours=2), NINE + timedelta(hours=3), period) == timedelta()


def test_a_gap_makes_the_hour_unknown() -> None:
    period = (NINE, NINE + timedelta(hours=1))
    minute = timedelta(minutes=1)
    assert blind(period, [(NINE - minute, NINE + minute)])
    assert blind(period, [(NINE + minute, NINE + 2 * minute)])
    assert not blind(period, [(NINE - minute, NINE)])
    assert not blind(period, [(NINE + timedelta(hours=1), NINE + timedelta(hours=2))])


def test_return_calls_counted_by_hand() -> None:
    said = VisitFigures(
        due=47,
        visited=44,
        answered=38,
        contacted=30,
        asked_contact=36,
        solved=31,
        scored=35,
        satisfied=32,
        strictly=28,
        dissatisfied=3,
        unreachable=6,
        in_time=40,
    )
    assert said.visit_rate == Decimal("93.62")
    assert said.success_rate == Decimal("86.36")
    assert said.contact_rate == Decimal("83.33")
    assert said.solved_rate == Decimal("81.58")
    assert said.satisfied_rate == Decimal("91.43"), "who was not reached is not satisfied"
    assert said.strict_rate == Decimal("80.00")
    assert said.in_time_rate == Decimal("85.11")
