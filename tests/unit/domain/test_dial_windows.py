"""When citizens are telephoned again: windows, days, holidays and what they asked for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.domain.calendar import LOCAL_ZONE
from intake.domain.dial_windows import (
    BETWEEN_ATTEMPTS,
    DIAL_HOURS,
    DialWindow,
    asked_time,
    exhausted,
    may_dial,
    next_dial_at,
    window_of,
)
from intake.domain.errors import Invalid
from intake.services.work_calendar import national_calendar

CALENDAR = national_calendar({})
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 330 * 24 * 60).map(lambda minute: YEAR + timedelta(minutes=minute))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE).astimezone(UTC)


def planned(now: str, *tries: str) -> str:
    moment = next_dial_at(local(now), [local(one) for one in tries], CALENDAR)
    return f"{moment.astimezone(LOCAL_ZONE):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("now", "tries", "expected"),
    [
        ("2026-07-01T09:10", (), "2026-07-01T09:10"),
        ("2026-07-01T07:00", (), "2026-07-01T08:30"),
        ("2026-07-01T11:55", (), "2026-07-01T14:30"),
        ("2026-07-01T12:30", (), "2026-07-01T14:30"),
        ("2026-07-01T19:59", (), "2026-07-02T08:30"),
        ("2026-07-03T20:30", (), "2026-07-06T08:30"),
        # The National Day holiday: 1 to 7 October, and Saturday 10 October is worked for it.
        ("2026-09-30T20:10", (), "2026-10-08T08:30"),
        ("2026-10-09T20:10", (), "2026-10-10T08:30"),
        # The second try goes to the other window, not sooner than two hours later.
        ("2026-07-01T09:12", ("2026-07-01T09:10",), "2026-07-01T14:30"),
        ("2026-07-01T15:02", ("2026-07-01T15:00",), "2026-07-02T08:30"),
        # The third waits for another day.
        ("2026-07-01T14:40", ("2026-07-01T09:10", "2026-07-01T14:40"), "2026-07-02T08:30"),
        # Two mornings: only an afternoon is left.
        ("2026-07-02T09:00", ("2026-07-01T09:10", "2026-07-02T09:00"), "2026-07-02T14:30"),
        # Three on one afternoon are not enough: another day, in the morning.
        (
            "2026-07-01T19:10",
            ("2026-07-01T14:40", "2026-07-01T16:50", "2026-07-01T19:00"),
            "2026-07-02T08:30",
        ),
    ],
)
def test_the_next_try(now: str, tries: tuple[str, ...], expected: str) -> None:
    assert planned(now, *tries) == expected


@given(MOMENTS)
def test_three_tries_by_the_plan_are_enough_and_keep_every_rule(start: datetime) -> None:
    tries: list[datetime] = []
    now = start
    while not exhausted(tries):
        moment = next_dial_at(now, tries, CALENDAR)
        assert moment >= now
        assert may_dial(moment, CALENDAR)
        assert all(moment - one >= BETWEEN_ATTEMPTS for one in tries)
        tries.append(moment)
        now = moment + timedelta(minutes=1)
        assert len(tries) <= 3
    assert {window_of(one) for one in tries} == set(DialWindow)
    assert len({one.astimezone(LOCAL_ZONE).date() for one in tries}) >= 2


@given(MOMENTS, st.lists(MOMENTS, max_size=6))
def test_whatever_was_tried_the_plan_leads_on(now: datetime, tries: list[datetime]) -> None:
    before = [one for one in tries if one <= now]
    moment = next_dial_at(now, before, CALENDAR)
    assert may_dial(moment, CALENDAR)
    if len(before) == 2 and not exhausted(before):
        assert exhausted([*before, moment])


@given(MOMENTS)
def test_quiet_hours_and_holidays_are_kept(moment: datetime) -> None:
    here = moment.astimezone(LOCAL_ZONE)
    worked = CALENDAR.is_workday(here.date())
    inside = any(hours.opens <= here.time() < hours.closes for _, hours in DIAL_HOURS)
    assert may_dial(moment, CALENDAR) == (worked and inside)


def test_who_asked_for_another_time_is_called_then() -> None:
    asked = local("2026-10-03T20:30")
    assert not may_dial(asked, CALENDAR)
    assert may_dial(asked, CALENDAR, asked)
    assert may_dial(asked + timedelta(hours=1), CALENDAR, asked)
    assert not may_dial(asked - timedelta(minutes=1), CALENDAR, asked)
    assert not may_dial(asked + timedelta(hours=3), CALENDAR, asked)


@pytest.mark.parametrize(
    "wanted", ["2026-07-01T08:00", "2026-07-16T09:00", "2026-07-02T06:59", "2026-07-02T22:00"]
)
def test_a_time_nobody_calls_at_is_refused(wanted: str) -> None:
    with pytest.raises(Invalid):
        asked_time(local("2026-07-01T09:00"), local(wanted))


def test_an_asked_time_is_kept() -> None:
    wanted = local("2026-07-04T21:30")
    assert asked_time(local("2026-07-01T09:00"), wanted) == wanted


def test_three_tries_on_one_day_are_not_enough() -> None:
    same_day = [local("2026-07-01T09:00"), local("2026-07-01T14:40"), local("2026-07-01T17:00")]
    assert not exhausted(same_day)
    assert not exhausted([local(f"2026-07-0{day}T09:00") for day in (1, 2, 3)])
    assert exhausted([*same_day[:2], local("2026-07-02T09:00")])
