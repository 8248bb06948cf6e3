"""The work calendar: which days are worked, at which hours, and how long the clock has run.

Times go in and come out as aware UTC datetimes; days and working hours are those of
Asia/Shanghai (architecture decision 9). Which days are worked is asked of a function, so that
national holidays, days moved by 调休 and local overrides can come from outside the domain.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")

Span = tuple[datetime, datetime]
"""A half-open stretch of time [from, to), both aware UTC."""

# A calendar that works no day for this long is taken for a mistake in its settings.
LONGEST_BREAK = timedelta(days=400)


class CalendarError(ValueError):
    """The calendar's settings make no sense; the message says which one to correct."""


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of working hours within a local day, for example 08:30 to 12:00."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise CalendarError("working hours are local times: give them without a time zone")
        if self.opens >= self.closes:
            raise CalendarError(
                f"working hours {self.opens:%H:%M}-{self.closes:%H:%M}: the end must be later"
            )

    @property
    def length(self) -> timedelta:
        """How long the window is open."""
        day = date.min
        return datetime.combine(day, self.closes) - datetime.combine(day, self.opens)


OFFICE_HOURS = (Window(time(8, 30), time(12, 0)), Window(time(14, 30), time(18, 0)))


def parse_windows(text: str) -> tuple[Window, ...]:
    """Read working hours from a setting such as ``08:30-12:00,14:30-18:00``.

    Raises CalendarError naming the part that cannot be read.
    """
    windows = []
    for part in text.replace("，", ",").replace("–", "-").split(","):
        opens, dash, closes = part.strip().partition("-")
        try:
            if not dash:
                raise ValueError
            window = (time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
        except ValueError:
            raise CalendarError(
                f"working hours {part.strip()!r}: write them like 08:30-12:00"
            ) from None
        windows.append(Window(*window))
    return tuple(windows)


def monday_to_friday(day: date) -> bool:
    """The weekend rule, for years whose holidays nobody has announced yet."""
    return day.weekday() < 5


def _always(_: date) -> bool:
    return True


@dataclass(frozen=True)
class WorkCalendar:
    """Worked days and daily hours.

    ``workday`` says whether a local date is worked; ``certain`` whether that answer rests on
    an announced holiday arrangement or a local override (True) or only on the weekend rule.
    """

    windows: tuple[Window, ...] = OFFICE_HOURS
    workday: Callable[[date], bool] = monday_to_friday
    certain: Callable[[date], bool] = _always

    def __post_init__(self) -> None:
        if not self.windows:
            raise CalendarError("working hours are empty: give at least one window a day")
        for earlier, later in pairwise(self.windows):
            if earlier.closes > later.opens:
                raise CalendarError(
                    f"working hours overlap or are out of order at {later.opens:%H:%M}"
                )

    @property
    def day_length(self) -> timedelta:
        """Working time of one full working day: what one 工作日 is worth."""
        return sum((window.length for window in self.windows), timedelta())

    def is_workday(self, day: date) -> bool:
        """Whether the local date is worked."""
        return self.workday(day)

    def is_certain(self, day: date) -> bool:
        """Whether the answer for this date is announced, not guessed from the weekday."""
        return self.certain(day)

    def working_spans(self, start: datetime) -> Iterator[Span]:
        """Working hours from ``start`` on, in order, without end.

        Raises CalendarError when no day is worked for more than LONGEST_BREAK.
        """
        day = start.astimezone(LOCAL_ZONE).date()
        last_worked = day
        while True:
            if self.is_workday(day):
                last_worked = day
                for window in self.windows:
                    opens = datetime.combine(day, window.opens, LOCAL_ZONE).astimezone(UTC)
                    closes = datetime.combine(day, window.closes, LOCAL_ZONE).astimezone(UTC)
                    if closes > start:
                        yield max(opens, start), closes
            elif day - last_worked > LONGEST_BREAK:
                raise CalendarError(
                    f"no working day in the {LONGEST_BREAK.days} days before {day}: "
                    "check the calendar's overrides"
                )
            day += timedelta(days=1)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as ``spans`` covers, in order and without overlap."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def without(spans: Iterable[Span], removed: Sequence[Span]) -> Iterator[Span]:
    """``spans`` (in order) less ``removed`` (in order, not overlapping)."""
    position = 0
    for begin, end in spans:
        while position < len(removed) and removed[position][1] <= begin:
            position += 1
        cursor = begin
        for cut_begin, cut_end in removed[position:]:
            if cut_begin >= end:
                break
            if cut_begin > cursor:
                yield cursor, cut_begin
            cursor = max(cursor, cut_end)
        if cursor < end:
            yield cursor, end
