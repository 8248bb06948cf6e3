"""Judging suggestions against labelled texts: figures a person can hold the model to."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from classifiers.examples import Example
from classifiers.suggestion import Suggestion
from classifiers.urgency import ORDINARY

LENGTHS = ((0, 30), (30, 100), (100, 300), (300, 10**9))
"""Bands of text length in characters, title included."""
THRESHOLDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_Z = 1.96
_DRAWS = 200


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, with a 95 % Wilson interval."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the share."""
        if not self.of:
            return 0.0, 1.0
        share, square = self.value, _Z * _Z
        centre = share + square / (2 * self.of)
        spread = _Z * sqrt(share * (1 - share) / self.of + square / (4 * self.of**2))
        whole = 1 + square / self.of
        return (centre - spread) / whole, (centre + spread) / whole

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.hits}/{self.of})"


@dataclass(frozen=True, slots=True)
class PerLabel:
    """Precision, recall and F1 of one label."""

    label: str
    support: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """All figures of one evaluation; other authorities count as one label, `OUT`."""

    shares: dict[str, Share]
    macro_f1: float
    out_f1: float
    calibration_error: float
    labels: tuple[PerLabel, ...]
    confusions: tuple[tuple[str, str, int], ...]
    by_length: dict[str, Share]
    abstention: tuple[tuple[float, float, Share], ...]
    """(threshold, share of texts answered, top-1 among those answered)."""
    slowest: float
    """99th percentile of the time for a text, in milliseconds."""
    calibration: tuple[tuple[float, float, int], ...] = ()
    """For each filled tenth of probability: mean probability, share right, texts."""
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """95 % bootstrap intervals of macro_f1, out_f1 and calibration_error."""
    matrix: tuple[tuple[str, str, int], ...] = ()
    """(right label, first guess, times) of all texts, right ones included."""


def plain(label: str) -> str:
    """Return the label with all fields of other authorities as one."""
    return "OUT" if label.startswith("OUT") else label


def judge(examples: Sequence[Example], answers: Sequence[Suggestion]) -> Judgement:
    """Compare answers with examples, position by position."""
    pairs = list(zip(examples, answers, strict=True))
    firsts = [plain(answer.guesses[0].label) if answer.guesses else "" for answer in answers]
    truths = [plain(example.label) for example in examples]
    labels = _per_label(truths, firsts)
    times = sorted(answer.milliseconds for answer in answers)
    return Judgement(
        shares=_shares(pairs),
        macro_f1=sum(one.f1 for one in labels) / len(labels) if labels else 0.0,
        out_f1=next((one.f1 for one in labels if one.label == "OUT"), 0.0),
        calibration_error=_calibration_error(pairs),
        labels=labels,
        confusions=tuple(
            (truth, first, count)
            for (truth, first), count in Counter(
                (truth, first)
                for truth, first in zip(truths, firsts, strict=True)
                if truth != first
            ).most_common(20)
        ),
        by_length=_by_length(pairs),
        abstention=_abstention(pairs),
        slowest=times[int(len(times) * 0.99)] if times else 0.0,
        calibration=_calibration(pairs),
        intervals=_intervals(pairs),
        matrix=tuple(
            (truth, first, count)
            for (truth, first), count in sorted(Counter(zip(truths, firsts, strict=True)).items())
        ),
    )


def _accepted(example: Example) -> set[str]:
    return {plain(example.label), *(plain(label) for label in example.alternatives)}


def _top(answer: Suggestion, most: int) -> list[str]:
    return [plain(guess.label) for guess in answer.guesses[:most]]


_Pair = tuple[Example, Suggestion]
_Test = Callable[[Example, Suggestion], bool]


def _right(example: Example, answer: Suggestion) -> bool:
    return _top(answer, 1) == [plain(example.label)]


def _right_in_three(example: Example, answer: Suggestion) -> bool:
    return bool(_accepted(example) & set(_top(answer, 3)))


def _share(pairs: Sequence[_Pair], counts: _Test, hit: _Test) -> Share:
    chosen = [pair for pair in pairs if counts(*pair)]
    return Share(sum(hit(*pair) for pair in chosen), len(chosen))


