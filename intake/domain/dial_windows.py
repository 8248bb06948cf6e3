"""When the county may telephone citizens, and when it tries again (domain.md §5.2).

Two windows a working day; three attempts, in both windows and on two days at least, before a
person counts as not reached. A citizen who asked for another time is called at that time.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from intake.domain.calendar import LOCAL_ZONE, LONGEST_BREAK, CalendarError, Window, WorkCalendar
from intake.domain.errors import Invalid

MOST_ATTEMPTS = 3
LEAST_WINDOWS = 2
LEAST_DAYS = 2
BETWEEN_ATTEMPTS = timedelta(hours=2)
_LAST_CALL = timedelta(minutes=10)
"""No call is planned for the last minutes of a window: a talk needs time."""

_EARLIEST_ASKED = time(7)
_LATEST_ASKED = time(22)
_FARTHEST_ASKED = timedelta(days=14)


class DialWindow(StrEnum):
    """The two windows; a call outside them, made on request, counts for the nearer one."""

    MORNING = "MORNING"
    AFTERNOON = "AFTERNOON"

    @property
    def label(self) -> str:
        return {"MORNING": "上午", "AFTERNOON": "下午"}[self.value]


DIAL_HOURS = (
    (DialWindow.MORNING, Window(time(8, 30), time(12))),
    (DialWindow.AFTERNOON, Window(time(14, 30), time(20))),
)


def window_of(moment: datetime) -> DialWindow:
    """The window a call at ``moment`` (aware) counts for."""
    noon = moment.astimezone(LOCAL_ZONE).time() < time(12)
    return DialWindow.MORNING if noon else DialWindow.AFTERNOON


def may_dial(now: datetime, calendar: WorkCalendar, asked_for: datetime | None = None) -> bool:
    """Whether a return call may be made now: in a window of a working day, or when asked for."""
    if asked_for is not None and asked_for <= now <= asked_for + BETWEEN_ATTEMPTS:
        return True
    local = now.astimezone(LOCAL_ZONE)
    if not calendar.is_workday(local.date()):
        return False
    return any(hours.opens <= local.time() < hours.closes for _, hours in DIAL_HOURS)


def exhausted(tries: Sequence[datetime]) -> bool:
    """Whether so many tries in vain are enough to call somebody not reached."""
    return (
        len(tries) >= MOST_ATTEMPTS
        and len({window_of(one) for one in tries}) >= LEAST_WINDOWS
        and len({_day(one) for one in tries}) >= LEAST_DAYS
    )


def next_dial_at(now: datetime, tries: Sequence[datetime], calendar: WorkCalendar) -> datetime:
    """The earliest moment (UTC) of the next try, after ``tries`` in vain (aware, any order).

    The second try falls into the other window; the last one fills up what is missing of two
    windows and two days. Raises CalendarError when the calendar works no day for too long.
    """
    earliest = max([now, *(one + BETWEEN_ATTEMPTS for one in tries)])
    windows = {window_of(one) for one in tries}
    days = {_day(one) for one in tries}
    last = len(tries) >= MOST_ATTEMPTS - 1
    for window, opens, closes in _slots(earliest, calendar):
        begin = max(opens, earliest)
        if begin > closes - _LAST_CALL:
            continue
        if tries and len(windows) < LEAST_WINDOWS and window in windows:
            continue
        if last and len(days) < LEAST_DAYS and _day(begin) in days:
            continue
        return begin.astimezone(UTC)
    raise AssertionError("the slots of a calendar have no end")


def asked_time(now: datetime, wanted: datetime) -> datetime:
    """The time the citizen asked for (aware), in UTC; raises Invalid when nobody calls then."""
    local = wanted.astimezone(LOCAL_ZONE)
    if not now < wanted <= now + _FARTHEST_ASKED:
        raise Invalid("约定的时间应在今后十四天之内。", field="asked_for")
    if not _EARLIEST_ASKED <= local.time() < _LATEST_ASKED:
        raise Invalid("约定的时间应在早上7点到晚上10点之间。", field="asked_for")
    return wanted.astimezone(UTC)


def _slots(
    start: datetime, calendar: WorkCalendar
) -> Iterator[tuple[DialWindow, datetime, datetime]]:
    """The windows of working days from the day of ``start`` on, without end."""
    day = last_worked = _day(start)
    while True:
        if calendar.is_workday(day):
            last_worked = day
            for window, hours in DIAL_HOURS:
                opens = datetime.combine(day, hours.opens, LOCAL_ZONE)
                yield window, opens, datetime.combine(day, hours.closes, LOCAL_ZONE)
        elif day - last_worked > LONGEST_BREAK:
            raise CalendarError(
                f"no working day in the {LONGEST_BREAK.days} days before {day}: "
                "check the calendar's overrides"
            )
        day += timedelta(days=1)


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL_ZONE).date()
