"""What the county's decisions teach: a correction of the cold model, served with numpy alone.

The logits of all answers are the cold model's log probabilities times a small matrix, plus the
report's features times a sparse-by-dense matrix. Several regressions and what was learned from
unlabelled text are all linear, so training folds them into these two matrices and serving stays
one product each. All fields of other authorities are one answer, `OUT`; its field is a second,
small question.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.features import SparseVector
from classifiers.lexical import Floats
from classifiers.lexicon import APPEALS
from classifiers.linear import LinearPart
from classifiers.mixing import softmax

OUT = "OUT"
_NOTHING = 1e-6
FLOOR = 1e-4
"""Added to a probability before its logarithm, so that no cold "never" is beyond correction."""


def answers_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels in scope in their order, and `OUT` last."""
    return (*(label for label in labels if not label.startswith("OUT:")), OUT)


def fields_of(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of other authorities in their order."""
    return tuple(label for label in labels if label.startswith("OUT:"))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked: its answers, the matrix for prior evidence, and a constant."""

    answers: tuple[str, ...]
    carried: Floats
    """(evidence, answers): what each piece of prior evidence says for each answer."""
    constant: Floats
    columns: npt.NDArray[np.int64]
    """Column of each answer in the weight matrix, -1 where no decision taught it."""
    sureness: Floats
    """Slope and shift of the best answer's log-odds, fitted on unseen decisions."""

    def chances(self, evidence: Floats, margins: Floats) -> Floats:
        """Return the answers' probabilities; `margins` are the columns' sums for the report."""
        padded = np.append(margins, np.float32(0.0))
        logits = evidence @ self.carried + self.constant + padded[self.columns]
        return self._honest(softmax(logits))

    def _honest(self, chances: Floats) -> Floats:
        """Return the probabilities with an honest best one, which stays the best."""
        best = int(chances.argmax())
        top = float(chances[best])
        rest = 1.0 - top
        if rest < _NOTHING:
            return chances
        odds = self.sureness[0] * np.log(top / rest) + self.sureness[1]
        second = float(np.delete(chances, best).max()) / rest
        sure = max(1.0 / (1.0 + float(np.exp(-odds))), second / (1.0 + second))
        honest = chances * np.float32((1.0 - sure) / rest)
        honest[best] = sure
        return honest


@dataclass(frozen=True, slots=True)
class CountyPart:
    """The trained correction: features' weights and the three questions put to a report."""

    linear: LinearPart
    subject: Question
    field: Question
    appeal: Question | None

    def probabilities(self, cold: Floats, is_out: npt.NDArray[np.bool_], margins: Floats) -> Floats:
        """Return the probability of every label from the cold model's, in the order of labels."""
        subject = self.subject.chances(subject_evidence(cold, is_out), margins)
        field = self.field.chances(field_evidence(cold, is_out), margins)
        corrected = np.empty(len(cold), dtype=np.float32)
        corrected[~is_out] = subject[:-1]
        corrected[is_out] = subject[-1] * field
        return corrected

    def margins(self, vector: SparseVector) -> Floats:
        """Return what the report's features say for each column."""
        return self.linear.margins(vector)

    def appeal_chances(self, evidence: Floats, margins: Floats) -> Floats:
        """Return log probabilities of the appeal types; those of the cues where none was taught.

        The cues' own log probabilities are the first of the evidence.
        """
        if self.appeal is None:
            return evidence[: len(APPEALS)]
        return np.asarray(np.log(self.appeal.chances(evidence, margins) + FLOOR))


def subject_evidence(cold: Floats, is_out: npt.NDArray[np.bool_]) -> Floats:
    """Return log probabilities of the answers and then of each field, over the last axis."""
    outside = cold[..., is_out]
    total = outside.sum(axis=-1, keepdims=True)
    parts = np.concatenate([cold[..., ~is_out], total, outside], axis=-1)
    return np.asarray(np.log(parts + FLOOR), np.float32)


def field_evidence(cold: Floats, is_out: npt.NDArray[np.bool_]) -> Floats:
    """Return log probabilities of the fields, given that another authority is competent."""
    outside = cold[..., is_out]
    share = outside / (outside.sum(axis=-1, keepdims=True) + FLOOR * FLOOR)
    return np.asarray(np.log(share + FLOOR), np.float32)
