"""When a missed call is due to be called back, and at which hours."""

from datetime import UTC, datetime

import pytest

from intake.domain.calendar import LOCAL_ZONE
from intake.domain.callback import CallbackOutcome, callback_due, may_call_back
from intake.services.work_calendar import national_calendar

CALENDAR = national_calendar({})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("missed", "due"),
    [
        ("2026-07-01T09:00", "2026-07-01T09:30"),
        ("2026-07-01T11:50", "2026-07-01T14:50"),
        ("2026-07-01T12:10", "2026-07-01T15:00"),
        ("2026-07-01T23:00", "2026-07-02T09:00"),
        ("2026-07-03T18:01", "2026-07-06T09:00"),
        ("2026-10-01T10:00", "2026-10-08T09:00"),
    ],
)
def test_thirty_minutes_of_service_hours(missed: str, due: str) -> None:
    assert callback_due(local(missed), 30, CALENDAR) == local(due)


@pytest.mark.parametrize("minutes", [5, 7, 20, 45, 1440])
def test_any_number_of_minutes_of_the_setting(minutes: int) -> None:
    due = callback_due(local("2026-07-01T08:30"), minutes, CALENDAR)
    assert due > local("2026-07-01T08:30")
    if minutes <= 60:
        assert (due - local("2026-07-01T08:30")).total_seconds() == pytest.approx(minutes * 60)


def test_nobody_is_called_at_night_unless_he_just_called() -> None:
    assert may_call_back(local("2026-07-01T08:00"), local("2026-06-30T23:00"))
    assert not may_call_back(local("2026-07-01T07:59"), local("2026-06-30T23:00"))
    assert not may_call_back(local("2026-07-01T21:00"), local("2026-07-01T19:00"))
    assert may_call_back(local("2026-07-01T21:30"), local("2026-07-01T21:00"))


def test_who_was_not_reached_was_not_called_back() -> None:
    reached = {outcome for outcome in CallbackOutcome if outcome.called_back}
    assert reached == {CallbackOutcome.REACHED, CallbackOutcome.CALLED_AGAIN}
    assert len({outcome.label for outcome in CallbackOutcome}) == len(CallbackOutcome)
