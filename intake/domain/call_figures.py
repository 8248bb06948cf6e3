"""Figures of the hotline: each with its formula and its denominator (domain.md §6.1, §6.3).

A period is half-open. Rates are percentages to two decimals, rounded half up; without a
denominator there is no rate, never a zero. Where the PBX was not seen the figure is not known
(architecture decision 11).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from intake.domain.calendar import Span
from intake.domain.call import CallOutcome, Direction

_CENT = Decimal("0.01")
_TENTH = Decimal("0.1")
SECOND_LEVEL = 20
"""Many centres report 20 seconds beside the standard's 15 (domain.md §2.8)."""


def rate(part: int, whole: int) -> Decimal | None:
    """``part`` of ``whole`` in percent, half up to two decimals; None without a denominator."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / Decimal(whole)).quantize(_CENT, ROUND_HALF_UP)


def mean_seconds(milliseconds: Sequence[int]) -> Decimal | None:
    """The mean in seconds, half up to a tenth; None of nothing."""
    if not milliseconds:
        return None
    mean = Decimal(sum(milliseconds)) / len(milliseconds) / 1000
    return mean.quantize(_TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFact:
    """What the figures need of one call; durations in milliseconds."""

    direction: Direction
    outcome: CallOutcome
    started_at: datetime
    queued: bool
    wait_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int = 0
    account_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """One hour, one day or one agent of calls coming in.

    ``offered`` reached the queue; ``abandoned`` gave up there after the short threshold, ``early``
    before it. ``short``, ``nuisance``, ``after_hours`` and ``lost`` never count as offered;
    ``open`` calls count when they have ended.
    """

    incoming: int
    offered: int
    answered: int
    abandoned: int
    early: int
    overflow: int
    after_hours: int
    voicemail: int
    short: int
    nuisance: int
    lost: int
    in_time: int
    in_second: int
    mean_wait: Decimal | None
    longest_wait: Decimal | None
    mean_wait_abandoned: Decimal | None
    mean_talk: Decimal | None
    known: bool = True

    @property
    def answer_rate(self) -> Decimal | None:
        """接通率 = answered ÷ offered."""
        return rate(self.answered, self.offered)

    @property
    def abandon_rate(self) -> Decimal | None:
        """放弃率 = abandoned ÷ offered."""
        return rate(self.abandoned, self.offered)

    @property
    def level_of_offered(self) -> Decimal | None:
        """Answered within the standard's seconds ÷ offered."""
        return rate(self.in_time, self.offered)

    @property
    def level_of_answered(self) -> Decimal | None:
        """Answered within the standard's seconds ÷ answered."""
        return rate(self.in_time, self.answered)

    @property
    def second_of_offered(self) -> Decimal | None:
        """Answered within 20 seconds ÷ offered."""
        return rate(self.in_second, self.offered)

    @property
    def second_of_answered(self) -> Decimal | None:
        """Answered within 20 seconds ÷ answered."""
        return rate(self.in_second, self.answered)


def figures(
    calls: Iterable[CallFact], *, level_seconds: int, short_seconds: int, known: bool = True
) -> CallFigures:
    """Count the calls coming in; outgoing and internal ones are left out."""
    ended = [
        one
        for one in calls
        if one.direction is Direction.IN and one.outcome is not CallOutcome.OPEN
    ]
    offered = [one for one in ended if _offered(one)]
    answered = [one for one in offered if one.outcome is CallOutcome.ANSWERED]
    gave_up = [one for one in offered if one.outcome is CallOutcome.ABANDONED]
    early = [one for one in gave_up if (one.wait_ms or 0) < short_seconds * 1000]
    late = [one for one in gave_up if (one.wait_ms or 0) >= short_seconds * 1000]
    waits = [one.wait_ms or 0 for one in answered]
    return CallFigures(
        incoming=len(ended),
        offered=len(offered) - len(early),
        answered=len(answered),
        abandoned=len(late),
        early=len(early),
        overflow=_count(ended, CallOutcome.OVERFLOW),
        after_hours=_count(ended, CallOutcome.AFTER_HOURS),
        voicemail=_count(ended, CallOutcome.VOICEMAIL),
        short=_count(ended, CallOutcome.SHORT),
        nuisance=_count(ended, CallOutcome.NUISANCE),
        lost=_count(ended, CallOutcome.LOST_TRACK),
        in_time=sum(wait <= level_seconds * 1000 for wait in waits),
        in_second=sum(wait <= SECOND_LEVEL * 1000 for wait in waits),
        mean_wait=mean_seconds(waits),
        longest_wait=mean_seconds(waits and [max(waits)]),
        mean_wait_abandoned=mean_seconds([one.wait_ms or 0 for one in late]),
        mean_talk=mean_seconds([one.talk_ms or 0 for one in answered]),
        known=known,
    )


