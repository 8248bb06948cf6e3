"""Scores labels by the lexicon: which terms occur, where, and how much each one says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.catalogue import Category
from classifiers.lexicon import Term

Floats = npt.NDArray[np.float32]

TYPE_FACTORS: Mapping[str, float] = {
    "name": 1.5,
    "synonym": 1.4,
    "local": 1.3,
    "description": 1.2,
    "keyword": 0.8,
    "exclude": -1.4,
}
TITLE_FACTOR = 1.8
"""A term in the title says more than one in the body: the title is the reporter's summary."""
DECAY = 0.65
"""Each further term of a label adds less, so that long texts do not win by length."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One occurrence of a term: characters `begin` to `end` of the folded text."""

    begin: int
    end: int
    term: int


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Scores of all labels for one text, and what was found, strongest first for each label."""

    scores: Floats
    found: Mapping[int, tuple[tuple[float, Hit], ...]]


class LexicalScorer:
    """Finds terms by their first two characters and adds up what they say for each label."""

    def __init__(
        self, labels: Sequence[str], categories: Iterable[Category], terms: Iterable[Term]
    ) -> None:
        self._size = len(labels)
        position = {label: index for index, label in enumerate(labels)}
        votes: dict[str, dict[int, float]] = {}
        named = [Term(row.label, "name", row.name.lower(), 2.0) for row in categories]
        for term in (*named, *terms):
            index = position[term.label]
            value = term.weight * TYPE_FACTORS[term.type] * _length_factor(term.text)
            known = votes.setdefault(term.text, {})
            if abs(value) > abs(known.get(index, 0.0)):
                known[index] = value
        self.texts = tuple(sorted(votes))
        self._votes = tuple(_shared(votes[text]) for text in self.texts)
        self._starts: dict[str, list[tuple[str, int]]] = {}
        for number, text in enumerate(self.texts):
            self._starts.setdefault(text[:2], []).append((text, number))
        self._single = {text: number for number, text in enumerate(self.texts) if len(text) == 1}

    def hits(self, text: str) -> list[Hit]:
        """Return every occurrence of every term in folded text."""
        found: list[Hit] = []
        starts = self._starts
        for index in range(len(text)):
            bucket = starts.get(text[index : index + 2])
            if bucket is not None:
                found.extend(
                    Hit(index, index + len(term), number)
                    for term, number in bucket
                    if text.startswith(term, index)
                )
        for text_of_one, number in self._single.items():
            index = text.find(text_of_one)
            if index >= 0:
                found.append(Hit(index, index + 1, number))
        return found

    def score(self, text: str, title_length: int) -> LexicalScores:
        """Score folded text whose first `title_length` characters are the title."""
        best: dict[int, tuple[float, Hit]] = {}
        for hit in self.hits(text):
            factor = TITLE_FACTOR if hit.end <= title_length else 1.0
            known = best.get(hit.term)
            if known is None or known[0] < factor:
                best[hit.term] = (factor, hit)
        speaking: dict[int, list[tuple[float, Hit]]] = {}
        against: dict[int, float] = {}
        for factor, hit in best.values():
            for label, value in self._votes[hit.term]:
                if value > 0:
                    speaking.setdefault(label, []).append((value * factor, hit))
                else:
                    against[label] = against.get(label, 0.0) + value
        scores = np.zeros(self._size, dtype=np.float32)
        found: dict[int, tuple[tuple[float, Hit], ...]] = {}
        for label, spoken in speaking.items():
            kept = _without_inner(spoken)
            found[label] = tuple(kept)
            scores[label] = sum(value * DECAY**rank for rank, (value, _) in enumerate(kept))
        for label, value in against.items():
            scores[label] += value
        return LexicalScores(scores, found)


def _length_factor(text: str) -> float:
    """Longer terms are rarer and say more; a single character says little."""
    return (0.4, 0.4, 0.9, 1.0, 1.1)[min(len(text), 4)]


def _shared(votes: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    """A term that speaks for many labels says less for each of them."""
    speakers = sum(value > 0 for value in votes.values())
    share = max(1, speakers) ** -0.35
    return tuple((label, value * share if value > 0 else value) for label, value in votes.items())


def _without_inner(spoken: list[tuple[float, Hit]]) -> list[tuple[float, Hit]]:
    """Order by strength and drop a term that only repeats a part of a stronger one."""
    kept: list[tuple[float, Hit]] = []
    for value, hit in sorted(spoken, key=lambda pair: (-pair[0], pair[1].begin, pair[1].end)):
        if not any(one.begin <= hit.begin and hit.end <= one.end for _, one in kept):
            kept.append((value, hit))
    return kept
