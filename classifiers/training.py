"""Training: a cold model from our own corpus, and what the county's decisions correct in it.

Deterministic: the same data gives the same model file, byte for byte. The cold model never sees a
decision, so its probabilities for decided texts are honest evidence for the county part.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.adaptation import APPEAL, FIELD, SUBJECT, Blend, Learned, Lesson, learn
from classifiers.appeal import appeal_evidence, evidence_size
from classifiers.category import Reader, Trained
from classifiers.cooccurrence import LEAST_READ, MOST_READ, Company
from classifiers.county import (
    CountyPart,
    Question,
    answers_of,
    field_evidence,
    fields_of,
    subject_evidence,
)
from classifiers.examples import Example
from classifiers.features import Vectorizer
from classifiers.grouping import groups_of
from classifiers.lexical import Floats
from classifiers.lexicon import APPEALS, Lexicon
from classifiers.linear import Columns, LinearPart, major_of
from classifiers.mixing import Mixer, Prior
from classifiers.place_learning import learn_places
from classifiers.readings import OWN, KeyBook, Matrix, Prepared, Progress, prepare_all
from classifiers.regression import Numbers, Reals, against_all
from classifiers.text import fold

MOST_KEYS = 60_000
MOST_COUNTY_KEYS = 40_000
FOLDS = 5
LEAST_DECISIONS = 30
"""With fewer decisions there is no county part; they join our own corpus."""
MOST_DECISIONS = 30_000
"""The newest decisions are taught; older ones are left out, and with them old habits."""
COLD_WEIGHTS = np.asarray([3.8, 1.35, 0.0, 1.0, 0.55, 0.0, 0.3], dtype=np.float32)
"""Fitted once on our own sentences, each unseen by the trained part, then taken times 0.7:
real reports are harder than sentences we wrote, so the model must be less sure of them."""


def train(
    reader: Reader,
    lexicon: Lexicon,
    own: Sequence[Example],
    decisions: Sequence[Example],
    progress: Progress = lambda _what, _done, _all: None,
    unlabelled: Sequence[Example] = (),
) -> Trained:
    """Train on our own corpus and, for a warm model, the county's decisions, newest last.

    `unlabelled` reports (their labels are not read) teach which words keep company.
    """
    newest = decisions[-MOST_DECISIONS:]
    if len(newest) < LEAST_DECISIONS:
        return Ground.laid(reader, lexicon, [*own, *newest], (), progress).cold
    ground = Ground.laid(reader, lexicon, own, unlabelled, progress)
    return warmed(ground, prepared_decisions(ground, newest, progress), progress)


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that is learned before the first decision: words, cold model, company."""

    reader: Reader
    lexicon: Lexicon
    book: KeyBook
    cold: Trained
    vectorizer: Vectorizer | None
    company: Company | None

    @classmethod
    def laid(
        cls,
        reader: Reader,
        lexicon: Lexicon,
        own: Sequence[Example],
        unlabelled: Sequence[Example],
        progress: Progress,
    ) -> "Ground":
        """Learn the cold model, and from unlabelled reports the vocabulary and its company."""
        book = KeyBook()
        linear = _cold(book, prepare_all(reader, lexicon, book, own, OWN, progress))
        cold = Trained(linear, Prior.counted(reader.labels, {}), COLD_WEIGHTS, None, "")
        if len(unlabelled) < LEAST_READ:
            return cls(reader, lexicon, book, cold, None, None)
        what = "reading unlabelled reports"
        free = prepare_all(reader, lexicon, book, unlabelled[:MOST_READ], what, progress)
        vectorizer = book.vectorizer(free, 3, MOST_COUNTY_KEYS, with_points=False)
        company = Company.learn(book.matrix(vectorizer, free))
        return cls(reader, lexicon, book, cold, vectorizer, company)


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions read, with the cold model's probabilities of every label and their folds."""

    prepared: tuple[Prepared, ...]
    chances: Floats
    folds: Numbers

    def of(self, chosen: npt.NDArray[Any]) -> "Decided":
        """Return some of the decisions."""
        kept = tuple(self.prepared[number] for number in chosen)
        return Decided(kept, self.chances[chosen], self.folds[chosen])


