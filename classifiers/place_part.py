"""The learned place: how likely each run of characters is what a person would call the place.

One report has one place. Every span gets the sum of what speaks for its beginning, its end, its
characters and its length; "none is named" competes with all of them. What is proposed is the span
most likely to hold all of the place, less a price for every character, so that a doubtful house
number is shown rather than lost and a sentence is never shown as a place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.lexical import Floats
from classifiers.place_signs import LONGEST, Marked

PRICE = 0.02
"""What a further character must add to the chance that the place is held."""
MOST_COMPARED = 60
NONE_NAMED = 0.6
"""From this probability on, no place is proposed."""
CLEAR = 0.5
"""From this probability on a place is proposed even where the rules see none."""
_IMPOSSIBLE = -1e9
_SIZES = np.arange(1, LONGEST + 1)


@dataclass(frozen=True, slots=True)
class PlacePart:
    """Tables learned from places people confirmed: (TABLE,) each, and (SPAN_SIGNS,) for spans."""

    begins: Floats
    ends: Floats
    insides: Floats
    spans: Floats
    none: Floats
    """(1,): how much speaks for no place at all."""

    def places_of(self, report: Marked) -> list[tuple[int, int]]:
        """Return begin and end of the place, then of a second one that may be meant; or nothing.

        The second is proposed only where the first leaves enough doubt: reports often name the
        estate in the title and the house in the text.
        """
        if not report.allowed.any():
            return []
        chances, none = self._chances(report)
        if none >= NONE_NAMED or (not report.named and chances.max() < CLEAR):
            return []
        return _chosen(report, chances)

    def _chances(self, report: Marked) -> tuple[npt.NDArray[np.float64], float]:
        """Return the probability of each span being the place, and of none being named."""
        n = len(report.text)
        first = self.begins[report.begins].sum(axis=1)
        last = self.ends[report.ends].sum(axis=1)
        summed = np.concatenate([[0.0], np.cumsum(self.insides[report.insides].sum(axis=1))])
        begin = np.arange(n)[:, None]
        end = np.minimum(begin + _SIZES, n)
        points = first[:, None] + last[end - 1] + summed[end] - summed[begin]
        points = points + self.spans[report.spans].sum(axis=2)
        points = np.where(report.allowed, points, _IMPOSSIBLE).astype(np.float64)
        none = float(self.none[0])
        most = max(float(points.max()), none)
        chances = np.exp(points - most)
        nothing = float(np.exp(none - most))
        whole = float(chances.sum()) + nothing
        return chances / whole, nothing / whole


def _held(chances: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return for each span the chance that the place lies within it."""
    held = chances.cumsum(axis=1)
    for begin in range(len(held) - 2, -1, -1):
        held[begin, 1:] += held[begin + 1, :-1]
    return held


def _chosen(report: Marked, chances: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the span that most likely holds the place, wherever the same words stand.

    Then the one that does so if the first does not, where that is worth its length.
    """
    worth = np.where(report.allowed, _held(chances) - PRICE * _SIZES, _IMPOSSIBLE)
    likely = _most(chances)
    words: dict[str, float] = {}
    for begin, end in likely:
        name = report.text[begin:end]
        words[name] = words.get(name, 0.0) + float(chances[begin, end - begin - 1])
    open_spans = [
        (begin, end)
        for begin, end in sorted({*likely, *_most(worth)})
        if report.allowed[begin, end - begin - 1]
    ]
    first, _value = _best(report.text, open_spans, words)
    name = report.text[slice(*first)]
    left = {word: chance for word, chance in words.items() if word not in name}
    apart = [span for span in open_spans if span[1] <= first[0] or span[0] >= first[1]]
    if not apart:
        return [first]
    second, value = _best(report.text, apart, left)
    return [first, second] if value > 0 else [first]


def _best(
    text: str, spans: Sequence[tuple[int, int]], words: Mapping[str, float]
) -> tuple[tuple[int, int], float]:
    """Return the span worth most, the first among equals, and what it is worth."""
    best, value = spans[0], -np.inf
    for begin, end in spans:
        name = text[begin:end]
        held = sum(chance for word, chance in words.items() if word in name)
        if held - PRICE * len(name) > value:
            best, value = (begin, end), held - PRICE * len(name)
    return best, value


def _most(values: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the spans of the highest values, as begin and end."""
    most = min(MOST_COMPARED, values.size)
    order = np.argpartition(-values, most - 1, axis=None)[:most]
    spans = (divmod(int(number), LONGEST) for number in order)
    return [(begin, begin + size + 1) for begin, size in spans if begin + size < len(values)]
