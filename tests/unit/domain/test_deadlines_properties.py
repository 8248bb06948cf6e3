"""Properties every due time must have, whatever the start, the limit and the pauses."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from intake.domain.deadlines import Light, Limit, LimitUnit, Pause, due_at, elapsed, light
from intake.services.work_calendar import national_calendar

CALENDAR = national_calendar({})
BEGINNING = datetime(2025, 12, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(), timedelta(days=455)).map(lambda since: BEGINNING + since)
LENGTHS = st.timedeltas(timedelta(), timedelta(days=20))
LIMITS = st.builds(Limit, st.integers(1, 30), st.sampled_from(LimitUnit))
PAUSES = st.lists(
    st.builds(lambda begin, length: Pause(begin, begin + length), MOMENTS, LENGTHS), max_size=4
)


@given(MOMENTS, LENGTHS, LIMITS, PAUSES)
def test_a_later_start_is_never_due_earlier(
    start: datetime, later: timedelta, limit: Limit, pauses: list[Pause]
) -> None:
    assert due_at(start, limit, CALENDAR, pauses) <= due_at(start + later, limit, CALENDAR, pauses)


@given(MOMENTS, LIMITS, st.integers(1, 30), PAUSES)
def test_a_longer_limit_is_due_later(
    start: datetime, limit: Limit, more: int, pauses: list[Pause]
) -> None:
    longer = Limit(limit.amount + more, limit.unit)
    assert due_at(start, limit, CALENDAR, pauses) < due_at(start, longer, CALENDAR, pauses)


@given(MOMENTS, LIMITS, PAUSES, PAUSES)
def test_more_pauses_never_bring_the_due_time_forward(
    start: datetime, limit: Limit, pauses: list[Pause], more: list[Pause]
) -> None:
    assert due_at(start, limit, CALENDAR, pauses) <= due_at(start, limit, CALENDAR, pauses + more)


@given(MOMENTS, LIMITS, PAUSES)
def test_at_the_due_time_exactly_the_limit_has_run(
    start: datetime, limit: Limit, pauses: list[Pause]
) -> None:
    due = due_at(start, limit, CALENDAR, pauses)
    allowed = limit.allowed(CALENDAR)
    just_before = due - timedelta(microseconds=1)
    assert elapsed(start, due, limit.unit, CALENDAR, pauses) == allowed
    assert elapsed(start, just_before, limit.unit, CALENDAR, pauses) < allowed
    assert light(start, due, limit, CALENDAR, pauses) is Light.YELLOW


@given(MOMENTS, LIMITS)
def test_a_pause_on_the_round_the_clock_moves_the_due_time_by_its_length(
    start: datetime, limit: Limit
) -> None:
    pause = Pause(start, start + timedelta(hours=5))
    plain, paused = due_at(start, limit, CALENDAR), due_at(start, limit, CALENDAR, [pause])
    if limit.unit.working_hours_only:
        assert paused >= plain
    else:
        assert paused - plain == timedelta(hours=5)
