"""Catalogue and handbook in the store: loaded from the classifier's editions and a table."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select

from classifiers.catalogue import LOCAL_EDITION, crosswalk
from classifiers.catalogue import catalogue as known_categories
from intake.domain.category import CategoryRef
from intake.domain.deadlines import parse_milestones
from intake.services.workroom import Workroom
from intake.store.tables import category, category_map, condition, condition_limit, edition, unit
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True)
class HandbookRow:
    """One filing condition: ``limits`` such as ``4工作时;7工作日``, ``lead_unit`` a unit code."""

    label: str
    position: int
    filing: str
    closing: str
    limits: str
    lead_unit: str


@dataclass(frozen=True, slots=True)
class HandbookCard:
    """A filing condition as the desk shows it."""

    id: int
    filing: str
    closing: str
    limits: list[str]
    lead_unit: str


def write_catalogue(work: Unit, current: str) -> None:
    """All editions the classifier knows, with the crosswalk; ``current`` is the active one."""
    rows = known_categories().rows
    editions = sorted({_edition(row.edition, current) for row in rows})
    work.conn.execute(
        insert(edition), [{"name": name, "active": name == current} for name in editions]
    )
    work.conn.execute(
        insert(category),
        [
            {
                "edition": _edition(row.edition, current),
                "kind": row.kind,
                "code": row.code,
                "major_code": row.major_code,
                "major_name": row.major_name,
                "name": row.name,
                "origin": "local" if row.edition == LOCAL_EDITION else "national",
                "source": row.source,
                "confidence": row.confidence,
                "active": _edition(row.edition, current) == current and not row.mirrored,
            }
            for row in rows
        ],
    )
    work.conn.execute(
        insert(category_map),
        [
            {
                "from_edition": cross.from_edition,
                "from_kind": cross.kind,
                "from_code": cross.from_code,
                "to_edition": cross.to_edition,
                "to_kind": cross.kind,
                "to_code": cross.to_code,
                "match": cross.match,
            }
            for cross in crosswalk()
            if cross.to_code
        ],
    )


def _edition(name: str, current: str) -> str:
    """The county's own extension belongs to whichever edition is in force."""
    return current if name == LOCAL_EDITION else name


def write_handbook(work: Unit, current: str, rows: Iterable[HandbookRow]) -> int:
    """Write filing conditions and their ordered limits; returns how many conditions.

    Raises LimitError or ValueError for a row that cannot be read: nothing is written then.
    """
    count = 0
    for row in rows:
        ref = CategoryRef.parse(row.label, current)
        limits = parse_milestones(row.limits)
        key = work.conn.execute(
            insert(condition)
            .values(
                edition=ref.edition,
                kind=ref.kind.value,
                code=ref.code,
                position=row.position,
                filing=row.filing,
                closing=row.closing,
                lead_unit=row.lead_unit,
                active=True,
            )
            .returning(condition.c.id)
        ).scalar_one()
        work.conn.execute(
            insert(condition_limit),
            [
                {"condition_id": key, "position": position, "term": str(limit)}
                for position, limit in enumerate(limits)
            ],
        )
        count += 1
    return count


def handbook_cards(conn: Connection, label: str, current: str) -> list[HandbookCard]:
    """The filing conditions of one category, in order; empty when the handbook has none."""
    try:
        ref = CategoryRef.parse(label, current)
    except ValueError:
        return []
    rows = conn.execute(
        select(
            condition.c.id,
            condition.c.filing,
            condition.c.closing,
            condition.c.lead_unit,
            unit.c.name.label("unit_name"),
            condition_limit.c.term,
        )
        .select_from(
            condition.join(
                condition_limit, condition_limit.c.condition_id == condition.c.id
            ).outerjoin(unit, unit.c.code == condition.c.lead_unit)
        )
        .where(
            condition.c.edition == ref.edition,
            condition.c.kind == ref.kind.value,
            condition.c.code == ref.code,
            condition.c.active,
        )
        .order_by(condition.c.position, condition_limit.c.position)
    ).mappings()
    cards: dict[int, HandbookCard] = {}
    for row in rows:
        card = cards.setdefault(
            row["id"],
            HandbookCard(row["id"], row["filing"], row["closing"], [], _lead_name(row)),
        )
        card.limits.append(row["term"])
    return list(cards.values())


def _lead_name(row: RowMapping) -> str:
    if row["lead_unit"] == "TERRITORY":
        return "属地乡镇（街道）"
    return str(row["unit_name"] or row["lead_unit"])


@dataclass(frozen=True, slots=True)
class EditionCount:
    """An edition of the store and how many categories it holds."""

    name: str
    active: bool
    components: int
    events: int
    local: int


def list_editions(room: Workroom) -> list[EditionCount]:
    """Every edition, the one in force first."""
    query = select(category.c.edition, category.c.kind, category.c.origin)
    with room.database.read() as conn:
        rows = conn.execute(query).all()
        editions = conn.execute(select(edition)).all()
    return [
        EditionCount(
            name=one.name,
            active=one.active,
            components=sum(row[:2] == (one.name, "COMPONENT") for row in rows),
            events=sum(row[:2] == (one.name, "EVENT") for row in rows),
            local=sum((row.edition, row.origin) == (one.name, "local") for row in rows),
        )
        for one in sorted(editions, key=lambda each: (not each.active, each.name))
    ]
