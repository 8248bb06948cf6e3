"""Learning the county part: two regressions over the same features, folded into one.

The share of the two regressions is fixed; one factor makes the probabilities honest. It is fitted
on decisions that the regressions of its fold did not see, near-copies kept together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from classifiers.cooccurrence import Company
from classifiers.county import FLOOR, Question
from classifiers.mixing import softmax
from classifiers.regression import (
    Numbers,
    Reals,
    against_all,
    corrected,
    honesty,
    sureness,
)

MOST_CORRECTED = 2_500
"""Decisions the correction is learned from; its cost grows with their square."""
ENOUGH_FOR_CONTEST = 900
"""From so many texts `against_all` counts in full; with few it is worse than what is known."""
CARRIED_SHARE = 0.2
"""How much prior evidence counts as a feature of `against_all`."""
UNTAUGHT = -1.2
"""Margin of an answer that no decision taught: a little worse than a clear no."""
LEAST_TEXTS = 30
"""With fewer texts than this nothing is learned about a question."""
FIRST_HONESTY = (0.8, 1.0)
"""What is taken for `honesty` where no fold could be judged."""

Matrix = Any


@dataclass(frozen=True, slots=True)
class Lesson:
    """Texts for one question: features, prior evidence (the answers' own first), truth."""

    features: Matrix
    along: Any
    evidence: Reals
    truth: Numbers
    shares: Reals
    folds: Numbers

    def of(self, chosen: npt.NDArray[Any]) -> "Lesson":
        """Return the same lesson for some of the texts."""
        return Lesson(
            self.features[chosen],
            self.along[chosen],
            self.evidence[chosen],
            self.truth[chosen],
            self.shares[chosen],
            self.folds[chosen],
        )


@dataclass(frozen=True, slots=True)
class Blend:
    """How a question is learned: shares of the two regressions, and the penalty of the first."""

    correction: float
    contest: float
    penalty: float


SUBJECT = Blend(0.5, 2.0, 0.3)
FIELD = Blend(1.0, 0.0, 1.0)
APPEAL = Blend(0.5, 2.0, 0.3)


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights of a question: over features (features, answers seen), evidence, constants."""

    seen: Numbers
    weights: Reals
    carried: Reals
    constant: Reals
    sureness: tuple[float, float] = (1.0, 0.0)

    def logits(self, lesson: Lesson) -> Reals:
        """Return the logits of all answers for the texts of a lesson."""
        logits = lesson.evidence @ self.carried + self.constant
        logits[:, self.seen] += np.asarray(lesson.features @ self.weights)
        return np.asarray(logits)

    def honest(self, factor: float, taught: float, sure: tuple[float, float]) -> "Learned":
        """Return the same weights with `taught` added for taught answers, then all multiplied."""
        constant = self.constant.copy()
        constant[self.seen] += taught
        return Learned(
            self.seen, self.weights * factor, self.carried * factor, constant * factor, sure
        )

    def question(self, answers: Sequence[str], first_column: int) -> Question:
        """Return what serving needs; the weights' columns begin at `first_column`."""
        columns = np.full(len(answers), -1, dtype=np.int64)
        columns[self.seen] = first_column + np.arange(len(self.seen))
        return Question(
            tuple(answers),
            self.carried.astype(np.float32),
            self.constant.astype(np.float32),
            columns,
            np.asarray(self.sureness, dtype=np.float32),
        )


def learn(
    lesson: Lesson, many: int, blend: Blend, company: Company, told: Callable[[], None]
) -> Learned:
    """Learn one question of `many` answers; `told` is called after each of six steps."""
    unseen, taught, truth = [], [], []
    rounds = np.unique(lesson.folds) if len(lesson.truth) <= MOST_CORRECTED else [0]
    for fold in rounds:
        inside = np.flatnonzero(lesson.folds != fold)
        outside = np.flatnonzero(lesson.folds == fold)[:MOST_CORRECTED]
        if len(inside) >= LEAST_TEXTS and len(outside):
            made = _once(lesson.of(inside), many, blend, company)
            unseen.append(made.logits(lesson.of(outside)))
            taught.append(np.tile(np.isin(np.arange(many), made.seen), (len(outside), 1)))
            truth.append(lesson.truth[outside])
        told()
    learned = _once(lesson, many, blend, company)
    if not unseen:
        return learned.honest(*FIRST_HONESTY, (1.0, 0.0))
    logits, known = np.concatenate(unseen), np.concatenate(taught)
    right = np.concatenate(truth)
    factor, shift = honesty(logits, known, right)
    chances = softmax(((logits + shift * known) * factor).astype(np.float32))
    sure = sureness(chances.max(axis=1).astype(np.float64), chances.argmax(axis=1) == right)
    return learned.honest(factor, shift, sure)


def _once(lesson: Lesson, many: int, blend: Blend, company: Company) -> Learned:
    """Fit both regressions and fold them into weights over features and evidence."""
    seen = np.unique(lesson.truth)
    weights = np.zeros((lesson.features.shape[1], len(seen)))
    carried = np.zeros((lesson.evidence.shape[1], many))
    constant = np.zeros(many)
    own = np.arange(many)
    few = lesson.of(_spread(len(lesson.truth)))
    kernel = (few.features @ few.features.T).toarray() + few.along @ few.along.T
    correction = corrected(
        kernel.astype(np.float64), few.evidence[:, :many], few.truth, few.shares, blend.penalty
    )
    dual = correction.dual * blend.correction
    places = np.searchsorted(seen, correction.seen)
    weights[:, places] += np.asarray(few.features.T @ dual)
    weights[:, places] += company.directions @ (few.along.T @ dual)
    carried[own, own] += correction.slope * blend.correction
    constant[correction.seen] += correction.constants * blend.correction
    share = blend.contest * min(1.0, len(lesson.truth) / ENOUGH_FOR_CONTEST)
    if share:
        _add_contest(lesson, share, company, seen, weights, carried, constant)
    return Learned(seen, weights, carried, constant)


def _add_contest(
    lesson: Lesson,
    share: float,
    company: Company,
    seen: Numbers,
    weights: Reals,
    carried: Reals,
    constant: Reals,
) -> None:
    """Fit each answer against all others and add what it says, in place."""
    prior = (lesson.evidence - np.log(FLOOR)) * CARRIED_SHARE
    matrix = hstack([lesson.features, csr_matrix(lesson.along), csr_matrix(prior)]).tocsr()
    classes, found, bias = against_all(matrix, lesson.truth, lesson.shares, MOST_CORRECTED)
    margins = np.full(len(constant), UNTAUGHT)
    if classes:
        margins[classes] = 0.0
    constant += share * margins
    if not classes:
        return
    features, along = lesson.features.shape[1], lesson.along.shape[1]
    places = np.searchsorted(seen, classes)
    weights[:, places] += share * found[:features]
    weights[:, places] += share * (company.directions @ found[features : features + along])
    prior_weights = found[features + along :] * CARRIED_SHARE * share
    carried[:, classes] += prior_weights
    constant[classes] += share * bias - np.log(FLOOR) * prior_weights.sum(axis=0)


def _spread(texts: int) -> Numbers:
    """Return at most MOST_CORRECTED text numbers, evenly spread, always the newest."""
    if texts <= MOST_CORRECTED:
        return np.arange(texts)
    return texts - 1 - np.arange(MOST_CORRECTED) * texts // MOST_CORRECTED
