"""Trained weights as plain arrays: what each feature says for each of some columns.

Training needs scikit-learn; serving needs only this file and numpy. One matrix holds all
columns. The cold model's are every label, the major class of a label (`major:E06`), and whether
the matter belongs to another authority (`out`); the county part's are named in `county`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.features import SparseVector, Vectorizer
from classifiers.lexical import Floats

UNSEEN = -1.2
"""Margin of a label that training has never seen: a little worse than a clear no."""


def major_of(label: str) -> str:
    """Return the class above a label: `OUT`, or kind letter and major code such as `E06`."""
    return "OUT" if label.startswith("OUT:") else label[:3]


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns of the weight matrix, in order."""

    names: tuple[str, ...]

    def positions(self, wanted: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the column of each name, -1 where training has not seen it."""
        known = {name: number for number, name in enumerate(self.names)}
        return np.asarray([known.get(name, -1) for name in wanted], dtype=np.int64)


class LinearPart:
    """Margins of a text for every column: one sparse vector times one dense matrix."""

    def __init__(
        self,
        vectorizer: Vectorizer,
        columns: Columns,
        weights: npt.NDArray[np.floating[Any]],
        bias: Floats,
    ) -> None:
        if weights.shape != (len(vectorizer.keys), len(columns.names)):
            raise ValueError("the weight matrix does not fit vocabulary and columns")
        if bias.shape != (len(columns.names),):
            raise ValueError("one bias for each column is needed")
        self.vectorizer = vectorizer
        self.columns = columns
        self.weights = weights
        self.bias = bias

    def margins(self, vector: SparseVector) -> Floats:
        """Return one margin for each column (above 0 speaks for it)."""
        rows = self.weights[vector.columns].astype(np.float32, copy=False)
        return np.asarray(vector.values @ rows + self.bias, dtype=np.float32)

    def words_for(self, vector: SparseVector, column: int, most: int) -> list[str]:
        """Return the words of a text that speak most for a column, strongest first."""
        if column < 0:
            return []
        shares = vector.values * self.weights[vector.columns, column].astype(np.float32)
        order = np.argsort(-shares, kind="stable")[: most * 4]
        words: list[str] = []
        for number in order:
            key = self.vectorizer.keys[int(vector.columns[number])]
            if shares[number] > 0 and key.startswith("w:") and len(words) < most:
                words.append(key[2:])
        return words
