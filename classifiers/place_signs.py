"""What speaks for a place beginning, ending or going on at each character of a report.

Every sign is a small number (a hash), so that a model is three plain tables and needs no
vocabulary. The same code serves training and asking; all of it is arrays over the characters,
since a suggestion must be ready in milliseconds. `PLACES_VERSION` changes with any sign.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.places import PART_NUMBERS, Part, PlaceFinder, Run, Word

PLACES_VERSION = "places-1"
READ = 320
"""Characters of the body in which a place is looked for; reports name it early."""
LONGEST = 28
"""Characters of the longest place proposed."""
BITS = 17
TABLE = 1 << BITS
SPAN_SIGNS = 2 * LONGEST + 32 + 100 + 50

Ids = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_MARGIN = 4
_NO_PART = 9
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_BREAKS = np.asarray([ord(mark) for mark in "。!?;"])
_OPENS = np.asarray([ord(mark) for mark in '(《"“#'])
_CLOSES = np.asarray([ord(mark) for mark in ')》"”#'])
_MARKS = np.asarray([ord(mark) for mark in "，。！？；、,;!?:：\n"])
_NUMERALS = np.asarray([ord(mark) for mark in "一二三四五六七八九十"])
_HOUSE = re.compile(r"\d(?:号|栋|幢|楼|单元|弄|#|组)")
_DISTANCES = [0, 1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200]
_SIZES = [1, 3, 6, 10]


@dataclass(frozen=True, slots=True)
class Marked:
    """Signs of one report: n characters, spans of up to `LONGEST` characters from each.

    `begins`, `ends`, `insides` are (n, signs) rows of the three tables; `spans` is
    (n, LONGEST, 4); `allowed` says which spans can be a place at all.
    """

    text: str
    begins: Ids
    ends: Ids
    insides: Ids
    spans: npt.NDArray[np.int16]
    allowed: _Flags
    named: bool
    """Whether the rules find anything that could be a place."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words laid over characters: (n + 1) arrays, at a boundary or for the word that covers it."""

    at: Ids
    tag: Ids
    part: Ids
    size: Ids
    border: Ids
    before: Ids
    tag_before: Ids
    part_before: Ids
    second_before: Ids
    after_next: Ids


def part_read(text: str, title_length: int) -> str:
    """Return the part of folded text in which a place is looked for."""
    return text[: (title_length + 1 if title_length else 0) + READ]


def marked(text: str, title_length: int, words: Sequence[Word], finder: PlaceFinder) -> Marked:
    """Read the signs of folded text; `words` are those of `text`, the title stands first."""
    n = len(text)
    parts, runs = finder.runs(words, title_length)
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    kinds = _kinds(codes)
    codes[kinds == 1] = ord("0")
    if 0 < title_length < n:
        codes[title_length] = 2
    laid = _laid(words, parts, n)
    section = (np.arange(n) >= title_length).astype(np.int64)
    repeated = _repeated(text, title_length)
    near = _Near(codes, kinds, laid, section, repeated, n)
    begin_rank, end_rank, told = _ranks(runs, title_length, n)
    houses = (
        _HOUSE.search(text, 0, title_length) is not None,
        _HOUSE.search(text, title_length) is not None,
    )
    start = title_length + 1 if title_length else 0
    place = np.digitize(np.arange(n) - np.where(section == 1, start, 0), _DISTANCES)
    begins = near.begins(begin_rank[:n], place.astype(np.int64), told, houses)
    ends = near.ends(end_rank[1:])
    spans, allowed = _spans(codes, kinds, laid, section, repeated)
    return Marked(text, begins, ends, near.insides(), spans, allowed, bool(runs))