def prepared_decisions(ground: Ground, decisions: Sequence[Example], progress: Progress) -> Decided:
    """Read decisions and ask the cold model about them."""
    reader, book, cold = ground.reader, ground.book, ground.cold
    what = "reading decisions"
    decided = prepare_all(reader, ground.lexicon, book, decisions, what, progress)
    mixer = Mixer(reader.labels, cold.linear.columns, cold.prior, cold.weights)
    vectorizer = cold.linear.vectorizer
    rows = [
        mixer.probabilities(one.points, cold.linear.margins(vectorizer.vector(book.reading(one))))
        for one in decided
    ]
    folds = np.asarray(folds_of(decisions), dtype=np.int64)
    return Decided(tuple(decided), np.stack(rows), folds)


def _cold(book: KeyBook, prepared: Sequence[Prepared]) -> LinearPart:
    """Fit vocabulary and one column for each label, each class above and `out`."""
    vectorizer = book.vectorizer(prepared, 1, MOST_KEYS, with_points=True)
    matrix = book.matrix(vectorizer, prepared)
    shares = np.asarray([one.example.weight for one in prepared])
    labels = np.asarray([one.example.label for one in prepared])
    majors = np.asarray([f"major:{major_of(label)}" for label in labels])
    others = np.asarray(["out" if major == "major:OUT" else "in" for major in majors])
    blocks = [_columns(matrix, target, shares) for target in (labels, majors, others)]
    names = tuple(name for block in blocks for name in block[0])
    weights = np.concatenate([block[1] for block in blocks], axis=1).astype(np.float16)
    bias = np.concatenate([block[2] for block in blocks]).astype(np.float32)
    return LinearPart(vectorizer, Columns(names), weights, bias)


def _columns(
    matrix: Matrix, target: npt.NDArray[Any], shares: npt.NDArray[Any]
) -> tuple[list[str], Reals, Reals]:
    """Fit one margin for each class of `target`; of two classes only the second is kept."""
    classes, weights, bias = against_all(matrix, target, shares)
    kept = slice(1, None) if len(classes) == 2 else slice(None)
    return [str(name) for name in classes[kept]], weights[:, kept], bias[kept]


def warmed(ground: Ground, decided: Decided, progress: Progress) -> Trained:
    """Learn the three questions from decisions and put their columns into one matrix."""
    labels, book = ground.reader.labels, ground.book
    vectorizer, company = ground.vectorizer, ground.company
    if vectorizer is None or company is None:
        vectorizer = book.vectorizer(decided.prepared, 2, MOST_COUNTY_KEYS, with_points=False)
        company = Company.none(len(vectorizer.keys))
    features = book.matrix(vectorizer, decided.prepared)
    is_out = np.asarray([label.startswith("OUT:") for label in labels])
    examples = [one.example for one in decided.prepared]
    lesson = Lesson(
        features,
        company.of(features),
        subject_evidence(decided.chances, is_out).astype(np.float64),
        np.asarray([answer_number(labels, one.label) for one in examples]),
        np.asarray([one.weight for one in examples]),
        decided.folds,
    )
    step = _Steps(progress)
    subject = learn(lesson, len(answers_of(labels)), SUBJECT, company, step)
    fields = field_evidence(decided.chances, is_out)
    field = _learn_field(labels, lesson, fields, decided.prepared, company)
    appeal = _learn_appeal(lesson, decided, company, step)
    county = _together(labels, vectorizer, subject, field, appeal)
    place = learn_places(ground.reader, ground.lexicon.place_words, examples)
    return replace(ground.cold, county=county, place=place)


