"""The category model: probabilities of every label for one text, with the words behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from classifiers.appeal import AppealPart
from classifiers.catalogue import Catalogue, labels
from classifiers.features import Reading, read
from classifiers.lexical import Floats, LexicalScorer, LexicalScores
from classifiers.lexicon import Lexicon
from classifiers.linear import Columns, LinearPart
from classifiers.mixing import LEXICON_ONLY, Mixer, Prior
from classifiers.places import MOST_READ, Word
from classifiers.text import Tokenizer

WORDS_SHOWN = 3
"""Words of the trained part that are offered as evidence beside the lexicon's."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Probabilities in the order of `labels`, spans of evidence for each label asked for.

    `appeal_margins` are what training learned about the appeal type, None without training.
    """

    probabilities: Floats
    evidence: Mapping[int, tuple[tuple[int, int], ...]]
    appeal_margins: Mapping[str, float] | None


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything training adds to the lexicon."""

    linear: LinearPart
    prior: Prior
    weights: Floats
    appeal: AppealPart | None
    version: str


class Reader:
    """Reads a folded text: what the lexicon finds in it, and its features for the trained part."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon) -> None:
        self.labels = labels()
        self._scorer = LexicalScorer(self.labels, catalogue.suggestible, lexicon.terms)
        own_words = {term.text for term in lexicon.terms if term.type != "exclude"}
        self._tokenizer = Tokenizer(own_words | {row.name for row in catalogue.suggestible})

    def lexical(self, text: str, title_length: int) -> LexicalScores:
        """Return the lexicon's points for folded text that begins with its title."""
        return self._scorer.score(text, title_length)

    def features(self, text: str, title_length: int, lexical: LexicalScores) -> Reading:
        """Return the features of the same text."""
        return read(text, title_length, self._tokenizer, lexical, self.labels)

    def place_words(self, text: str) -> list[Word]:
        """Return the words of the part of folded text in which a place is looked for."""
        words: list[Word] = []
        begin = 0
        for piece, tag in self._tokenizer.tagged(text[:MOST_READ]):
            words.append(Word(piece, tag, begin, begin + len(piece)))
            begin += len(piece)
        return words


class CategoryModel:
    """Ranks all labels by lexicon and, where there is one, by the trained part."""

    def __init__(self, reader: Reader, trained: Trained | None = None) -> None:
        self.labels = reader.labels
        self.reader = reader
        self.trained = trained
        if trained is None:
            nothing = Prior.counted(self.labels, {})
            self.mixer = Mixer(self.labels, Columns(()), nothing, LEXICON_ONLY)
        else:
            self.mixer = Mixer(self.labels, trained.linear.columns, trained.prior, trained.weights)

    def rank(self, text: str, title_length: int, most: int) -> Ranking:
        """Rank labels for folded text that begins with its title; evidence for the `most` best."""
        lexical = self.reader.lexical(text, title_length)
        if self.trained is None:
            probabilities = self.mixer.probabilities(lexical.scores, None)
            return Ranking(probabilities, _spans(lexical, _best(probabilities, most)), None)
        linear = self.trained.linear
        vector = linear.vectorizer.vector(self.reader.features(text, title_length, lexical))
        margins = linear.margins(vector)
        probabilities = self.mixer.probabilities(lexical.scores, margins)
        best = _best(probabilities, most)
        spans = _spans(lexical, best)
        for index in best:
            column = int(self.mixer.label_columns[index])
            words = linear.words_for(vector, column, WORDS_SHOWN)
            spans[index] += tuple(_occurrences(text, words))
        appeal = self.trained.appeal
        return Ranking(
            probabilities, spans, None if appeal is None else appeal.margins(linear, margins)
        )


def _best(probabilities: Floats, most: int) -> list[int]:
    return [int(index) for index in np.argsort(-probabilities, kind="stable")[:most]]


def _spans(lexical: LexicalScores, wanted: list[int]) -> dict[int, tuple[tuple[int, int], ...]]:
    return {
        index: tuple((hit.begin, hit.end) for _, hit in lexical.found.get(index, ())[:5])
        for index in wanted
    }


def _occurrences(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Return the first occurrence of each word; a pair of words only where they stand together."""
    found = []
    for word in words:
        joined = word.replace(" ", "")
        begin = text.find(joined)
        if begin >= 0 and len(joined) > 1:
            found.append((begin, begin + len(joined)))
    return found