def _mixed(columns: Sequence[Ids], salt: int) -> Ids:
    """Hash rows of numbers to a place in a table; the same on every machine."""
    mixed = np.full(columns[0].shape, np.uint64(salt * 7919 + 13), dtype=np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    return ((mixed * _MULTIPLIER) >> np.uint64(64 - BITS)).astype(np.int64)


def _kinds(codes: Ids) -> Ids:
    """Return a kind for each character: 1 digit, 2 letter, 3 Chinese, 4 line end, 5 mark, …"""
    return np.select(
        [
            (codes >= 48) & (codes < 58),
            (codes >= 97) & (codes <= 122),
            np.isin(codes, _NUMERALS),
            (codes >= 0x3400) & (codes <= 0x9FFF),
            codes == 10,
            np.isin(codes, _MARKS),
        ],
        [1, 2, 6, 3, 4, 5],
        7,
    ).astype(np.int64)


def _laid(words: Sequence[Word], parts: Sequence[Part], n: int) -> _Words:
    """Lay words over characters."""
    made = np.zeros((10, n + 1), dtype=np.int64)
    at, tag, part, size, border, before, tag_before, part_before, second, following = made
    part[:] = part_before[:] = _NO_PART
    names = [zlib.crc32(word.text.encode("utf-8", "replace")) for word in words]
    tags = [zlib.crc32(word.tag.encode()) % 65521 for word in words]
    for number, word in enumerate(words):
        covered = slice(word.begin, word.end)
        kind = PART_NUMBERS[parts[number]]
        at[covered], tag[covered], part[covered] = names[number], tags[number], kind
        size[covered] = word.end - word.begin
        border[word.begin] = 1
        before[word.end], tag_before[word.end] = names[number], tags[number]
        part_before[word.end] = kind
        second[word.end] = names[number - 1] if number else 0
        following[word.begin] = names[number + 1] if number + 1 < len(words) else 0
    border[n] = 1
    return _Words(at, tag, part, size, border, before, tag_before, part_before, second, following)


def _repeated(text: str, title_length: int) -> Ids:
    """Return 1 where a pair of characters of the title stands in the body too, and back."""
    pairs = [text[index : index + 2] for index in range(len(text) - 1)]
    title, body = set(pairs[: max(title_length - 1, 0)]), set(pairs[title_length:])
    found = [pair in (title if index >= title_length else body) for index, pair in enumerate(pairs)]
    return np.asarray([*found, False], dtype=np.int64)[: len(text)]


def _ranks(runs: Sequence[Run], title_length: int, n: int) -> tuple[Ids, Ids, tuple[int, int]]:
    """Return where runs of the rules begin and end, by rank, and how much the title says."""
    begins, ends = np.zeros((2, n + 1), dtype=np.int64)
    for rank, run in enumerate(sorted(runs, key=lambda run: -run.score)):
        begins[run.begin] = ends[run.end] = 1 + min(rank, 2)
    title = max((run.score for run in runs if run.end <= title_length), default=0.0)
    body = max((run.score for run in runs if run.begin >= title_length), default=0.0)
    return begins, ends, (int(min(title, 12) // 2), int(min(body, 12) // 2))


class _Near:
    """Characters, kinds and words around each position, and the signs made of them."""

    def __init__(
        self, codes: Ids, kinds: Ids, laid: _Words, section: Ids, repeated: Ids, n: int
    ) -> None:
        self._n = n
        self._codes = np.pad(codes, _MARGIN, constant_values=1)
        self._kinds = np.pad(kinds, _MARGIN)
        self._laid = laid
        self._section = section
        self._repeated = np.pad(repeated, (1, 0))

    def _c(self, *offsets: int) -> tuple[Ids, ...]:
        return tuple(
            self._codes[_MARGIN + offset : _MARGIN + offset + self._n] for offset in offsets
        )

    def _k(self, *offsets: int) -> tuple[Ids, ...]:
        return tuple(
            self._kinds[_MARGIN + offset : _MARGIN + offset + self._n] for offset in offsets
        )

    def begins(
        self, rank: Ids, place: Ids, told: tuple[int, int], houses: tuple[bool, bool]
    ) -> Ids:
        """Return the signs of a place that begins at each character."""
        n, laid, section = self._n, self._laid, self._section
        border, part, before = laid.border[:n], laid.part[:n], laid.before[:n]
        word = np.where(border == 1, laid.at[:n], 0)
        title, body = (np.full(n, score, dtype=np.int64) for score in told)
        numbered = np.full(n, houses[0] + 2 * houses[1], dtype=np.int64)
        tag_before, part_before = laid.tag_before[:n], laid.part_before[:n]
        repeats = (section, self._repeated[:n], self._repeated[1:])
        rows: list[tuple[Ids, ...]] = [
            *(self._c(*wanted) for wanted in _BEGIN_CHARACTERS),
            *(self._k(*wanted) for wanted in ((-2, -1, 0), (-1, 0, 1))),
            (before,),
            (tag_before, laid.tag[:n], border),
            (word,),
            (border, part, part_before),
            (before, part, border),
            (laid.second_before[:n], before),
            (*self._k(-1, 0), border),
            (section, place),
            (section, title),
            (section, title, place),
            (section, rank),
            (rank, border, part),
            (before, word),
            (*self._c(-1), border),
            (tag_before, part),
            repeats,
            (section, title, body),
            (section, numbered),
            (section, numbered, place),
            (section, body, rank),
        ]
        return _table(rows, 1)

    def ends(self, rank: Ids) -> Ids:
        """Return the signs of a place whose last character is each character."""
        laid, section = self._laid, self._section
        border, part, before = laid.border[1:], laid.part[1:], laid.before[1:]
        word = np.where(border == 1, laid.at[1:], 0)
        part_before = laid.part_before[1:]
        rows: list[tuple[Ids, ...]] = [
            *(self._c(*wanted) for wanted in _END_CHARACTERS),
            *(self._k(*wanted) for wanted in ((-1, 0, 1), (0, 1, 2))),
            (before,),
            (laid.tag_before[1:], laid.tag[1:], border),
            (word,),
            (border, part, part_before),
            (word, part_before),
            (before, part),
            (laid.after_next[1:], word),
            (*self._k(0, 1), border),
            (section, rank),
            (rank, border, part_before),
            (before, word),
            (laid.tag[1:], part_before),
            (*self._c(1), border),
            (section, self._repeated[: self._n], self._repeated[1:]),
            (*self._c(0), *self._k(1, 2)),
        ]
        return _table(rows, 101)

    def insides(self) -> Ids:
        """Return the signs of each character being part of a place."""
        n, laid, section = self._n, self._laid, self._section
        rows: list[tuple[Ids, ...]] = [
            *(self._c(*wanted) for wanted in ((0,), (0, 1), (-1, 0, 1))),
            (laid.at[:n],),
            (laid.tag[:n],),
            (laid.part[:n], laid.size[:n]),
            (laid.part[:n], section),
            (*self._k(0), section),
            (self._repeated[1:], section),
            self._k(0, 1),
        ]
        return _table(rows, 201)


_BEGIN_CHARACTERS = (
    *((0,), (-1,), (-1, 0), (-2, -1), (-3, -2, -1)),
    *((0, 1), (0, 1, 2), (-2, -1, 0)),
)
_END_CHARACTERS = (
    *((0,), (1,), (0, 1), (1, 2), (1, 2, 3)),
    *((-1, 0), (-2, -1, 0), (-1, 0, 1), (0, 1, 2)),
)


def _table(rows: Sequence[tuple[Ids, ...]], salt: int) -> Ids:
    return np.stack([_mixed(row, salt + number) for number, row in enumerate(rows)], axis=1)


def _spans(
    codes: Ids, kinds: Ids, laid: _Words, section: Ids, repeated: Ids
) -> tuple[npt.NDArray[np.int16], _Flags]:
    """Return four signs of each span as a whole, and which spans may be places."""
    n = len(codes)
    begin = np.arange(n)[:, None]
    size = np.arange(1, LONGEST + 1)[None, :]
    end = np.minimum(begin + size, n)
    starts = laid.border[:n] == 1
    districts = _count(starts & (laid.part[:n] == PART_NUMBERS[Part.ADMIN]), begin, end)
    sites = _count(starts & (laid.part[:n] == PART_NUMBERS[Part.SITE]), begin, end)
    told = _count(repeated == 1, begin, np.maximum(end - 1, begin))
    new = np.maximum(size - 1 - told, 0)
    where = section[:, None]
    spans = np.stack(
        np.broadcast_arrays(
            (size - 1) + LONGEST * where,
            2 * LONGEST + (np.minimum(districts, 3) * 4 + np.minimum(sites, 3)) * 2 + where,
            2 * LONGEST + 32 + laid.part[:n][:, None] * 10 + laid.part_before[end],
            2 * LONGEST + 132 + (_sized(told) * 5 + _sized(new)) * 2 + where,
        ),
        axis=2,
    ).astype(np.int16)
    blank = np.isin(kinds, (4, 5, 7))
    opens, closes = blank & ~np.isin(codes, _OPENS), blank & ~np.isin(codes, _CLOSES)
    parted = _count(np.isin(codes, _BREAKS) | (kinds == 4), begin, end) > 0
    allowed = (begin + size <= n) & ~parted & ~opens[:, None] & ~closes[end - 1]
    return spans, allowed


def _count(flags: _Flags, begin: Ids, end: Ids) -> Ids:
    """Return how many flags each span holds."""
    summed = np.concatenate([[0], np.cumsum(flags)])
    return np.asarray(summed[end] - summed[begin], dtype=np.int64)


def _sized(counts: Ids) -> Ids:
    return np.asarray(np.digitize(counts, _SIZES), dtype=np.int64)
