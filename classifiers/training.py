"""Training: from decisions of people and our own corpus to a trained part.

Deterministic: the same data gives the same model file, byte for byte. The mixing weights are
fitted on texts that the trained part did not see, grouped so that near-copies stay together.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.appeal import AppealPart, cue_points
from classifiers.category import Reader, Trained
from classifiers.examples import Example, own_corpus
from classifiers.features import Reading, Vectorizer
from classifiers.grouping import groups_of
from classifiers.lexical import Floats
from classifiers.lexicon import APPEALS, Lexicon
from classifiers.linear import Columns, LinearPart, major_of
from classifiers.mixing import Mixer, Prior, fit_weights
from classifiers.text import fold

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""

MOST_KEYS = 60_000
FOLDS = 5
DECISION_WEIGHT = 3.0
"""What a person decided about a real report teaches as much as our longest own sentence."""
FEW_ENOUGH = 20_000
"""Up to this many texts the slower, slightly better solver is used."""
MOST_MIXED = 3_000
"""Unseen texts the mixing weights are fitted on; seven numbers need no more."""
LEAST_DECISIONS = 100
"""With fewer decisions the mixing weights of the cold model stay in force."""
COLD_WEIGHTS = np.asarray([3.8, 1.35, 0.0, 1.0, 0.55, 0.0, 0.3], dtype=np.float32)
"""Fitted once on our own sentences, each unseen by the trained part, then taken times 0.7:
real reports are harder than sentences we wrote, so the model must be less sure of them."""

Matrix = Any


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example with its features and lexicon points."""

    example: Example
    reading: Reading
    points: Floats
    cues: dict[str, float]


def prepare(reader: Reader, lexicon: Lexicon, example: Example, own: bool) -> Prepared:
    """Read one example the way serving reads a report.

    The lexicon's points are left out of our own texts: every term would find itself, and the
    trained part would learn to trust the lexicon far more than real reports justify.
    """
    title = fold(example.title).text
    text = fold(f"{example.title}\n{example.text}" if example.title else example.text).text
    length = min(len(title), len(text))
    lexical = reader.lexical(text, length)
    reading = reader.features(text, length, lexical)
    if own:
        reading = Reading(reading.counts, {})
    return Prepared(example, reading, lexical.scores, cue_points(text, length, lexicon.appeal_cues))


def train(
    reader: Reader,
    lexicon: Lexicon,
    own: Sequence[Example],
    decisions: Sequence[Example],
    progress: Progress = lambda _what, _done, _all: None,
) -> Trained:
    """Train on our own corpus and, for a warm model, the county's decisions."""
    base = _prepared(reader, lexicon, own, True, progress)
    decided = _prepared(reader, lexicon, decisions, False, progress)
    progress("learning", 0, 3)
    prior = Prior.counted(reader.labels, Counter(one.example.label for one in decided))
    if len(decided) < LEAST_DECISIONS:
        linear = _fit(base + decided)
        prior = Prior.counted(reader.labels, {})
        weights, appeal = COLD_WEIGHTS, None
    else:
        weights, appeal = _fit_mixing(reader, base, decided)
        progress("learning", 1, 3)
        linear = _fit(base + decided)
    progress("learning", 3, 3)
    return Trained(linear, prior, weights, appeal, "")


def _prepared(
    reader: Reader, lexicon: Lexicon, examples: Sequence[Example], own: bool, progress: Progress
) -> list[Prepared]:
    what = "reading own corpus" if own else "reading decisions"
    prepared = []
    for number, example in enumerate(examples, start=1):
        prepared.append(prepare(reader, lexicon, example, own))
        if number % 500 == 0 or number == len(examples):
            progress(what, number, len(examples))
    return prepared


def _matrix(vectorizer: Vectorizer, prepared: Sequence[Prepared]) -> Matrix:
    from scipy.sparse import csr_matrix

    vectors = [vectorizer.vector(one.reading) for one in prepared]
    starts = np.cumsum([0, *(len(vector.columns) for vector in vectors)])
    columns = np.concatenate([vector.columns for vector in vectors]).astype(np.int32)
    values = np.concatenate([vector.values for vector in vectors])
    return csr_matrix((values, columns, starts), shape=(len(prepared), len(vectorizer.keys)))


def _fit(prepared: Sequence[Prepared]) -> LinearPart:
    """Fit vocabulary and all columns."""
    decided = sum(one.example.appeal is not None for one in prepared)
    vectorizer = Vectorizer.learn([one.reading for one in prepared], 2 if decided else 1, MOST_KEYS)
    matrix = _matrix(vectorizer, prepared)
    shares = np.asarray([one.example.weight for one in prepared])
    labels = np.asarray([one.example.label for one in prepared])
    majors = np.asarray([f"major:{major_of(label)}" for label in labels])
    others = np.asarray(["out" if major == "major:OUT" else "in" for major in majors])
    blocks = [_columns(matrix, target, shares) for target in (labels, majors, others)]
    appeals = np.asarray([f"appeal:{one.example.appeal}" for one in prepared])
    known = np.flatnonzero(appeals != "appeal:None")
    if len(set(appeals[known])) > 1:
        blocks.append(_columns(matrix[known], appeals[known], shares[known]))
    names = tuple(name for block in blocks for name in block[0])
    weights = np.concatenate([block[1] for block in blocks], axis=1).astype(np.float16)
    bias = np.concatenate([block[2] for block in blocks]).astype(np.float32)
    return LinearPart(vectorizer, Columns(names), weights, bias)


