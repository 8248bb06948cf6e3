"""The national catalogue as data: components and events in three editions, and the crosswalk.

A code means nothing without its kind and edition (architecture decision 10): codes 04 and 05
swap between the 2007 and 2013 event lists, and the 2026 codes collide between the two kinds.
A label names kind and code of the current edition in one word: `C01001` a component, `E06010`
an event, `E11005` a local extension, `OUT:<field>` a matter of another authority.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["COMPONENT", "EVENT"]

CURRENT_EDITION = "GB/T 47678.5-2026"
LOCAL_EDITION = "local"
EDITIONS = (CURRENT_EDITION, "CJ/T 214-2007", "GB/T 30428.2-2013", LOCAL_EDITION)
FOLDER = Path(__file__).parent / "catalogue"

_KINDS: Mapping[str, Kind] = {"COMPONENT": "COMPONENT", "EVENT": "EVENT"}
_PREFIX: Mapping[str, str] = {"COMPONENT": "C", "EVENT": "E"}
_COLUMNS = ("kind", "edition", "major_code", "major_name", "code", "name", "source", "confidence")
_MIRROR_MAJORS = frozenset({"01", "02", "03", "04", "05"})


class CatalogueError(ValueError):
    """A catalogue file does not hold what it must; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Category:
    """One row of a catalogue edition."""

    kind: Kind
    edition: str
    major_code: str
    major_name: str
    code: str
    name: str
    source: str
    confidence: str

    @property
    def label(self) -> str:
        """Kind letter and code, e.g. `C01037`; unique within the current edition."""
        return _PREFIX[self.kind] + self.code

    @property
    def mirrored(self) -> bool:
        """Whether this 2026 event only repeats a component ("…异常", majors 01 to 05)."""
        return (
            self.edition == CURRENT_EDITION
            and self.kind == "EVENT"
            and self.major_code in _MIRROR_MAJORS
        )


@dataclass(frozen=True, slots=True)
class Crossing:
    """One step of the crosswalk; `to_code` is None where the newer edition has no counterpart."""

    kind: Kind
    from_edition: str
    from_code: str
    to_edition: str | None
    to_code: str | None
    match: str


class Catalogue:
    """Every known category of every edition, and the labels in use today."""

    def __init__(self, rows: Iterable[Category]) -> None:
        self.rows = tuple(rows)
        self._by_place: dict[tuple[str, str, str], Category] = {}
        for row in self.rows:
            place = (row.edition, row.kind, row.code)
            if place in self._by_place:
                raise CatalogueError(
                    f"{row.edition} {row.kind} {row.code} occurs twice; remove one of the rows"
                )
            self._by_place[place] = row
        active = [row for row in self.rows if row.edition in (CURRENT_EDITION, LOCAL_EDITION)]
        self._by_label = {row.label: row for row in active}
        if len(self._by_label) != len(active):
            raise CatalogueError(
                f"a local code repeats a code of {CURRENT_EDITION}; give the extension its own"
            )
        self.suggestible = tuple(row for row in active if not row.mirrored)

    def by_label(self, label: str) -> Category | None:
        """Return the category of the current edition (or a local one) with this label."""
        return self._by_label.get(label)

    def by_code(self, edition: str, kind: Kind, code: str) -> Category | None:
        """Return the category with this code in this edition and kind."""
        return self._by_place.get((edition, kind, code))

    def component_of(self, category: Category) -> Category:
        """Return the component that a mirrored 2026 event repeats, or the category itself."""
        if not category.mirrored:
            return category
        return self._by_place.get((CURRENT_EDITION, "COMPONENT", category.code), category)


def _rows(path: Path) -> list[Category]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise CatalogueError(f"{path.name}: the header must be {','.join(_COLUMNS)}")
        return [_category(path, number, row) for number, row in enumerate(reader, start=2)]


def _category(path: Path, number: int, row: dict[str, str]) -> Category:
    where = f"{path.name} line {number}"
    kind = _KINDS.get(row["kind"])
    if kind is None:
        raise CatalogueError(f"{where}: kind {row['kind']!r} must be COMPONENT or EVENT")
    if not row["edition"] or not row["name"]:
        raise CatalogueError(f"{where}: edition and name must not be empty")
    code = row["code"]
    if not (code.isascii() and code.isdigit() and code.startswith(row["major_code"])):
        raise CatalogueError(f"{where}: code {code!r} must be digits that begin with its major")
    return Category(
        kind=kind,
        edition=row["edition"],
        major_code=row["major_code"],
        major_name=row["major_name"],
        code=code,
        name=row["name"],
        source=row["source"],
        confidence=row["confidence"],
    )


def read_catalogue(folder: Path) -> Catalogue:
    """Read every edition in a folder; raises CatalogueError naming the first bad line."""
    files = sorted(
        path
        for path in folder.glob("*.csv")
        if not path.name.startswith("crosswalk_") and path.name != "out_fields.csv"
    )
    return Catalogue(row for path in files for row in _rows(path))


@cache
def catalogue() -> Catalogue:
    """Return the catalogue shipped with the product, read once."""
    return read_catalogue(FOLDER)


@cache
def crosswalk() -> tuple[Crossing, ...]:
    """Return the steps from CJ/T 214-2007 to the current edition and its local extension."""
    path = FOLDER / "crosswalk_cjt_214_2007_to_gbt_47678_5_2026.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Crossing(
                kind=_KINDS[row["kind"]],
                from_edition="CJ/T 214-2007",
                from_code=row["from_code"],
                to_edition=row["to_edition"] or None,
                to_code=row["to_code"] or None,
                match=row["match"],
            )
            for row in csv.DictReader(lines)
        )


@cache
def out_fields() -> Mapping[str, str]:
    """Return the fields of other authorities, each with the authority that answers for it."""
    with (FOLDER / "out_fields.csv").open(encoding="utf-8", newline="") as lines:
        return {row["field"]: row["authority"] for row in csv.DictReader(lines)}


@cache
def labels() -> tuple[str, ...]:
    """Return every label a suggestion can carry, in a fixed order."""
    known = sorted(row.label for row in catalogue().suggestible)
    return (*known, *sorted(f"OUT:{field}" for field in out_fields()))


def name_of(label: str) -> str:
    """Return the Chinese name of a label; the field itself for `OUT:<field>`."""
    if label.startswith("OUT:"):
        return label.removeprefix("OUT:")
    category = catalogue().by_label(label)
    if category is None:
        raise KeyError(f"label {label!r} is not in edition {CURRENT_EDITION}")
    return category.name
