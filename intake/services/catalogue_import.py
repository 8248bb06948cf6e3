"""Bring in an edition of the catalogue, local categories, or a county's handbook: all or nothing.

Every fault of every line is told before anything is written, so that a file is corrected once and
not line by line. What is in use stays: cases keep the filing condition they were filed under.
"""

import csv
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from intake.domain.category import CategoryKind, CategoryRef
from intake.domain.deadlines import LimitError, parse_milestones
from intake.services.catalogue import HandbookRow, write_handbook
from intake.services.workroom import Workroom
from intake.store.tables import category, category_map, condition, edition, unit
from intake.store.unit import Unit

TERRITORY = "TERRITORY"
_LONGEST_NAME = 60
_LONGEST_MAJOR = 40
_LONGEST_EDITION = 32
_CATEGORY = ("kind", "major_code", "major_name", "code", "name", "source", "confidence")
_CROSSWALK = ("kind", "from_edition", "from_code", "to_code", "match")
_HANDBOOK = ("label", "seq", "filing_condition", "closing_condition", "limits", "lead_unit")


class ImportRefused(Exception):
    """Nothing was written; ``faults`` name file, line, and what to correct, one each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"{len(faults)} faults, nothing was imported")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were checked and, unless it was a check only, written."""

    categories: int = 0
    crossings: int = 0
    conditions: int = 0
    retired: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    where: str
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column].strip()


Faults = list[str]


def import_edition(
    room: Workroom,
    name: str,
    files: Sequence[Path],
    crosswalk: Sequence[Path] = (),
    *,
    local: bool = False,
    check_only: bool = False,
) -> Imported:
    """A new edition with its crosswalk, or with ``local`` further categories of a known one.

    A new edition stays out of force until a model knows it. Raises ImportRefused.
    """
    faults: Faults = []
    lines = _read(files, _CATEGORY, faults)
    crossings = _read(crosswalk, _CROSSWALK, faults)

    def work(unit_of_work: Unit) -> Imported:
        conn = unit_of_work.conn
        known = set(conn.execute(select(edition.c.name)).scalars())
        if not 0 < len(name) <= _LONGEST_EDITION:
            faults.append(f"edition: its name must have 1 to {_LONGEST_EDITION} characters")
        if local and name not in known:
            faults.append(f"edition: {name!r} is not there; known: {', '.join(sorted(known))}")
        if not local and name in known:
            faults.append(f"edition: {name!r} is there already; give the new one its own name")
        _check_categories(conn, name, lines, local, faults)
        _check_crosswalk(conn, crossings, lines, faults)
        _refuse_or_go_on(faults)
        done = Imported(len(lines), sum(bool(line["to_code"]) for line in crossings))
        if not check_only:
            _write_edition(conn, name, lines, crossings, local)
        return done

    return room.database.write(work)


def import_handbook(room: Workroom, files: Sequence[Path], *, check_only: bool = False) -> Imported:
    """Filing conditions for categories in force; they replace those of the same categories.

    Conditions that were replaced stay for the cases filed under them. Raises ImportRefused.
    """
    faults: Faults = []
    lines = _read(files, _HANDBOOK, faults)

    def work(unit_of_work: Unit) -> Imported:
        conn = unit_of_work.conn
        _check_handbook(conn, room.settings.edition, lines, faults)
        _refuse_or_go_on(faults)
        if check_only:
            return Imported(conditions=len(lines))
        return _write_handbook(unit_of_work, room.settings.edition, lines)

    return room.database.write(work)


def _refuse_or_go_on(faults: Faults) -> None:
    if faults:
        raise ImportRefused(faults)


def _read(files: Iterable[Path], columns: Sequence[str], faults: Faults) -> list[_Line]:
    lines: list[_Line] = []
    for path in files:
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(f"{path.name}: cannot be read as UTF-8 ({type(error).__name__})")
            continue
        dialect = "excel-tab" if path.suffix == ".tsv" else "excel"
        reader = csv.DictReader(text.splitlines(), dialect=dialect)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            faults.append(f"{path.name} line 1: columns missing: {', '.join(missing)}")
            continue
        for number, row in enumerate(reader, start=2):
            values = {column: row[column] or "" for column in columns}
            lines.append(_Line(f"{path.name} line {number}", values))
    if not lines and not faults and columns is not _CROSSWALK:
        faults.append("no rows at all: give a file with a header and at least one row")
    return lines


def _check_categories(
    conn: Connection, name: str, lines: Sequence[_Line], local: bool, faults: Faults
) -> None:
    query = select(category.c.kind, category.c.code).where(category.c.edition == name)
    there = {(row.kind, row.code) for row in conn.execute(query)} if local else set()
    codes: dict[Hashable, str] = {}
    names: dict[Hashable, str] = {}
    for line in lines:
        _check_category(line, local, faults)
        code = (line["kind"], line["code"])
        if code in there:
            faults.append(f"{line.where}: {' '.join(code)} is in the edition already")
        _once(codes, code, line, f"{' '.join(code)} occurs twice", faults)
        title = (line["kind"], line["major_code"], line["name"])
        _once(names, title, line, f"the name {line['name']!r} occurs twice in its class", faults)


