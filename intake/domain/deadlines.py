"""Time limits and due times (domain rules of 处置时限, 挂账 and the traffic lights).

A limit runs on one of two clocks. 紧急工作时, 紧急工作日 and 自然日 run round the clock; 工作时 and
工作日 run only in working hours, and one 工作日 is worth one full day of working hours, so that
a matter opened at ten in the morning with one working day is due at ten the next working
morning. A plain 小时 is the citizen's own hour and runs round the clock, a plain 天 is a
calendar day. Pauses (挂账, waiting for the citizen, a verification that is out) stop either clock.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from intake.domain.calendar import Span, WorkCalendar, merged, without

LONGEST_LIMIT = timedelta(days=3660)


class LimitError(ValueError):
    """A limit that cannot be read or makes no sense; the message shows how to write it."""


class LimitUnit(StrEnum):
    """The unit of a handling limit; the value is the stored name."""

    URGENT_HOUR = "URGENT_HOUR"
    URGENT_DAY = "URGENT_DAY"
    WORK_HOUR = "WORK_HOUR"
    WORK_DAY = "WORK_DAY"
    CALENDAR_DAY = "CALENDAR_DAY"

    @property
    def label(self) -> str:
        """The unit in Chinese, as the handbook prints it."""
        return _LABELS[self]

    @property
    def working_hours_only(self) -> bool:
        """Whether the clock stands still outside working hours."""
        return self in (LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY)


_LABELS = {
    LimitUnit.URGENT_HOUR: "紧急工作时",
    LimitUnit.URGENT_DAY: "紧急工作日",
    LimitUnit.WORK_HOUR: "工作时",
    LimitUnit.WORK_DAY: "工作日",
    LimitUnit.CALENDAR_DAY: "自然日",
}
_SPELLINGS = {label: unit for unit, label in _LABELS.items()} | {
    "紧急工作小时": LimitUnit.URGENT_HOUR,
    "工作小时": LimitUnit.WORK_HOUR,
    "小时": LimitUnit.URGENT_HOUR,
    "天": LimitUnit.CALENDAR_DAY,
    "日": LimitUnit.CALENDAR_DAY,
}
_NUMERALS = {numeral: Decimal(value) for value, numeral in enumerate("一二三四五六七八九十", 1)}
_NUMERALS |= {"两": Decimal(2), "半": Decimal("0.5")}
_LIMIT = re.compile(
    rf"(?P<amount>\d{{1,6}}(?:\.\d{{1,2}})?|[{''.join(_NUMERALS)}])个?"
    rf"(?P<unit>{'|'.join(sorted(_SPELLINGS, key=len, reverse=True))})"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of one unit, for example 2 紧急工作时; more than nothing, at most ten years."""

    amount: Decimal
    unit: LimitUnit

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Decimal(self.amount))
        if not self.amount.is_finite() or self.amount <= 0:
            raise LimitError(f"时限必须大于零: {self.amount}{self.unit.label}")
        hours = self.amount * (24 if self.unit.name.endswith("DAY") else 1)
        if hours > LONGEST_LIMIT / timedelta(hours=1):
            raise LimitError(f"时限过长(最多十年): {self.amount}{self.unit.label}")

    def __str__(self) -> str:
        """The limit as the handbook writes it; ``parse_limit`` reads it back."""
        return f"{self.amount.normalize():f}{self.unit.label}"

    def allowed(self, calendar: WorkCalendar) -> timedelta:
        """How long the limit's own clock may run."""
        if self.unit is LimitUnit.WORK_DAY:
            one = calendar.day_length
        elif self.unit in (LimitUnit.CALENDAR_DAY, LimitUnit.URGENT_DAY):
            one = timedelta(days=1)
        else:
            one = timedelta(hours=1)
        numerator, denominator = self.amount.as_integer_ratio()
        return one * numerator / denominator


def parse_limit(text: str) -> Limit:
    """Read one limit, for example ``2紧急工作时``, ``1个工作日``, ``4小时`` or ``1天``.

    Raises LimitError for anything else.
    """
    compact = "".join(unicodedata.normalize("NFKC", text).split())
    match = _LIMIT.fullmatch(compact)
    if not match:
        raise LimitError(
            f"看不懂时限“{text[:40]}”,请写成“2紧急工作时”“4工作时”“1工作日”或“15自然日”"
        )
    written = match["amount"]
    amount = _NUMERALS[written] if written in _NUMERALS else Decimal(written)
    return Limit(amount, _SPELLINGS[match["unit"]])


def parse_milestones(text: str) -> tuple[Limit, ...]:
    """Read the ordered limits of a filing condition, for example ``4工作时;7工作日;20工作日``.

    Raises LimitError when one cannot be read or a later one is shorter than an earlier one of
    the same clock.
    """
    limits = tuple(parse_limit(part) for part in re.split(r"[;；]", text.strip().rstrip(";；")))
    ordinary = WorkCalendar()
    for working in (True, False):
        same_clock = [limit for limit in limits if limit.unit.working_hours_only is working]
        lengths = [limit.allowed(ordinary) for limit in same_clock]
        if any(later <= earlier for earlier, later in pairwise(lengths)):
            raise LimitError(f"各阶段时限须由短到长排列: {text}")
    return limits


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stands still; a pause still running ends, for now, at now."""

    begin: datetime
    end: datetime

    def __post_init__(self) -> None:
        _require_aware(self.begin, self.end)
        if self.end < self.begin:
            raise LimitError(f"暂停的结束时间早于开始时间: {self.begin} > {self.end}")


def due_at(
    start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Sequence[Pause] = ()
) -> datetime:
    """The earliest moment (UTC) at which the limit is used up.

    ``start`` is aware. While a pause is running the answer is the earliest possible due time
    and moves on with the pause's end.
    """
    left = limit.allowed(calendar)
    for begin, end in _running(start, limit.unit, calendar, pauses):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise LimitError(f"时限超出日历范围: {limit}")


def elapsed(
    start: datetime,
    now: datetime,
    unit: LimitUnit,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
) -> timedelta:
    """How long the unit's clock has run from ``start`` to ``now``; zero when now is earlier."""
    _require_aware(now)
    total = timedelta()
    for begin, end in _running(start, unit, calendar, pauses):
        if begin >= now:
            break
        total += min(end, now) - begin
    return total


class Light(StrEnum):
    """Traffic light of a running limit: green to 80 %, yellow to 100 %, red beyond."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"


def light(
    start: datetime,
    now: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    pauses: Sequence[Pause] = (),
) -> Light:
    """The traffic light at ``now``."""
    used = elapsed(start, now, limit.unit, calendar, pauses)
    allowed = limit.allowed(calendar)
    if used > allowed:
        return Light.RED
    return Light.YELLOW if used * 10 > allowed * 8 else Light.GREEN


def _running(
    start: datetime, unit: LimitUnit, calendar: WorkCalendar, pauses: Sequence[Pause]
) -> Iterator[Span]:
    _require_aware(start)
    begin = start.astimezone(UTC)
    stopped = merged((p.begin.astimezone(UTC), p.end.astimezone(UTC)) for p in pauses)
    if unit.working_hours_only:
        return without(calendar.working_spans(begin), stopped)
    return without([(begin, datetime.max.replace(tzinfo=UTC))], stopped)


def _require_aware(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise LimitError("a time without time zone: give aware UTC datetimes")
