"""The lexicon: what this product knows about the words of each category, read strictly.

Every file is UTF-8, tab separated, with a header line; lines that begin with `#` are comments.
A wrong line stops the reading with its file, number and remedy, so that a mistake in a word list
is seen when it is made and never becomes a silent loss of quality.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from classifiers.catalogue import labels, out_fields
from classifiers.places import PlaceWords

FOLDER = Path(__file__).parent / "lexicon"

TERM_TYPES = ("name", "synonym", "local", "description", "keyword", "exclude")
APPEALS = ("咨询", "求助", "投诉", "举报", "建议", "表扬")
URGENT_LEVELS = ("紧急", "特急")

_LABEL = re.compile(r"[CE]\d{5}|OUT:\S+")


class LexiconError(ValueError):
    """A lexicon file holds a line that cannot be used; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Term:
    """One weighted term that speaks for a label (or against it: type `exclude`)."""

    label: str
    type: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """A synthetic sentence of our own for a label; never evidence of quality."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Cue:
    """Words or a pattern to look for in folded text; plain words are found much faster."""

    words: str
    pattern: re.Pattern[str] | None

    def find(self, text: str) -> tuple[int, int] | None:
        """Return begin and end of the first occurrence."""
        if self.pattern is None:
            begin = text.find(self.words)
            return None if begin < 0 else (begin, begin + len(self.words))
        found = self.pattern.search(text)
        return None if found is None else found.span()


@dataclass(frozen=True, slots=True)
class Trigger:
    """A word or pattern that raises the urgency, with the reason shown to the operator."""

    cue: Cue
    level: str
    reason: str


@dataclass(frozen=True, slots=True)
class AppealCue:
    """A word or pattern that speaks for an appeal type."""

    cue: Cue
    appeal: str
    weight: float


NO_PLACE_WORDS = PlaceWords(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All word lists together."""

    terms: tuple[Term, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    confusable: dict[frozenset[str], str] = field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()
    appeal_cues: tuple[AppealCue, ...] = ()
    place_words: PlaceWords = NO_PLACE_WORDS


def read_lexicon(folder: Path) -> Lexicon:
    """Read every word list in a folder; files that are not there count as empty.

    Raises LexiconError for the first line that is not of its format.
    """
    terms: list[Term] = []
    utterances: list[Utterance] = []
    for path in sorted(folder.glob("terms_*.tsv")):
        terms.extend(_terms(path))
    terms.extend(_field_terms(folder / "fields.tsv"))
    for path in sorted(folder.glob("utterances_*.tsv")):
        utterances.extend(_utterances(path))
    return Lexicon(
        terms=tuple(terms),
        utterances=tuple(utterances),
        confusable=_confusable(folder / "confusable.tsv"),
        triggers=tuple(
            trigger for path in sorted(folder.glob("urgency*.tsv")) for trigger in _triggers(path)
        ),
        appeal_cues=tuple(_appeal_cues(folder / "appeal.tsv")),
        place_words=_place_words(folder / "place_words.tsv"),
    )


@cache
def lexicon() -> Lexicon:
    """Return the lexicon shipped with the product, read once."""
    return read_lexicon(FOLDER)


def _lines(path: Path, header: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield (where, columns) of every data line; nothing for a file that is not there."""
    if not path.exists():
        return
    seen_header = False
    for number, raw in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        line = raw.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path.name} line {number}"
        columns = [column.strip() for column in line.split("\t")]
        if not seen_header:
            if tuple(columns) != header:
                raise LexiconError(f"{where}: the header must be {' | '.join(header)}")
            seen_header = True
            continue
        if len(columns) != len(header) or not all(columns):
            raise LexiconError(
                f"{where}: {len(header)} filled columns ({' | '.join(header)}) are needed"
            )
        yield where, columns


def _known_label(where: str, label: str) -> str:
    if _LABEL.fullmatch(label) is None or label not in labels():
        raise LexiconError(
            f"{where}: label {label!r} is not suggested in this edition; "
            "events of majors 01 to 05 use the component's label"
        )
    return label


def _weight(where: str, raw: str) -> float:
    try:
        weight = float(raw)
    except ValueError:
        weight = 0.0
    if not 0.1 <= weight <= 3.0:
        raise LexiconError(f"{where}: weight {raw!r} must be a number from 0.1 to 3.0")
    return weight


def _cue(where: str, raw: str) -> Cue:
    if not raw.startswith("re:"):
        return Cue(raw.lower(), None)
    try:
        return Cue(raw, re.compile(raw.removeprefix("re:")))
    except re.error as problem:
        raise LexiconError(f"{where}: {raw!r} is no regular expression: {problem}") from None


def _terms(path: Path) -> Iterator[Term]:
    for where, (label, kind, text, weight) in _lines(path, ("label", "type", "term", "weight")):
        if kind not in TERM_TYPES:
            raise LexiconError(f"{where}: type {kind!r} must be one of {', '.join(TERM_TYPES)}")
        yield Term(_known_label(where, label), kind, text.lower(), _weight(where, weight))


def _field_terms(path: Path) -> Iterator[Term]:
    for where, (name, text, weight) in _lines(path, ("field", "term", "weight")):
        if name not in out_fields():
            raise LexiconError(f"{where}: field {name!r} is not one of {'、'.join(out_fields())}")
        yield Term(f"OUT:{name}", "keyword", text.lower(), _weight(where, weight))


def _utterances(path: Path) -> Iterator[Utterance]:
    for where, (label, text) in _lines(path, ("label", "text")):
        yield Utterance(_known_label(where, label), text)


def _confusable(path: Path) -> dict[frozenset[str], str]:
    pairs: dict[frozenset[str], str] = {}
    for where, (one, other, fact) in _lines(path, ("label_a", "label_b", "fact")):
        pair = frozenset({_known_label(where, one), _known_label(where, other)})
        if len(pair) != 2:
            raise LexiconError(f"{where}: a category cannot be confused with itself")
        if pair in pairs:
            raise LexiconError(f"{where}: the pair {one} and {other} is already told apart above")
        pairs[pair] = fact
    return pairs


def _triggers(path: Path) -> Iterator[Trigger]:
    for where, (term, level, reason) in _lines(path, ("term", "level", "reason")):
        if level not in URGENT_LEVELS:
            raise LexiconError(f"{where}: level {level!r} must be 紧急 or 特急")
        yield Trigger(_cue(where, term), level, reason)


def _appeal_cues(path: Path) -> Iterator[AppealCue]:
    for where, (appeal, term, weight) in _lines(path, ("appeal", "term", "weight")):
        if appeal not in APPEALS:
            raise LexiconError(f"{where}: appeal {appeal!r} must be one of {'、'.join(APPEALS)}")
        yield AppealCue(_cue(where, term), appeal, _weight(where, weight))


def _place_words(path: Path) -> PlaceWords:
    words: dict[str, set[str]] = {"generic": set(), "matter": set()}
    for where, (kind, word) in _lines(path, ("kind", "word")):
        if kind not in words:
            raise LexiconError(f"{where}: kind {kind!r} must be generic or matter")
        words[kind].add(word)
    return PlaceWords(frozenset(words["generic"]), frozenset(words["matter"]))
