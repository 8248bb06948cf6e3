"""The category model: probabilities of every label for one text, with the words behind them."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from classifiers.catalogue import Catalogue, labels
from classifiers.county import OUT, CountyPart
from classifiers.features import Reading, SparseVector, read
from classifiers.lexical import Floats, LexicalScorer, LexicalScores
from classifiers.lexicon import Lexicon
from classifiers.linear import Columns, LinearPart
from classifiers.mixing import LEXICON_ONLY, Mixer, Prior
from classifiers.place_part import PlacePart
from classifiers.places import MOST_READ, Word
from classifiers.text import Tokenizer

WORDS_SHOWN = 3
"""Words of the trained part that are offered as evidence beside the lexicon's."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible label, its probability, and spans of folded text that speak for it."""

    label: str
    probability: float
    evidence: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best choices, best first, and what the county part's columns say (None without one).

    All fields of other authorities are one choice: it carries their whole probability and the
    label of the likeliest field.
    """

    choices: tuple[Choice, ...]
    county_margins: Floats | None
    cold: Floats | None = None
    """The cold model's probability of every label, where there is a county part."""


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything training adds to the lexicon: the cold model, and what decisions correct in it."""

    linear: LinearPart
    prior: Prior
    weights: Floats
    county: CountyPart | None
    version: str
    place: PlacePart | None = None


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
            self._columns = self.mixer.label_columns
            if trained.county is not None:
                names = [OUT if name.startswith("OUT:") else name for name in self.labels]
                self._county_columns = trained.county.linear.columns.positions(
                    [f"label:{name}" for name in names]
                )

    def rank(self, text: str, title_length: int, most: int) -> Ranking:
        """Rank labels for folded text that begins with its title; the `most` best are kept."""
        lexical = self.reader.lexical(text, title_length)
        if self.trained is None:
            chances = self._merged(self.mixer.probabilities(lexical.scores, None))
            return Ranking(
                tuple(
                    Choice(self.labels[index], float(chances[index]), _spans(lexical, index))
                    for index in _best(chances, most)
                ),
                None,
            )
        reading = self.reader.features(text, title_length, lexical)
        linear, county = self.trained.linear, self.trained.county
        vector = linear.vectorizer.vector(reading)
        chances = self.mixer.probabilities(lexical.scores, linear.margins(vector))
        if county is None:
            return self._shown(text, lexical, chances, most, (linear, vector, self._columns), None)
        county_vector = county.linear.vectorizer.vector(reading)
        margins = county.linear.margins(county_vector)
        corrected = county.probabilities(chances, self.mixer.is_out, margins)
        spoken = (county.linear, county_vector, self._county_columns)
        shown = self._shown(text, lexical, corrected, most, spoken, margins)
        return replace(shown, cold=chances)

    def _shown(
        self,
        text: str,
        lexical: LexicalScores,
        chances: Floats,
        most: int,
        spoken: tuple[LinearPart, SparseVector, npt.NDArray[np.int64]],
        margins: Floats | None,
    ) -> Ranking:
        """Return the best choices with the words of the lexicon and of `spoken` behind them."""
        linear, vector, columns = spoken
        merged = self._merged(chances)
        choices = []
        for index in _best(merged, most):
            words = linear.words_for(vector, int(columns[index]), WORDS_SHOWN)
            spans = (*_spans(lexical, index), *_occurrences(text, words))
            choices.append(Choice(self.labels[index], float(merged[index]), spans))
        return Ranking(tuple(choices), margins)

    def _merged(self, probabilities: Floats) -> Floats:
        """Return the probabilities with all fields of other authorities as their likeliest."""
        is_out = self.mixer.is_out
        merged = np.where(is_out, np.float32(0.0), probabilities)
        likeliest = int(np.where(is_out, probabilities, np.float32(-1.0)).argmax())
        merged[likeliest] = probabilities[is_out].sum()
        return merged


def _best(chances: Floats, most: int) -> list[int]:
    return [int(index) for index in np.argsort(-chances, kind="stable")[:most]]


def _spans(lexical: LexicalScores, index: int) -> tuple[tuple[int, int], ...]:
    return tuple((hit.begin, hit.end) for _, hit in lexical.found.get(index, ())[:5])


def _occurrences(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Return the first occurrence of each word; a pair of words only where they stand together."""
    found = []
    for word in words:
        joined = word.replace(" ", "")
        begin = text.find(joined)
        if begin >= 0 and len(joined) > 1:
            found.append((begin, begin + len(joined)))
    return found