def _shares(pairs: Sequence[_Pair]) -> dict[str, Share]:
    def always(_example: Example, _answer: Suggestion) -> bool:
        return True

    def in_scope(example: Example, _answer: Suggestion) -> bool:
        return plain(example.label) != "OUT"

    return {
        "top-1 strict": _share(pairs, always, _right),
        "top-1 any accepted": _share(
            pairs, always, lambda one, answer: bool(_accepted(one) & set(_top(answer, 1)))
        ),
        "top-3 any accepted": _share(pairs, always, _right_in_three),
        "in scope top-1 strict": _share(pairs, in_scope, _right),
        "in scope top-3": _share(pairs, in_scope, _right_in_three),
        "competent field": _share(
            pairs,
            lambda one, _answer: one.label.startswith("OUT:"),
            lambda one, answer: any(guess.label == one.label for guess in answer.guesses),
        ),
        "appeal": _share(
            pairs,
            lambda one, _answer: one.appeal is not None,
            lambda one, answer: one.appeal == answer.appeal,
        ),
        "urgent found": _share(
            pairs, lambda one, _answer: bool(one.urgent), lambda _one, answer: _urgent(answer)
        ),
        "urgent without need": _share(
            pairs, lambda one, _answer: one.urgent is False, lambda _one, answer: _urgent(answer)
        ),
        "place": _share(
            pairs,
            lambda one, _answer: bool(one.place),
            lambda one, answer: answer.place is not None and str(one.place) in answer.place,
        ),
        "place, first or second": _share(
            pairs,
            lambda one, _answer: bool(one.place),
            lambda one, answer: any(
                str(one.place) in named for named in (answer.place, answer.second_place) if named
            ),
        ),
        "place, exactly": _share(
            pairs,
            lambda one, _answer: bool(one.place),
            lambda one, answer: answer.place == one.place,
        ),
        "place where none is named": _share(
            pairs,
            lambda one, _answer: one.place == "",
            lambda _one, answer: answer.place is not None,
        ),
        "abstained": _share(pairs, always, lambda _one, answer: answer.abstained),
    }


def _urgent(answer: Suggestion) -> bool:
    return answer.urgency != ORDINARY


def _per_label(truths: Sequence[str], firsts: Sequence[str]) -> tuple[PerLabel, ...]:
    support, chosen = Counter(truths), Counter(firsts)
    right = Counter(truth for truth, first in zip(truths, firsts, strict=True) if truth == first)
    return tuple(
        PerLabel(
            label,
            support[label],
            right[label] / chosen[label] if chosen[label] else 0.0,
            right[label] / support[label],
        )
        for label in sorted(support)
    )


def _calibration(pairs: Sequence[_Pair]) -> tuple[tuple[float, float, int], ...]:
    """Return mean probability, share right and number of texts of each filled tenth."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for example, answer in pairs:
        if answer.guesses:
            chance = answer.guesses[0].probability
            bins[min(int(chance * 10), 9)].append((chance, _right(example, answer)))
    return tuple(
        (
            sum(chance for chance, _ in rows) / len(rows),
            sum(hit for _, hit in rows) / len(rows),
            len(rows),
        )
        for _, rows in sorted(bins.items())
    )


def _calibration_error(pairs: Sequence[_Pair]) -> float:
    """Expected calibration error of the best guess over ten bins of probability."""
    bins = _calibration(pairs)
    total = sum(count for _, _, count in bins)
    return sum(abs(said - true) * count for said, true, count in bins) / total if total else 0.0


def _intervals(pairs: Sequence[_Pair]) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals of figures that are no plain shares, by drawing texts anew."""
    chance = np.random.default_rng(20260701)
    drawn: dict[str, list[float]] = defaultdict(list)
    for _ in range(_DRAWS if pairs else 0):
        sample = [pairs[number] for number in chance.integers(0, len(pairs), len(pairs)).tolist()]
        truths = [plain(example.label) for example, _ in sample]
        firsts = [plain(one.guesses[0].label) if one.guesses else "" for _, one in sample]
        labels = _per_label(truths, firsts)
        drawn["macro_f1"].append(sum(one.f1 for one in labels) / len(labels))
        drawn["out_f1"].append(next((one.f1 for one in labels if one.label == "OUT"), 0.0))
        drawn["calibration_error"].append(_calibration_error(sample))
    return {name: _middle(values) for name, values in drawn.items()}


def _middle(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[int(len(ordered) * 0.025)], ordered[int(len(ordered) * 0.975)]


def _by_length(pairs: Sequence[_Pair]) -> dict[str, Share]:
    bands: dict[str, Share] = {}
    for low, high in LENGTHS:
        name = f"{low}-{high}" if high < 10**9 else f"{low}+"
        chosen = [pair for pair in pairs if low <= len(pair[0].title) + len(pair[0].text) < high]
        bands[name] = Share(sum(_right_in_three(*pair) for pair in chosen), len(chosen))
    return bands


def _abstention(pairs: Sequence[_Pair]) -> tuple[tuple[float, float, Share], ...]:
    curve = []
    for threshold in THRESHOLDS:
        kept = [
            pair
            for pair in pairs
            if pair[1].guesses and pair[1].guesses[0].probability >= threshold
        ]
        share = len(kept) / len(pairs) if pairs else 0.0
        curve.append((threshold, share, Share(sum(_right(*pair) for pair in kept), len(kept))))
    return tuple(curve)
