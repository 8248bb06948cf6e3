"""The category model: probabilities of every label for one text, with the words behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from classifiers.catalogue import Catalogue, labels
from classifiers.lexical import Floats, LexicalScorer, LexicalScores
from classifiers.lexicon import Lexicon

_SHARPNESS = 0.9
"""Turns lexicon points into log-odds; three points more make a label fifteen times likelier."""
_NOTHING = 1.5
"""Points of the empty answer: a text whose best label has no more than this is unsure."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Probabilities in the order of `labels`, and spans of evidence for each label index."""

    probabilities: Floats
    evidence: Mapping[int, tuple[tuple[int, int], ...]]


class CategoryModel:
    """Ranks all labels by the lexicon."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon) -> None:
        self.labels = labels()
        self._scorer = LexicalScorer(self.labels, catalogue.suggestible, lexicon.terms)

    def rank(self, text: str, title_length: int) -> Ranking:
        """Rank the labels for folded text whose first `title_length` characters are the title."""
        lexical = self._scorer.score(text, title_length)
        return Ranking(_probabilities(lexical.scores), _spans(lexical))


def _probabilities(scores: Floats) -> Floats:
    largest = max(float(scores.max()), _NOTHING)
    parts = np.exp((scores - largest) * _SHARPNESS)
    parts[scores <= 0] = 0.0
    nothing = np.exp((_NOTHING - largest) * _SHARPNESS)
    return np.asarray(parts / (parts.sum() + nothing), dtype=np.float32)


def _spans(lexical: LexicalScores) -> dict[int, tuple[tuple[int, int], ...]]:
    return {
        label: tuple((hit.begin, hit.end) for _, hit in found[:5])
        for label, found in lexical.found.items()
    }
