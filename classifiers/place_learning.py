"""Learning the place: which span of a report people named as its place.

A log-linear model over all spans of a report at once, "none is named" among them. The words of
the place count wherever they stand. Trained by L-BFGS on the exact likelihood; the same examples
give the same tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from classifiers.category import Reader
from classifiers.examples import Example
from classifiers.place_part import PlacePart
from classifiers.place_signs import LONGEST, SPAN_SIGNS, TABLE, Ids, Marked, marked, part_read
from classifiers.places import PlaceFinder, PlaceWords
from classifiers.text import fold

LEAST_PLACES = 100
"""With fewer confirmed places the rules know more."""
MOST_PLACES = 2_000
"""The newest are taught; more would cost memory (about 0.5 MB each) and bring little."""
PENALTY = 4.0
STEPS = 60
_FEWEST = 2
"""A sign seen once says nothing."""

_Reals = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Placed:
    """One report with its signs and the spans that are its place; no span where none is named."""

    report: Marked
    right: _Flags


def placed(reader: Reader, finder: PlaceFinder, example: Example) -> Placed | None:
    """Read an example whose place is known; None when it is not, or not found in the words."""
    if example.place is None:
        return None
    whole = f"{example.title}\n{example.text}" if example.title else example.text
    title_length = len(fold(example.title).text)
    text = part_read(fold(whole).text, title_length)
    report = marked(text, title_length, reader.place_words(text), finder)
    right = np.zeros(report.allowed.shape, dtype=np.bool_)
    name = fold(example.place).text
    begin = text.find(name) if 0 < len(name) <= LONGEST else -1
    while begin >= 0:
        right[begin, len(name) - 1] = True
        begin = text.find(name, begin + 1)
    right &= report.allowed
    if (name and not right.any()) or not report.allowed.any():
        return None
    return Placed(report, right)


def learn_places(
    reader: Reader, known: PlaceWords, examples: Sequence[Example]
) -> PlacePart | None:
    """Learn from the newest examples whose place is known; None where they are too few."""
    finder = PlaceFinder(known)
    read = (placed(reader, finder, example) for example in reversed(examples))
    taught = list(islice((one for one in read if one is not None), MOST_PLACES))
    if sum(bool(one.right.any()) for one in taught) < LEAST_PLACES:
        return None
    task = _Task.laid(taught)
    start = np.zeros(3 * TABLE + SPAN_SIGNS + 1)
    options = {"maxiter": STEPS, "maxcor": 7}
    learned = minimize(task.loss, start, jac=True, method="L-BFGS-B", options=options).x
    cuts = [TABLE, 2 * TABLE, 3 * TABLE, 3 * TABLE + SPAN_SIGNS]
    tables = (part.astype(np.float16).astype(np.float32) for part in np.split(learned, cuts))
    return PlacePart(*tables)


@dataclass(frozen=True, slots=True)
class _Task:
    """All reports in one row of characters, and all their possible spans in one list."""

    signs: tuple[sparse.csr_matrix, ...]
    known: tuple[_Flags, ...]
    """For each table the signs that occur often enough to be learned."""
    first: Ids
    last: Ids
    spans: npt.NDArray[np.int16]
    right: _Flags
    report: Ids
    starts: Ids
    nothing: _Flags

    @classmethod
    def laid(cls, taught: Sequence[Placed]) -> "_Task":
        """Lay the signs of all reports side by side."""
        reports = [one.report for one in taught]
        signs = tuple(
            _ones(np.concatenate(rows), TABLE)
            for rows in (
                [one.begins for one in reports],
                [one.ends for one in reports],
                [one.insides for one in reports],
            )
        )
        known = tuple(np.bincount(one.indices, minlength=TABLE) >= _FEWEST for one in signs)
        allowed = np.concatenate([one.allowed for one in reports])
        first, size = np.nonzero(allowed)
        owner = np.repeat(np.arange(len(reports)), [len(one.text) for one in reports])[first]
        spans = np.concatenate([one.spans[one.allowed] for one in reports])
        return cls(
            signs,
            known,
            first,
            first + size,
            spans,
            np.concatenate([one.right for one in taught])[allowed],
            owner,
            np.searchsorted(owner, np.arange(len(reports))),
            np.asarray([not one.right.any() for one in taught]),
        )

    def loss(self, weights: _Reals) -> tuple[float, _Reals]:
        """Return the negative log likelihood with its penalty, and the gradient."""
        tables = [weights[number * TABLE : (number + 1) * TABLE] for number in range(3)]
        begins, ends, insides = (
            sign @ table for sign, table in zip(self.signs, tables, strict=True)
        )
        summed = np.concatenate([[0.0], np.cumsum(insides)])
        points = begins[self.first] + ends[self.last] + summed[self.last + 1]
        points -= summed[self.first]
        for column in self.spans.T:
            points += weights[3 * TABLE : -1][column]
        none = weights[-1]
        most = np.maximum(np.maximum.reduceat(points, self.starts), none)
        chances = np.exp(points - most[self.report])
        nothing = np.exp(none - most)
        whole = np.add.reduceat(chances, self.starts) + nothing
        rightly = np.where(self.right, chances, 0.0)
        hit = np.add.reduceat(rightly, self.starts) + np.where(self.nothing, nothing, 0.0)
        hit = np.maximum(hit, _SMALLEST)
        slope = chances / whole[self.report] - rightly / hit[self.report]
        off = float((nothing / whole - np.where(self.nothing, nothing / hit, 0.0)).sum())
        gradient = self._gradient(slope, off) + PENALTY * weights
        penalty = 0.5 * PENALTY * float(weights @ weights)
        return float((np.log(whole) - np.log(hit)).sum()) + penalty, gradient

    def _gradient(self, slope: _Reals, off: float) -> _Reals:
        """Carry the slope of every span back to the signs it is made of."""
        many = self.signs[0].shape[0]
        at_first = np.bincount(self.first, slope, many + 1)
        at_last = np.bincount(self.last + 1, slope, many + 1)
        within = np.cumsum(at_first - at_last)[:many]
        carried = (at_first[:many], at_last[1:], within)
        tables = [
            np.where(known, sign.T @ one, 0.0)
            for sign, known, one in zip(self.signs, self.known, carried, strict=True)
        ]
        spans = sum(np.bincount(column, slope, SPAN_SIGNS) for column in self.spans.T)
        return np.concatenate([*tables, np.asarray(spans), [off]])


def _ones(columns: npt.NDArray[Any], width: int) -> sparse.csr_matrix:
    """Return a matrix with a one for each sign of each row."""
    rows, many = columns.shape
    steps = np.arange(0, rows * many + 1, many)
    ones = np.ones(rows * many)
    return sparse.csr_matrix((ones, columns.ravel().astype(np.int32), steps), shape=(rows, width))
