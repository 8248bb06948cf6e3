"""Reading text: capped, folded to one form, cut into words.

Two cutters exist for two purposes. `Tokenizer` feeds the classifier and knows the words of the
catalogue and the lexicon. `search_tokens` feeds full-text search and uses the plain dictionary
only, so that a word added to the lexicon never parts old index rows from new queries.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import rjieba

MAX_CHARACTERS = 1000
"""Characters of a report that are read; what follows is ignored by every suggestion."""

TOKENIZER_VERSION = "rjieba-1"
"""Recorded in a model; a model made with another cutter is refused."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+|[a-z0-9]+")
_SEARCH_NOISE = frozenset("的了是在和与及或也都就还着过吗呢吧啊把被")


def readable(text: str, limit: int = MAX_CHARACTERS) -> str:
    """Return the first `limit` characters without lone surrogates, each replaced one for one."""
    return _SURROGATES.sub("\ufffd", text[:limit])


@dataclass(frozen=True, slots=True)
class Folded:
    """Text in one form (NFKC, lower case) that still knows where each character came from."""

    text: str
    source: str
    starts: tuple[int, ...] | None
    """Index in `source` of each character of `text`; None when the two are aligned."""

    def original(self, begin: int, end: int) -> str:
        """Return the exact source substring behind `text[begin:end]`."""
        if self.starts is None or begin >= end:
            return self.source[begin:end]
        first = self.starts[begin]
        last = self.starts[end - 1]
        return self.source[first : last + 1]


def fold(text: str, limit: int = MAX_CHARACTERS) -> Folded:
    """Fold widths (NFKC) and case of at most `limit` characters; control characters blank."""
    source = readable(text, limit)
    plain = _CONTROLS.sub(" ", source)
    folded = unicodedata.normalize("NFKC", plain).lower()
    if len(folded) == len(source) and _aligned(plain, folded):
        return Folded(folded, source, None)
    pieces: list[str] = []
    starts: list[int] = []
    for index, character in enumerate(plain):
        piece = unicodedata.normalize("NFKC", character).lower()
        pieces.append(piece)
        starts.extend([index] * len(piece))
    return Folded("".join(pieces), source, tuple(starts))


def _aligned(plain: str, folded: str) -> bool:
    """Whether folding kept positions: true when no character composes, expands or vanishes."""
    if unicodedata.is_normalized("NFKC", plain):
        return True
    return all(
        a == b or unicodedata.normalize("NFKC", a).lower() == b
        for a, b in zip(plain, folded, strict=True)
    )


class Tokenizer:
    """Cuts folded text into words with jieba's algorithm and this product's own words."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._cutter = rjieba.Jieba()
        for word in sorted({word for word in words if 2 <= len(word) <= 8}):
            self._cutter.add_word(word, None, None)

    def tagged(self, folded: str) -> list[tuple[str, str]]:
        """Return all pieces of folded text in order, each with its part of speech.

        The product's own words have an empty part of speech.
        """
        return [(word, tag) for word, tag in self._cutter.tag(folded, hmm=True)]

    def words(self, folded: str) -> list[str]:
        """Return the words of folded text in order; white space and punctuation are dropped."""
        return [
            word for word in self._cutter.cut(folded, hmm=True) if _HAN.fullmatch(word) is not None
        ]


@cache
def _search_cutter() -> rjieba.Jieba:
    return rjieba.Jieba()


def search_tokens(text: str) -> list[str]:
    """Return the index terms of a document or a query: every dictionary word it contains.

    Dictionary words are emitted wherever they occur (not only along one best cut), so a query
    that is part of a document always yields terms of that document, apart from words that
    begin or end outside the query. Characters that no word covers stand alone. Terms keep their
    order and repeat, so term frequency is meaningful; folded by NFKC and case.
    """
    folded = unicodedata.normalize("NFKC", _SURROGATES.sub(" ", text)).lower()
    terms: list[str] = []
    for run in _HAN.finditer(folded):
        piece = run.group()
        if piece.isascii():
            terms.append(piece)
        else:
            terms.extend(_dictionary_words(piece))
    return terms


def _dictionary_words(run: str) -> list[str]:
    """Return the words of one run of Chinese characters, uncovered characters alone."""
    spans: list[tuple[int, str]] = []
    covered = bytearray(len(run))
    seen: dict[str, int] = {}
    for word in _search_cutter().cut_all(run):
        if len(word) == 1:
            continue
        start = run.find(word, seen.get(word, -1) + 1)
        seen[word] = start
        spans.append((start, word))
        covered[start : start + len(word)] = b"\x01" * len(word)
    spans.extend(
        (index, character)
        for index, character in enumerate(run)
        if not covered[index] and character not in _SEARCH_NOISE
    )
    spans.sort()
    return [word for _, word in spans]
