"""Texts that tell of the same matter: index keys to find them, and how alike two of them are.

Two reports of one pothole share the street's name and little else; two reports of noise share most
words and have nothing to do with each other. So names of places count apart from other words, and
words that every report uses count for little. Deterministic: seeds are fixed, keys may be stored.
"""

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.lexicon import lexicon
from classifiers.text import fold

BANDS = 20
ROWS = 2
"""Twenty bands of two: texts that share a fifth of their three-letter pieces meet in every second
case, unrelated ones in one of a hundred."""
NAME_BAND = 100
"""Keys of this band are names of places, not MinHash."""
MOST_NAMES = 8
KEYS_VERSION = "near-1"
_READ = 600
_PRIME = (1 << 31) - 1
_NAMES_EVERYWHERE = Path(__file__).parent / "near_names.txt"
_SIGNS = re.compile(r"[\W_]+")
_RUN = re.compile(r"[\u4e00-\u9fffa-z0-9]+")
_ENDING = re.compile(
    "小区|社区|学校|小学|中学|学院|大学|幼儿园|医院|广场|公园|花园|市场|大厦|公司|驾校|银行|集团|超市|"
    "[路街巷道村河浦湖桥城苑园山湾庭府镇乡组站店厂馆院线]"
)
_NO_NAME = re.compile("^.?[我们在到把的那这个条根是有还没比]")
_NUMBER = re.compile(r"\d{2,5}(?=[号栋路弄室米线]|公交)|\d{1,3}栋")


@dataclass(frozen=True, slots=True)
class NearText:
    """What is kept of a text to compare it: pieces of two letters with their weight, and names."""

    pieces: dict[str, float]
    names: frozenset[str]

    @property
    def weight(self) -> float:
        return sum(self.pieces.values())


@dataclass(frozen=True, slots=True)
class TextLikeness:
    """How alike two texts are: ``words`` in 0..1, names both use, and whether names disagree."""

    words: float
    shared_names: tuple[str, ...]
    name_share: float
    names_differ: bool

    @property
    def logit(self) -> float:
        """Log odds that both tell of the same matter, from their words alone."""
        weights = _NAMES_DIFFER if self.names_differ else 0.0
        shared = _EACH_NAME * min(3, len(self.shared_names))
        return _WORDS * self.words + _NAME_SHARE * self.name_share + shared + weights + _START

    @property
    def probability(self) -> float:
        """The same as a share of 1; fitted on hand-labelled pairs (see the README)."""
        return 1 / (1 + exp(-self.logit))


_WORDS, _NAME_SHARE, _EACH_NAME, _NAMES_DIFFER, _START = 2.8, 0.9, 0.53, -1.74, -1.58


def near_text(text: str) -> NearText:
    """Read a text for comparison; 600 characters of it count."""
    folded = fold(text, _READ).text
    plain = _SIGNS.sub("", folded)
    usual = _usual()
    pieces = {
        piece: usual.weight(piece) for piece in {plain[at : at + 2] for at in range(len(plain) - 1)}
    }
    return NearText(pieces, frozenset(_names(folded)))


def likeness(one: NearText, other: NearText) -> TextLikeness:
    """Compare two texts; the same in both directions."""
    fewer = min(one.weight, other.weight)
    common = sum(one.pieces[piece] for piece in one.pieces.keys() & other.pieces.keys())
    shared = one.names & other.names
    every = len(one.names | other.names)
    return TextLikeness(
        words=common / fewer if fewer else 0.0,
        shared_names=tuple(sorted(shared, key=lambda name: (-len(name), name))),
        name_share=len(shared) / every if every else 0.0,
        names_differ=bool(one.names and other.names and not shared),
    )


def index_keys(text: str) -> list[tuple[int, int]]:
    """Keys (band, 63 bits) under which a text is stored and looked up; none for an empty text."""
    folded = fold(text, _READ).text
    plain = _SIGNS.sub("", folded)
    keys = list(_minhash_keys(plain)) if len(plain) >= 6 else []
    names = sorted(set(_names(folded)), key=lambda name: (-len(name), name))[:MOST_NAMES]
    return keys + [(NAME_BAND, key_of(name)) for name in names]


def key_of(word: str) -> int:
    """A word as a positive 63-bit number that never changes."""
    digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _minhash_keys(plain: str) -> Iterator[tuple[int, int]]:
    codes = np.asarray(
        sorted(
            {
                zlib.crc32(plain[at : at + 3].encode("utf-8", "replace")) % _PRIME
                for at in range(len(plain) - 2)
            }
        ),
        dtype=np.int64,
    )
    hashed = (codes[None, :] * _FACTORS[:, None] + _SHIFTS[:, None]) % _PRIME
    smallest: npt.NDArray[np.int64] = hashed.min(axis=1)
    for band in range(BANDS):
        first, second = smallest[band * ROWS : band * ROWS + ROWS]
        yield band, int(first) << 31 | int(second)


_RANDOM = np.random.default_rng(20261122)
_FACTORS = _RANDOM.integers(1, _PRIME, BANDS * ROWS, dtype=np.int64)
_SHIFTS = _RANDOM.integers(0, _PRIME, BANDS * ROWS, dtype=np.int64)


def _names(folded: str) -> Iterator[str]:
    """Ends of names of places (two letters and the kind of place), and numbers of houses."""
    usual = _usual()
    yield from (name for name in _endings(folded) if name not in usual.names)
    for number in _NUMBER.finditer(folded):
        yield f"#{number.group()}"


def _endings(folded: str) -> Iterator[str]:
    for run in _RUN.finditer(folded):
        piece = run.group()
        for ending in _ENDING.finditer(piece):
            name = piece[max(0, ending.start() - 2) : ending.end()]
            if ending.start() >= 2 and not _NO_NAME.match(name):
                yield name


@dataclass(frozen=True, slots=True)
class _Usual:
    """What every report uses: how often pieces occur in our own sentences, and names in them."""

    counts: Counter[str]
    texts: int
    names: frozenset[str]

    def weight(self, piece: str) -> float:
        return log((self.texts + 1) / (self.counts[piece] + 1))


@cache
def _usual() -> _Usual:
    words = lexicon()
    counts: Counter[str] = Counter()
    names = set(_NAMES_EVERYWHERE.read_text("utf-8").split("\n"))
    # Sentences name streets that do exist; terms do not.
    names.update(name for term in words.terms for name in _endings(term.text.lower()))
    texts = [one.text for one in words.utterances] + [one.text for one in words.terms]
    for text in texts:
        plain = _SIGNS.sub("", text.lower())
        counts.update({plain[at : at + 2] for at in range(len(plain) - 1)})
    return _Usual(counts, len(texts), frozenset(names))
