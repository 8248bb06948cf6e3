"""Features of a report: words, word pairs, character runs, and what the lexicon says.

The same code makes features for training and for serving, so the two can never drift apart.
Keys tell their kind: `w:` a word or pair of words, `c:` a run of characters, `t:` either of them
in the title, `l:` a label the lexicon speaks for. Each kind is weighted and normalised for itself.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.lexical import LexicalScores
from classifiers.text import Tokenizer

TITLE_COUNT = 2.0
"""How often a feature of the title counts, once more for each time in the body."""
BODY_READ = 500
"""Characters of the body that become features; what the matter is stands at the beginning."""
BLOCKS: Mapping[str, float] = {"w": 1.0, "c": 0.8, "t": 0.9, "l": 1.0}
"""Share of each kind of feature in a vector."""

_RUN = re.compile(r"[\u3400-\u9fff]+")
_PLACELIKE = re.compile(r"[a-z]*\d+[a-z\d]*")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one report contains: keys with counts (words, characters) or points (lexicon)."""

    counts: Mapping[str, float]
    points: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Features that occur: column numbers in rising order and their values."""

    columns: npt.NDArray[np.int64]
    values: npt.NDArray[np.float32]


def read(
    text: str,
    title_length: int,
    tokenizer: Tokenizer,
    lexical: LexicalScores,
    labels: Sequence[str],
) -> Reading:
    """Count the features of folded text whose first `title_length` characters are the title."""
    counts: dict[str, float] = {}
    body = text[title_length : title_length + BODY_READ]
    title = text[:title_length]
    if title:
        _count(title, tokenizer, 1.0, counts)
        told = {f"t:{key}": 1.0 for key in counts}
        for key in counts:
            counts[key] *= TITLE_COUNT
        counts.update(told)
    _count(body, tokenizer, 1.0, counts)
    points = {
        f"l:{labels[index]}": math.tanh(float(lexical.scores[index]) / 5.0)
        for index in lexical.found
        if lexical.scores[index] > 0
    }
    return Reading(counts, points)


def _count(part: str, tokenizer: Tokenizer, amount: float, counts: dict[str, float]) -> None:
    _count_words(tokenizer.words(part), amount, counts)
    for run in _RUN.findall(part):
        _count_characters(run, amount, counts)


def _count_words(words: Iterable[str], amount: float, counts: dict[str, float]) -> None:
    before = ""
    for word in words:
        if _PLACELIKE.fullmatch(word):
            before = ""
            continue
        key = f"w:{word}"
        counts[key] = counts.get(key, 0.0) + amount
        if before:
            pair = f"w:{before} {word}"
            counts[pair] = counts.get(pair, 0.0) + amount
        before = word


def _count_characters(run: str, amount: float, counts: dict[str, float]) -> None:
    length = len(run)
    for size in (2, 3):
        for begin in range(length - size + 1):
            key = "c:" + run[begin : begin + size]
            counts[key] = counts.get(key, 0.0) + amount


class Vectorizer:
    """Turns readings into vectors over a fixed vocabulary."""

    def __init__(self, keys: Sequence[str], idf: npt.NDArray[np.float32]) -> None:
        if len(keys) != len(idf):
            raise ValueError("a weight for each key of the vocabulary is needed")
        self.keys = tuple(keys)
        self.idf = idf
        self._column = {key: number for number, key in enumerate(keys)}
        self._rarity = idf.tolist()

    @classmethod
    def learn(cls, readings: Sequence[Reading], fewest: int, most_keys: int) -> "Vectorizer":
        """Choose keys that at least `fewest` readings contain, the most frequent first."""
        seen: dict[str, int] = {}
        for reading in readings:
            for key in (*reading.counts, *reading.points):
                seen[key] = seen.get(key, 0) + 1
        return cls.chosen(seen, len(readings), fewest, most_keys)

    @classmethod
    def chosen(
        cls, seen: Mapping[str, int], total: int, fewest: int, most_keys: int
    ) -> "Vectorizer":
        """Choose keys by the number of readings they are in, out of `total`."""
        kept = [(count, key) for key, count in seen.items() if count >= fewest]
        kept.sort(key=lambda pair: (-pair[0], pair[1]))
        chosen = sorted(key for _, key in kept[:most_keys])
        idf = [
            1.0 if key[0] == "l" else math.log((1 + total) / (1 + seen[key])) + 1.0
            for key in chosen
        ]
        return cls(chosen, np.asarray(idf, dtype=np.float32))

    def vector(self, reading: Reading) -> SparseVector:
        """Return the features of a reading that the vocabulary knows."""
        blocks: dict[str, list[tuple[int, float]]] = {kind: [] for kind in BLOCKS}
        column = self._column
        for key, count in reading.counts.items():
            number = column.get(key)
            if number is not None:
                value = (1.0 + math.log(count)) * self._rarity[number]
                blocks[key[0]].append((number, value))
        for key, value in reading.points.items():
            number = column.get(key)
            if number is not None:
                blocks["l"].append((number, value))
        pairs: list[tuple[int, float]] = []
        for kind, block in blocks.items():
            norm = math.sqrt(sum(value * value for _, value in block))
            if norm > 0:
                share = BLOCKS[kind] / norm
                pairs.extend((number, value * share) for number, value in block)
        pairs.sort()
        return SparseVector(
            np.fromiter((number for number, _ in pairs), dtype=np.int64, count=len(pairs)),
            np.fromiter((value for _, value in pairs), dtype=np.float32, count=len(pairs)),
        )