def _columns(
    matrix: Matrix, target: npt.NDArray[Any], shares: npt.NDArray[Any]
) -> tuple[list[str], Floats, Floats]:
    """Fit one margin for each class of `target`, each against all others."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.svm import LinearSVC

    if len(set(target)) < 2:
        return [], np.zeros((matrix.shape[1], 0), np.float32), np.zeros(0, np.float32)
    solver = (
        LinearSVC(C=0.5, random_state=1)
        if matrix.shape[0] <= FEW_ENOUGH
        else SGDClassifier(loss="hinge", alpha=1e-5, max_iter=6, tol=None, random_state=1)
    )
    solver.fit(matrix, target, sample_weight=shares)
    classes = [str(name) for name in solver.classes_]
    weights, bias = solver.coef_.T, solver.intercept_
    if len(classes) == 2:
        classes = classes[1:]
    return classes, weights, bias


def _fit_mixing(
    reader: Reader, base: Sequence[Prepared], decided: Sequence[Prepared]
) -> tuple[Floats, AppealPart | None]:
    """Fit the mixing weights on decisions that the trained part did not see."""
    folds = _folds(decided)
    rounds = FOLDS if len(decided) <= MOST_MIXED else 1
    tables: list[Floats] = []
    truth: list[int] = []
    appeals: list[tuple[Floats, Prepared]] = []
    position = {label: number for number, label in enumerate(reader.labels)}
    for number in range(rounds):
        seen = [one for one, fold_ in zip(decided, folds, strict=True) if fold_ != number]
        unseen = [one for one, fold_ in zip(decided, folds, strict=True) if fold_ == number]
        linear = _fit([*base, *seen])
        prior = Prior.counted(reader.labels, Counter(one.example.label for one in seen))
        mixer = Mixer(reader.labels, linear.columns, prior, COLD_WEIGHTS)
        for one in unseen[:MOST_MIXED]:
            margins = linear.margins(linear.vectorizer.vector(one.reading))
            tables.append(mixer.evidence(one.points, margins))
            truth.append(position[one.example.label])
            appeals.append((_appeal_margins(linear, margins), one))
    weights = fit_weights(np.stack(tables), truth, mixer.is_out)
    return weights, _fit_appeal(appeals)


def _appeal_margins(linear: LinearPart, margins: Floats) -> Floats:
    columns = linear.columns.positions([f"appeal:{appeal}" for appeal in APPEALS])
    return np.asarray(
        [margins[column] if column >= 0 else -1.2 for column in columns], dtype=np.float32
    )


def _fit_appeal(rows: Sequence[tuple[Floats, Prepared]]) -> AppealPart | None:
    """Fit how much margins and cues count for the appeal type, and its prior."""
    from scipy.optimize import minimize

    known = [(margins, one) for margins, one in rows if one.example.appeal is not None]
    if len(known) < LEAST_DECISIONS:
        return None
    learned = np.stack([margins for margins, _ in known]).astype(np.float64)
    cues = np.asarray([[one.cues[appeal] for appeal in APPEALS] for _, one in known])
    truth = np.asarray([APPEALS.index(str(one.example.appeal)) for _, one in known])

    def loss(values: npt.NDArray[np.float64]) -> float:
        logits = values[0] * learned + values[1] * cues + values[2:]
        logits -= logits.max(axis=1, keepdims=True)
        likely = logits[np.arange(len(truth)), truth] - np.log(np.exp(logits).sum(axis=1))
        return float(-likely.mean() + 1e-3 * (values @ values))

    found = minimize(loss, np.asarray([1.0, 0.3, *([0.0] * len(APPEALS))]), method="L-BFGS-B").x
    return AppealPart(float(found[0]), float(found[1]), tuple(float(one) for one in found[2:]))


def _folds(decided: Sequence[Prepared]) -> list[int]:
    """Return a fold for each decision; near-copies get the same one, whatever their order."""
    texts = [f"{one.example.title}\n{one.example.text}" for one in decided]
    groups = groups_of(texts)
    first: dict[int, str] = {}
    for group, text in zip(groups, texts, strict=True):
        first[group] = min(first.get(group, text), text)
    return [
        int(hashlib.sha256(first[group].encode("utf-8", "replace")).hexdigest()[:8], 16) % FOLDS
        for group in groups
    ]


__all__ = ["COLD_WEIGHTS", "Prepared", "own_corpus", "prepare", "train"]
