"""Do two reports tell of the same matter? Place, time, category, words and caller together.

Evidence is added up as log odds, so that what is not known says nothing. The result orders a list
and is explained by its reasons; a person decides (R11), nothing is ever merged by it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import exp

from classifiers.lexicon import lexicon
from classifiers.near_text import TextLikeness

MOBILE = frozenset({"E09001", "E09006"})
"""Street trade that moves on: after two hours it is another matter (domain rule for 游商)."""
_MOBILE_FOR = timedelta(hours=2)
_FRESH = timedelta(hours=24)
_WEEK = timedelta(days=7)
_MONTH = timedelta(days=30)
_SHOWN_NAMES = 3
_ALIKE = 0.3
"""Share of common words from which they are named as a reason."""


class Level(StrEnum):
    """How surely a candidate is the same matter; the value is what the screen shows."""

    LIKELY = "很可能重复"
    POSSIBLE = "可能重复"
    RELATED = "相关"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which a level is shown; below ``related`` a candidate is left out."""

    likely: float = 0.85
    possible: float = 0.6
    related: float = 0.3

    def level(self, score: float) -> Level | None:
        if score >= self.likely:
            return Level.LIKELY
        if score >= self.possible:
            return Level.POSSIBLE
        return Level.RELATED if score >= self.related else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of two reports beside their words; None: not known.

    ``radius`` is the distance in metres at which the place says neither yes nor no: 30 for a
    component, 100 for an event. Labels are such as E06010; ``settled`` says that a person chose
    both, not the classifier.
    """

    metres: float | None = None
    radius: float = 100.0
    same_address: bool = False
    apart: timedelta = timedelta()
    label: str | None = None
    other_label: str | None = None
    settled: bool = False
    same_caller: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score in 0..1 and the reasons behind it, for people, the weightiest first."""

    score: float
    reasons: tuple[str, ...]


def judge(text: TextLikeness, around: Circumstances) -> Judgement:
    """Weigh one pair of reports."""
    parts = [
        _place(around),
        _category(around),
        _words(text, near=around.metres is not None and around.metres <= around.radius),
        _time(around),
        (1.5, "同一反映人") if around.same_caller else (0.0, ""),
    ]
    total = sum(weight for weight, _ in parts)
    told = sorted((part for part in parts if part[1]), key=lambda part: -part[0])
    return Judgement(round(1 / (1 + exp(-total)), 3), tuple(reason for _, reason in told))


def _place(around: Circumstances) -> tuple[float, str]:
    if around.metres is not None:
        share = around.metres / around.radius
        near = f"相距{around.metres:.0f}米"
        if share <= 1:
            return 1.8 * (1 - share) + 0.3, "同一位置" if around.metres < 5 else near
        return max(-4.0, -1.2 * (share - 1)), near if share <= 3 else ""
    if around.same_address:
        return 1.2, "同一地址"
    return 0.0, ""


def _category(around: Circumstances) -> tuple[float, str]:
    one, other = around.label, around.other_label
    if one is None or other is None:
        return 0.0, ""
    sure = 1.0 if around.settled else 0.6
    if one == other:
        return 1.1 * sure, "同一类别"
    if frozenset({one, other}) in lexicon().confusable:
        return 0.3 * sure, "易混类别"
    return (-0.6 if one[:3] == other[:3] else -1.8) * sure, ""


def _words(text: TextLikeness, *, near: bool) -> tuple[float, str]:
    """Names that differ are no reason against two reports from the same spot."""
    weight = text.logit
    if near and text.names_differ:
        weight += 1.4
    names = "、".join(name for name in text.shared_names[:_SHOWN_NAMES] if not name.startswith("#"))
    if names:
        return weight, f"都提到“{names}”"
    return weight, f"描述相似{min(text.words, 0.99):.0%}" if text.words >= _ALIKE else ""


def _time(around: Circumstances) -> tuple[float, str]:
    mobile = around.label in MOBILE or around.other_label in MOBILE
    if mobile and around.apart > _MOBILE_FOR:
        return -2.0, ""
    if around.apart <= _FRESH:
        hours = int(around.apart.total_seconds() // 3600)
        return 0.5, f"相隔{hours}小时" if hours else "一小时内"
    if around.apart <= _WEEK:
        return 0.0, f"相隔{around.apart.days}天"
    return (-0.5 if around.apart <= _MONTH else -1.5), f"相隔{around.apart.days}天"
