"""Search in the catalogue for live typing: code, name, synonym, pinyin and pinyin initials.

Readings come from `catalogue/pinyin.tsv`, written by `write_readings` when names or synonyms
change: a pinyin dictionary in the serving process would cost 55 MB for a few thousand words.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classifiers.catalogue import FOLDER, Catalogue, Category, catalogue
from classifiers.lexicon import Term, lexicon

READINGS = FOLDER / "pinyin.tsv"
_SEARCHED_TYPES = frozenset({"name", "synonym", "local"})
_SPLIT = re.compile(r"[、（）()\s]+")
_NAMED = re.compile(r"[\u3400-\u9fffa-z0-9]+")


def write_readings(path: Path, words: Iterable[str]) -> int:
    """Write the pinyin of every word (syllables parted by spaces); returns the number of words."""
    from pypinyin import lazy_pinyin

    known = sorted({word for word in words if re.search(r"[\u3400-\u9fff]", word)})
    lines = ["term\tpinyin"]
    lines.extend(f"{word}\t{' '.join(lazy_pinyin(word))}" for word in known)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(known)


def read_readings(path: Path) -> dict[str, str]:
    """Read the pinyin of words; a missing file gives none and search works without pinyin."""
    if not path.exists():
        return {}
    pairs = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def search_words(rows: Iterable[Category], terms: Iterable[Term]) -> dict[str, list[str]]:
    """Return the words by which each label is found, its name first."""
    words: dict[str, list[str]] = {}
    for row in rows:
        name = row.name.lower()
        parts = [part for part in _SPLIT.split(name) if len(part) > 1]
        words[row.label] = [name, *(part for part in parts if part != name)]
    for term in terms:
        if term.type in _SEARCHED_TYPES and term.label in words:
            words[term.label].append(term.text)
    return {label: list(dict.fromkeys(found)) for label, found in words.items()}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One category with everything it is found by; fields are words joined and framed by `|`."""

    category: Category
    name: str
    words: str
    pinyin: str
    initials: str
    name_pinyin: str
    name_initials: str


class Finder:
    """Ranks categories for a query; built once, a search is a scan over a few hundred rows."""

    def __init__(self, rows: Catalogue, terms: Iterable[Term], readings: Mapping[str, str]) -> None:
        single = _single_readings(readings)
        words = search_words(rows.suggestible, terms)
        self._entries = [
            _entry(category, words[category.label], readings, single)
            for category in rows.suggestible
        ]
        self._catalogue = rows

    def search(self, query: str, limit: int) -> list[Category]:
        """Return at most `limit` categories, best first; equal ranks in the order of codes."""
        wanted = unicodedata.normalize("NFKC", query[:64]).lower().strip()
        wanted = wanted.replace(" ", "").replace("'", "").replace("|", "")
        if not wanted or limit < 1:
            return []
        exact = self._catalogue.by_label(wanted.upper())
        ranked = [
            (rank, len(entry.name), position)
            for position, entry in enumerate(self._entries)
            if (rank := _rank(entry, wanted)) is not None
        ]
        ranked.sort()
        found = [self._entries[position].category for _, _, position in ranked[:limit]]
        if exact is not None and exact not in found:
            found = [exact, *found][:limit]
        return found


def _single_readings(readings: Mapping[str, str]) -> dict[str, str]:
    """Return the first reading seen for each character, for words without a reading."""
    single: dict[str, str] = {}
    for word, pinyin in readings.items():
        syllables = pinyin.split(" ")
        if len(syllables) == len(word):
            for character, syllable in zip(word, syllables, strict=True):
                single.setdefault(character, syllable)
    return single


def _entry(
    category: Category, words: list[str], readings: Mapping[str, str], single: Mapping[str, str]
) -> _Entry:
    spoken = []
    for word in words:
        reading = readings.get(word)
        syllables = reading.split(" ") if reading else [single.get(c, c) for c in word]
        spoken.append(["".join(_NAMED.findall(syllable)) for syllable in syllables])
    full = ["".join(syllables) for syllables in spoken]
    initials = ["".join(syllable[:1] for syllable in syllables) for syllables in spoken]
    return _Entry(
        category=category,
        name=words[0],
        words=_framed(words),
        pinyin=_framed(full),
        initials=_framed(initials),
        name_pinyin=full[0],
        name_initials=initials[0],
    )


def _framed(words: Iterable[str]) -> str:
    return "|" + "|".join(words) + "|"


def _rank(entry: _Entry, wanted: str) -> int | None:
    """Return how well a query names an entry; 0 is best, None no match at all."""
    if wanted.isascii():
        return _ascii_rank(entry, wanted)
    if wanted == entry.name:
        return 0
    if entry.name.startswith(wanted):
        return 2
    framed = f"|{wanted}|" in entry.words
    if framed:
        return 1
    if wanted in entry.name:
        return 3
    if f"|{wanted}" in entry.words:
        return 4
    if wanted in entry.words:
        return 5
    if len(wanted) >= 3 and entry.name in wanted:
        return 6
    remaining = iter(entry.name)
    if len(wanted) >= 2 and all(character in remaining for character in wanted):
        return 7
    return None


def _ascii_rank(entry: _Entry, wanted: str) -> int | None:
    category = entry.category
    if wanted in (category.code, category.label.lower()):
        return 0
    if category.code.startswith(wanted) or category.label.lower().startswith(wanted):
        return 1
    if wanted in (entry.name_initials, entry.name_pinyin):
        return 2
    if entry.name_initials.startswith(wanted) or entry.name_pinyin.startswith(wanted):
        return 3
    if f"|{wanted}|" in entry.initials or f"|{wanted}|" in entry.pinyin:
        return 4
    if f"|{wanted}" in entry.initials or f"|{wanted}" in entry.pinyin:
        return 5
    if wanted in entry.name_initials or wanted in entry.name_pinyin or wanted in entry.words:
        return 6
    if len(wanted) >= 3 and (wanted in entry.initials or wanted in entry.pinyin):
        return 7
    return None


@cache
def finder() -> Finder:
    """Return the finder over the shipped catalogue and lexicon, built once."""
    return Finder(catalogue(), lexicon().terms, read_readings(READINGS))


def search(query: str, limit: int = 20) -> list[Category]:
    """Find categories by code, name, synonym, pinyin or pinyin initials, best first.

    Made for live typing: less than a millisecond once the index stands. An empty or unmatched
    query returns an empty list.
    """
    return finder().search(query, limit)