def _check_category(line: _Line, local: bool, faults: Faults) -> None:
    code, major = line["code"], line["major_code"]
    digits = 5 if local else len(code)
    rules = (
        (line["kind"] in set(CategoryKind), "kind must be COMPONENT or EVENT"),
        (
            code.isascii() and code.isdecimal() and len(code) in {4, 5} and len(code) == digits,
            f"code {code!r} must be {'five' if local else 'four or five'} digits",
        ),
        (len(major) == 2 and code.startswith(major), f"code {code!r} must begin with its major"),
        (0 < len(line["name"]) <= _LONGEST_NAME, f"name must have 1 to {_LONGEST_NAME} letters"),
        (
            0 < len(line["major_name"]) <= _LONGEST_MAJOR,
            f"major_name must have 1 to {_LONGEST_MAJOR} letters",
        ),
        (bool(line["source"]), "source must say where the row comes from"),
        (bool(line["confidence"]), "confidence must say how sure the row is"),
    )
    faults.extend(f"{line.where}: {advice}" for holds, advice in rules if not holds)


def _check_crosswalk(
    conn: Connection, crossings: Sequence[_Line], lines: Sequence[_Line], faults: Faults
) -> None:
    query = select(category.c.edition, category.c.kind, category.c.code)
    stored = {tuple(row) for row in conn.execute(query)}
    coming = {(line["kind"], line["code"]) for line in lines}
    seen: dict[Hashable, str] = {}
    for line in crossings:
        start = (line["from_edition"], line["kind"], line["from_code"])
        if start not in stored:
            faults.append(f"{line.where}: {' '.join(start)} is in no stored edition")
        if line["to_code"] and (line["kind"], line["to_code"]) not in coming:
            faults.append(f"{line.where}: {line['kind']} {line['to_code']} is not in the new rows")
        if line["to_code"] and not line["match"]:
            faults.append(f"{line.where}: match must say how well the two agree")
        _once(seen, start, line, f"{' '.join(start)} is crossed twice", faults)


def _check_handbook(conn: Connection, current: str, lines: Sequence[_Line], faults: Faults) -> None:
    query = select(category.c.kind, category.c.code).where(
        category.c.edition == current, category.c.active
    )
    active = {(row.kind, row.code) for row in conn.execute(query)}
    units = {*conn.execute(select(unit.c.code)).scalars(), TERRITORY}
    seen: dict[Hashable, str] = {}
    for line in lines:
        ref = _ref(line["label"], current)
        if ref is None or (ref.kind.value, ref.code) not in active:
            faults.append(f"{line.where}: {line['label']!r} is no category in force")
        if not (line["seq"].isdecimal() and 1 <= int(line["seq"]) <= 99):
            faults.append(f"{line.where}: seq {line['seq']!r} must be a number from 1 to 99")
        for column in ("filing_condition", "closing_condition"):
            if not line[column]:
                faults.append(f"{line.where}: {column} must not be empty")
        if line["lead_unit"] not in units:
            faults.append(f"{line.where}: unit {line['lead_unit']!r} is not known")
        try:
            parse_milestones(line["limits"])
        except LimitError as problem:
            faults.append(f"{line.where}: limits: {problem}")
        _once(seen, (line["label"], line["seq"]), line, "label and seq occur twice", faults)


def _ref(label: str, current: str) -> CategoryRef | None:
    try:
        return CategoryRef.parse(label, current)
    except ValueError:
        return None


def _once(
    seen: dict[Hashable, str],
    key: Hashable,
    line: _Line,
    words: str,
    faults: Faults,
) -> None:
    first = seen.setdefault(key, line.where)
    if first is not line.where:
        faults.append(f"{line.where}: {words}, first at {first}")


def _write_edition(
    conn: Connection,
    name: str,
    lines: Sequence[_Line],
    crossings: Sequence[_Line],
    local: bool,
) -> None:
    if not local:
        conn.execute(insert(edition).values(name=name, active=False))
    facts = {"edition": name, "origin": "local" if local else "national", "active": local}
    rows = [{**{column: line[column] for column in _CATEGORY}, **facts} for line in lines]
    conn.execute(insert(category), rows)
    steps = [
        {
            "from_edition": line["from_edition"],
            "from_kind": line["kind"],
            "from_code": line["from_code"],
            "to_edition": name,
            "to_kind": line["kind"],
            "to_code": line["to_code"],
            "match": line["match"],
        }
        for line in crossings
        if line["to_code"]
    ]
    if steps:
        conn.execute(insert(category_map), steps)


def _write_handbook(work: Unit, current: str, lines: Sequence[_Line]) -> Imported:
    """New conditions go behind the old ones, which are retired: their numbers are in use."""
    retired = 0
    rows = []
    for label in dict.fromkeys(line["label"] for line in lines):
        ref = CategoryRef.parse(label, current)
        mine = (
            condition.c.edition == ref.edition,
            condition.c.kind == ref.kind.value,
            condition.c.code == ref.code,
        )
        last = work.conn.execute(select(func.max(condition.c.position)).where(*mine)).scalar() or 0
        retire = update(condition).where(*mine, condition.c.active).values(active=False)
        retired += work.conn.execute(retire).rowcount
        rows += [_row(line, last) for line in lines if line["label"] == label]
    return Imported(conditions=write_handbook(work, current, rows), retired=retired)


def _row(line: _Line, last: int) -> HandbookRow:
    return HandbookRow(
        label=line["label"],
        position=last + int(line["seq"]),
        filing=line["filing_condition"],
        closing=line["closing_condition"],
        limits=line["limits"],
        lead_unit=line["lead_unit"],
    )
