"""What the desk asks while somebody types: categories, their handbook cards, a live suggestion."""

from dataclasses import dataclass

from sqlalchemy import select

from classifiers.finder import search
from classifiers.suggestion import Suggestion
from intake.domain.category import CategoryKind
from intake.domain.people import Action, Actor
from intake.services.catalogue import HandbookCard, handbook_cards
from intake.services.workroom import Workroom
from intake.store.tables import category


@dataclass(frozen=True, slots=True)
class CategoryFound:
    """One category; ``label`` such as E06010 is what registration takes."""

    label: str
    kind: str
    name: str
    major_name: str


def find_categories(
    room: Workroom, actor: Actor, words: str, limit: int = 20
) -> list[CategoryFound]:
    """Categories by code, name, synonym, pinyin or initials, best first."""
    actor.require(Action.READ_TICKETS)
    shipped = [
        CategoryFound(found.label, found.kind, found.name, found.major_name)
        for found in search(words, limit)
    ]
    known = {one.label for one in shipped}
    own = [one for one in _own_categories(room, words) if one.label not in known]
    return [*own, *shipped][:limit]


def _own_categories(room: Workroom, words: str) -> list[CategoryFound]:
    """Categories the county added itself: by label, code, or a part of the name."""
    wanted = words.strip().upper()
    if not wanted:
        return []
    query = select(category).where(
        category.c.edition == room.settings.edition,
        category.c.origin == "local",
        category.c.active,
    )
    with room.database.read() as conn:
        rows = conn.execute(query.order_by(category.c.code)).all()
    found = [
        CategoryFound(
            f"{CategoryKind(row.kind).letter}{row.code}", row.kind, row.name, row.major_name
        )
        for row in rows
    ]
    return [one for one in found if one.label.endswith(wanted) or wanted in one.name.upper()]


def read_handbook(room: Workroom, actor: Actor, label: str) -> list[HandbookCard]:
    """Filing conditions of a category in the edition in force; empty when there are none."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        return handbook_cards(conn, label, room.settings.edition)


def suggest_for(room: Workroom, actor: Actor, text: str) -> Suggestion:
    """What the classifier thinks of a text that is not stored; a person decides (decision 12)."""
    actor.require(Action.READ_TICKETS)
    return room.suggester.suggest(text)
