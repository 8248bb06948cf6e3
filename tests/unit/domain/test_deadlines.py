"""Limits, due times and traffic lights on the calendar of 2026 (State Council arrangement)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from intake.domain.calendar import LOCAL_ZONE, CalendarError, Window, WorkCalendar, parse_windows
from intake.domain.deadlines import (
    Light,
    Limit,
    LimitError,
    LimitUnit,
    Pause,
    due_at,
    elapsed,
    light,
    parse_limit,
    parse_milestones,
)
from intake.services.work_calendar import national_calendar

CALENDAR = national_calendar({})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE).astimezone(UTC)


def due(start: str, limit: str, *pauses: tuple[str, str]) -> str:
    moment = due_at(
        local(start), parse_limit(limit), CALENDAR, [Pause(local(a), local(b)) for a, b in pauses]
    )
    assert moment.tzinfo is UTC
    return moment.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "amount", "unit", "written"),
    [
        ("2紧急工作时", "2", LimitUnit.URGENT_HOUR, "2紧急工作时"),
        ("2 紧急工作日", "2", LimitUnit.URGENT_DAY, "2紧急工作日"),
        ("４工作时", "4", LimitUnit.WORK_HOUR, "4工作时"),
        ("1个工作日", "1", LimitUnit.WORK_DAY, "1工作日"),
        ("两个工作日", "2", LimitUnit.WORK_DAY, "2工作日"),
        ("0.5工作日", "0.5", LimitUnit.WORK_DAY, "0.5工作日"),
        ("半天", "0.5", LimitUnit.CALENDAR_DAY, "0.5自然日"),
        ("15自然日", "15", LimitUnit.CALENDAR_DAY, "15自然日"),
        ("4小时", "4", LimitUnit.URGENT_HOUR, "4紧急工作时"),
        ("30天", "30", LimitUnit.CALENDAR_DAY, "30自然日"),
    ],
)
def test_limits_are_read_and_written_back(
    text: str, amount: str, unit: LimitUnit, written: str
) -> None:
    limit = parse_limit(text)
    assert limit == Limit(Decimal(amount), unit)
    assert str(limit) == written
    assert parse_limit(written) == limit


@pytest.mark.parametrize(
    "text",
    ["", "工作日", "零天", "0工作日", "-1天", "种植季节15工作日", "1年", "99999天", "3.14159天"],
)
def test_unreadable_limits_are_refused(text: str) -> None:
    with pytest.raises(LimitError):
        parse_limit(text)


def test_milestones_keep_their_order() -> None:
    assert [str(limit) for limit in parse_milestones("4工作时;7工作日；20工作日;")] == [
        "4工作时",
        "7工作日",
        "20工作日",
    ]


def test_milestones_out_of_order_are_refused() -> None:
    with pytest.raises(LimitError, match="由短到长"):
        parse_milestones("7工作日;4工作时")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # within a day, over the lunch break, over the night, over the weekend
        ("2026-11-16 09:00", "2工作时", "2026-11-16 11:00"),
        ("2026-11-16 11:00", "2工作时", "2026-11-16 15:30"),
        ("2026-11-16 17:00", "2工作时", "2026-11-17 09:30"),
        ("2026-11-20 17:00", "2工作时", "2026-11-23 09:30"),
        # the limit is used up at the moment the window closes
        ("2026-11-16 10:00", "2工作时", "2026-11-16 12:00"),
        ("2026-11-16 14:30", "0.5工作日", "2026-11-16 18:00"),
        # start in the lunch break, after hours, before hours, on a Sunday
        ("2026-11-16 13:00", "1工作时", "2026-11-16 15:30"),
        ("2026-11-16 20:00", "1工作时", "2026-11-17 09:30"),
        ("2026-11-17 03:00", "1工作时", "2026-11-17 09:30"),
        ("2026-11-22 10:00", "1工作日", "2026-11-23 18:00"),
        ("2026-11-16 10:00", "1工作日", "2026-11-17 10:00"),
        # National Day 2026: 1 to 7 October off, Saturday the 10th worked
        ("2026-09-30 17:00", "1工作日", "2026-10-08 17:00"),
        ("2026-10-01 09:00", "1工作日", "2026-10-08 18:00"),
        ("2026-10-09 17:00", "2工作时", "2026-10-10 09:30"),
        ("2026-10-10 17:00", "2工作时", "2026-10-12 09:30"),
        # Sunday 20 September is worked in exchange for the Mid-Autumn bridge
        ("2026-09-19 12:00", "1工作时", "2026-09-20 09:30"),
        # round the clock: midnight, holidays and weekends count
        ("2026-11-16 23:00", "2紧急工作时", "2026-11-17 01:00"),
        ("2026-10-01 00:00", "2紧急工作时", "2026-10-01 02:00"),
        ("2026-09-30 18:00", "15自然日", "2026-10-15 18:00"),
        ("2026-10-01 08:00", "2紧急工作日", "2026-10-03 08:00"),
    ],
)
def test_due_time(start: str, limit: str, expected: str) -> None:
    assert due(start, limit) == expected


@pytest.mark.parametrize(
    ("limit", "pauses", "expected"),
    [
        ("4工作时", [("2026-11-16 10:00", "2026-11-16 11:00")], "2026-11-16 16:30"),
        # two pauses that overlap count once; one outside working hours changes nothing
        (
            "4工作时",
            [("2026-11-16 10:00", "2026-11-16 11:00"), ("2026-11-16 10:30", "2026-11-16 11:30")],
            "2026-11-16 17:00",
        ),
        ("4工作时", [("2026-11-16 12:00", "2026-11-16 14:00")], "2026-11-16 15:30"),
        # one that ended before the start or begins after the due time changes nothing
        ("4工作时", [("2026-11-13 10:00", "2026-11-14 11:00")], "2026-11-16 15:30"),
        ("4工作时", [("2026-11-16 15:30", "2026-11-17 11:00")], "2026-11-16 15:30"),
        # the order in which pauses were recorded does not matter
        (
            "4工作时",
            [("2026-11-17 09:00", "2026-11-17 10:00"), ("2026-11-16 10:00", "2026-11-16 11:00")],
            "2026-11-16 16:30",
        ),
        ("1自然日", [("2026-11-16 08:00", "2026-11-18 09:00")], "2026-11-19 09:00"),
    ],
)
def test_pauses_push_the_due_time_out(
    limit: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    assert due("2026-11-16 09:00", limit, *pauses) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-16 08:00", Light.GREEN),
        ("2026-11-16 16:30", Light.GREEN),
        ("2026-11-16 16:31", Light.YELLOW),
        ("2026-11-16 17:30", Light.YELLOW),
        ("2026-11-16 17:31", Light.RED),
        ("2026-11-20 09:00", Light.RED),
    ],
)
def test_light_turns_at_eighty_and_hundred_percent(now: str, expected: Light) -> None:
    # five working hours from 10:00: 80 % is used at 16:30, all of it at 17:30
    assert (
        light(local("2026-11-16 10:00"), local(now), parse_limit("5工作时"), CALENDAR) is expected
    )


def test_elapsed_counts_only_its_own_clock() -> None:
    friday, monday = local("2026-11-20 17:00"), local("2026-11-23 09:30")
    assert elapsed(friday, monday, LimitUnit.WORK_HOUR, CALENDAR) == timedelta(hours=2)
    assert elapsed(friday, monday, LimitUnit.URGENT_HOUR, CALENDAR) == timedelta(hours=64.5)
    assert elapsed(monday, friday, LimitUnit.URGENT_HOUR, CALENDAR) == timedelta()


def test_times_without_zone_are_refused() -> None:
    with pytest.raises(LimitError):
        due_at(local("2026-11-16 09:00").replace(tzinfo=None), parse_limit("1天"), CALENDAR)
    with pytest.raises(LimitError):
        Pause(local("2026-11-17 09:00"), local("2026-11-16 09:00"))


def test_unknown_years_follow_the_weekend_and_say_so() -> None:
    assert CALENDAR.is_certain(date(2026, 10, 10))
    assert CALENDAR.is_workday(date(2026, 10, 10))
    assert not CALENDAR.is_certain(date(2099, 6, 1))
    assert CALENDAR.is_workday(date(2099, 6, 1))
    assert not CALENDAR.is_workday(date(2099, 6, 6))


def test_local_overrides_win() -> None:
    market_day, far_sunday = date(2026, 11, 16), date(2099, 6, 7)
    calendar = national_calendar({market_day: False, far_sunday: True})
    assert not calendar.is_workday(market_day)
    assert calendar.is_workday(far_sunday)
    assert calendar.is_certain(far_sunday)


def test_working_hours_are_read_from_a_setting() -> None:
    windows = parse_windows("08:00-12:00, 15:00–18:30")
    assert WorkCalendar(windows=windows).day_length == timedelta(hours=7.5)
    for bad in ("", "08:00", "12:00-08:00", "08:00-12:00,11:00-13:00", "8点-12点"):
        with pytest.raises(CalendarError):
            WorkCalendar(windows=parse_windows(bad))


def test_a_calendar_without_working_days_is_a_mistake_not_a_hang() -> None:
    never = WorkCalendar(workday=lambda _: False)
    with pytest.raises(CalendarError, match="overrides"):
        due_at(local("2026-11-16 09:00"), parse_limit("1工作时"), never)


def test_window_refuses_times_with_zone() -> None:
    opens = local("2026-11-16 09:00").timetz()
    with pytest.raises(CalendarError):
        Window(opens, opens)
