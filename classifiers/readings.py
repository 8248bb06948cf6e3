"""Examples read for training, kept small: a county's decisions must fit into memory.

Texts are read the way serving reads a report. A key is kept once, in the book; a text keeps the
numbers of its keys.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.appeal import cue_points
from classifiers.category import Reader
from classifiers.examples import Example
from classifiers.features import Reading, Vectorizer
from classifiers.lexical import Floats
from classifiers.lexicon import Lexicon
from classifiers.text import fold

Matrix = Any
Progress = Callable[[str, int, int], None]
"""Called with (what is being done, steps done, steps in all)."""
_STEP = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """An example with its features (numbers of keys and counts) and the lexicon's points."""

    example: Example
    keys: npt.NDArray[np.int32]
    counts: npt.NDArray[np.float32]
    points: Floats
    cues: dict[str, float]


class KeyBook:
    """Numbers for keys, in the order in which they were first seen."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._keys: list[str] = []

    def kept(self, reading: Reading) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return a reading as numbers of keys and their counts or points."""
        whole = {**reading.counts, **reading.points}
        number = self._number
        for key in whole:
            if key not in number:
                number[key] = len(self._keys)
                self._keys.append(key)
        keys = np.fromiter((number[key] for key in whole), dtype=np.int32, count=len(whole))
        return keys, np.fromiter(whole.values(), dtype=np.float32, count=len(whole))

    def reading(self, one: Prepared) -> Reading:
        """Return the reading again."""
        counts: dict[str, float] = {}
        points: dict[str, float] = {}
        for number, value in zip(one.keys.tolist(), one.counts.tolist(), strict=True):
            key = self._keys[number]
            (points if key.startswith("l:") else counts)[key] = value
        return Reading(counts, points)

    def vectorizer(
        self, prepared: Iterable[Prepared], fewest: int, most_keys: int, with_points: bool
    ) -> Vectorizer:
        """Choose the vocabulary of some texts; lexicon points are keys only where asked for."""
        seen = np.zeros(len(self._keys), dtype=np.int64)
        total = 0
        for one in prepared:
            seen[one.keys] += 1
            total += 1
        chosen = {
            self._keys[number]: int(seen[number])
            for number in np.flatnonzero(seen >= fewest)
            if with_points or not self._keys[number].startswith("l:")
        }
        return Vectorizer.chosen(chosen, total, fewest, most_keys)

    def matrix(self, vectorizer: Vectorizer, prepared: Sequence[Prepared]) -> Matrix:
        """Return the features of texts as a sparse matrix (texts, features)."""
        from scipy.sparse import csr_matrix

        vectors = [vectorizer.vector(self.reading(one)) for one in prepared]
        starts = np.cumsum([0, *(len(vector.columns) for vector in vectors)])
        columns = [vector.columns.astype(np.int32) for vector in vectors]
        values = [vector.values for vector in vectors]
        return csr_matrix(
            (
                np.concatenate([*values, np.zeros(0, np.float32)]),
                np.concatenate([*columns, np.zeros(0, np.int32)]),
                starts,
            ),
            shape=(len(prepared), len(vectorizer.keys)),
        )


def prepare(
    reader: Reader, lexicon: Lexicon, book: KeyBook, example: Example, own: bool
) -> Prepared:
    """Read one example.

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
    cues = cue_points(text, length, lexicon.appeal_cues)
    return Prepared(example, *book.kept(reading), lexical.scores, cues)


def prepare_all(
    reader: Reader,
    lexicon: Lexicon,
    book: KeyBook,
    examples: Sequence[Example],
    what: str,
    progress: Progress,
) -> list[Prepared]:
    """Read many examples; those called own corpus are read as our own."""
    own = what == OWN
    prepared = []
    for number, example in enumerate(examples, start=1):
        prepared.append(prepare(reader, lexicon, book, example, own))
        if number % _STEP == 0 or number == len(examples):
            progress(what, number, len(examples))
    return prepared


OWN = "reading own corpus"
