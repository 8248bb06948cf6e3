"""Mixing what the lexicon says with what training has learned, into calibrated probabilities.

Seven numbers, the same for every label, weigh seven kinds of evidence; a label without any
training text is carried by the lexicon alone. With so few numbers there is nothing to overfit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.lexical import Floats
from classifiers.linear import UNSEEN, Columns, major_of

EVIDENCE = ("label", "major", "out", "lexicon", "against", "prior", "other_authority")
"""Kinds of evidence, in the order of the weights."""
LEXICON_ONLY = np.asarray([0.0, 0.0, 0.0, 1.2, 0.9, 0.0, 0.0], dtype=np.float32)
"""Weights where nothing has been trained."""
_EXPONENT = 0.8
"""Lexicon points count less and less: eight points are not twice as sure as four."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Log share of each label among the decisions, 0 for all where there are none."""

    log_share: Floats

    @classmethod
    def counted(cls, labels: Sequence[str], counts: Mapping[str, float]) -> "Prior":
        """Return smoothed shares of counted labels; equal shares when nothing is counted."""
        raw = np.asarray([counts.get(label, 0.0) for label in labels], dtype=np.float32)
        if raw.sum() == 0:
            return cls(np.zeros(len(labels), dtype=np.float32))
        return cls(np.log((raw + 0.3) / (raw.sum() + 0.3 * len(labels))).astype(np.float32))


class Mixer:
    """Lays out the evidence for every label and turns it into probabilities."""

    def __init__(
        self, labels: Sequence[str], columns: Columns, prior: Prior, weights: Floats
    ) -> None:
        if weights.shape != (len(EVIDENCE),):
            raise ValueError(f"{len(EVIDENCE)} weights are needed, one for each kind of evidence")
        self.weights = weights
        self.prior = prior
        self.label_columns = columns.positions(labels)
        self._major_columns = columns.positions([f"major:{major_of(label)}" for label in labels])
        self._out_column = int(columns.positions(["out"])[0])
        self.is_out = np.asarray([label.startswith("OUT:") for label in labels])
        self._out_sign = np.where(self.is_out, 1.0, -1.0).astype(np.float32)

    def evidence(self, points: Floats, margins: Floats | None) -> Floats:
        """Return the evidence as a (labels, kinds) matrix."""
        table = np.zeros((len(points), len(EVIDENCE)), dtype=np.float32)
        if margins is not None:
            padded = np.append(margins, np.float32(UNSEEN))
            table[:, 0] = padded[self.label_columns]
            table[:, 1] = padded[self._major_columns]
            if self._out_column >= 0:
                table[:, 2] = self._out_sign * margins[self._out_column]
        table[:, 3] = np.maximum(points, 0) ** _EXPONENT
        table[:, 4] = np.minimum(points, 0)
        table[:, 5] = self.prior.log_share
        table[:, 6] = self.is_out
        return table

    def probabilities(self, points: Floats, margins: Floats | None) -> Floats:
        """Return the probability of every label; they add up to 1."""
        return softmax(self.evidence(points, margins) @ self.weights)


def softmax(logits: Floats) -> Floats:
    """Return probabilities over the last axis."""
    parts = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True), dtype=np.float32)