class _Steps:
    """Tells the progress of learning, one step at a time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        self._progress("learning", min(self._done, 2 * FOLDS), 2 * FOLDS)


def answer_number(labels: Sequence[str], label: str) -> int:
    """Return the number of the answer that a label is."""
    answers = answers_of(labels)
    return len(answers) - 1 if label.startswith("OUT:") else answers.index(label)


def _learn_field(
    labels: Sequence[str],
    lesson: Lesson,
    evidence: Floats,
    decided: Sequence[Prepared],
    company: Company,
) -> Learned | None:
    fields = fields_of(labels)
    chosen = np.asarray(
        [number for number, one in enumerate(decided) if one.example.label in fields], dtype=int
    )
    truth = np.asarray([fields.index(decided[number].example.label) for number in chosen])
    part = _asked(lesson.of(chosen), evidence[chosen], truth)
    return _learn_if_known(part, len(fields), FIELD, company)


def _learn_appeal(
    lesson: Lesson, decided: Decided, company: Company, step: _Steps
) -> Learned | None:
    """Learn from every decision alike: how certain its label was says nothing of the appeal."""
    examples = [one.example for one in decided.prepared]
    chosen = np.asarray([number for number, one in enumerate(examples) if one.appeal], dtype=int)
    truth = np.asarray([APPEALS.index(str(examples[number].appeal)) for number in chosen])
    rows = [
        appeal_evidence(decided.prepared[number].cues, *_told(examples[number]), chances)
        for number, chances in zip(chosen.tolist(), decided.chances[chosen], strict=True)
    ]
    evidence = np.asarray(rows, dtype=np.float32).reshape(-1, evidence_size())
    part = replace(_asked(lesson.of(chosen), evidence, truth), shares=np.ones(len(chosen)))
    return _learn_if_known(part, len(APPEALS), APPEAL, company, step)


def _told(example: Example) -> tuple[str, int]:
    """Return the folded text as it is asked about, and the length of its title."""
    title = fold(example.title).text
    text = fold(f"{example.title}\n{example.text}" if example.title else example.text).text
    return text, min(len(title), len(text))


def _asked(lesson: Lesson, evidence: Floats, truth: Numbers) -> Lesson:
    """Return the same texts for another question."""
    reals = evidence.astype(np.float64)
    return Lesson(lesson.features, lesson.along, reals, truth, lesson.shares, lesson.folds)


def _learn_if_known(
    lesson: Lesson,
    many: int,
    blend: Blend,
    company: Company,
    step: _Steps | None = None,
) -> Learned | None:
    if len(lesson.truth) < LEAST_DECISIONS or len(np.unique(lesson.truth)) < 2:
        return None
    return learn(lesson, many, blend, company, step or (lambda: None))


def _together(
    labels: Sequence[str],
    vectorizer: Any,
    subject: Learned,
    field: Learned | None,
    appeal: Learned | None,
) -> CountyPart:
    """Lay the columns of all questions side by side."""
    answers, fields = answers_of(labels), fields_of(labels)
    names = [f"label:{answers[number]}" for number in subject.seen]
    blocks = [subject.weights]
    field_question = _unlearned(fields)
    if field is not None:
        field_question = field.question(fields, len(names))
        names.extend(f"field:{fields[number]}" for number in field.seen)
        blocks.append(field.weights)
    appeal_question = None
    if appeal is not None:
        appeal_question = appeal.question(APPEALS, len(names))
        names.extend(f"appeal:{APPEALS[number]}" for number in appeal.seen)
        blocks.append(appeal.weights)
    weights = np.concatenate(blocks, axis=1).astype(np.float16)
    bias = np.zeros(len(names), dtype=np.float32)
    linear = LinearPart(vectorizer, Columns(tuple(names)), weights, bias)
    return CountyPart(linear, subject.question(answers, 0), field_question, appeal_question)


def _unlearned(answers: Sequence[str]) -> Question:
    """Return a question that is answered by the evidence alone."""
    many = len(answers)
    nothing = np.full(many, -1, dtype=np.int64)
    return Question(
        tuple(answers),
        np.eye(many, dtype=np.float32),
        np.zeros(many, np.float32),
        nothing,
        np.asarray([1.0, 0.0], dtype=np.float32),
    )


def folds_of(examples: Sequence[Example], folds: int = FOLDS) -> list[int]:
    """Return a fold for each text; near-copies get the same one, whatever their order."""
    texts = [f"{one.title}\n{one.text}" for one in examples]
    groups = groups_of(texts)
    first: dict[int, str] = {}
    for group, text in zip(groups, texts, strict=True):
        first[group] = min(first.get(group, text), text)
    return [
        int(hashlib.sha256(first[group].encode("utf-8", "replace")).hexdigest()[:8], 16) % folds
        for group in groups
    ]


__all__ = ["COLD_WEIGHTS", "Ground", "folds_of", "prepared_decisions", "train", "warmed"]