_NEVER_OFFERED = frozenset(
    {CallOutcome.SHORT, CallOutcome.NUISANCE, CallOutcome.AFTER_HOURS, CallOutcome.LOST_TRACK}
)


def _offered(one: CallFact) -> bool:
    return one.queued and one.outcome not in _NEVER_OFFERED


def _count(calls: Sequence[CallFact], outcome: CallOutcome) -> int:
    return sum(one.outcome is outcome for one in calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """One agent's time in seconds, clipped to the period, and his calls."""

    account_id: int
    answered: int
    dialled: int
    signed: int
    talking: int
    wrap_up: int
    paused: int
    mean_talk: Decimal | None

    @property
    def occupancy(self) -> Decimal | None:
        """工时利用率 = (talk + hold + wrap-up) ÷ signed in."""
        return rate(self.talking + self.wrap_up, self.signed)

    @property
    def mean_wrap_up(self) -> Decimal | None:
        """Wrap-up ÷ calls spoken, in seconds."""
        spoken = self.answered + self.dialled
        return mean_seconds([self.wrap_up * 1000 // spoken]) if spoken else None


def clipped(begin: datetime, end: datetime, period: Span) -> timedelta:
    """How much of [begin, end) lies in the period."""
    length = min(end, period[1]) - max(begin, period[0])
    return max(length, timedelta())


def blind(period: Span, gaps: Sequence[Span]) -> bool:
    """Whether the PBX was unseen at any moment of the period."""
    return any(begin < period[1] and end > period[0] for begin, end in gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFigures:
    """Return calls of one kind: who should have been asked, and what they said (domain.md §6.3)."""

    due: int
    visited: int
    answered: int
    contacted: int
    asked_contact: int
    solved: int
    scored: int
    satisfied: int
    strictly: int
    dissatisfied: int
    unreachable: int
    in_time: int

    @property
    def visit_rate(self) -> Decimal | None:
        """回访率 = visited ÷ should be visited."""
        return rate(self.visited, self.due)

    @property
    def success_rate(self) -> Decimal | None:
        """回访成功率 = answered ÷ visited."""
        return rate(self.answered, self.visited)

    @property
    def contact_rate(self) -> Decimal | None:
        """响应率 = department had called ÷ answered who were asked."""
        return rate(self.contacted, self.asked_contact)

    @property
    def solved_rate(self) -> Decimal | None:
        """解决率 = solved ÷ answered."""
        return rate(self.solved, self.answered)

    @property
    def satisfied_rate(self) -> Decimal | None:
        """满意率 = at least basically satisfied ÷ answered with a score."""
        return rate(self.satisfied, self.scored)

    @property
    def strict_rate(self) -> Decimal | None:
        """严格满意率 = satisfied or very satisfied ÷ answered with a score."""
        return rate(self.strictly, self.scored)

    @property
    def in_time_rate(self) -> Decimal | None:
        """按时回访率 = first tried in time ÷ should be visited."""
        return rate(self.in_time, self.due)
