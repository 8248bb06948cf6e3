"""Who is who for the desk's lists: units, bodies to refer to, and facts that tell twins apart."""

from dataclasses import dataclass

from sqlalchemy import select

from classifiers.suggestion import confusable_hint
from intake.domain.category import CategoryRef
from intake.domain.people import Action, Actor
from intake.services.workroom import Workroom
from intake.store.tables import category, referral, region, unit


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: ``code`` is what a service takes, ``text`` what a citizen is told."""

    code: str
    name: str
    phone: str
    text: str = ""


def list_units(room: Workroom, actor: Actor) -> list[Entry]:
    """Units that handle cases, by name."""
    actor.require(Action.READ_TICKETS)
    query = select(unit.c.code, unit.c.name, unit.c.phone).order_by(unit.c.kind, unit.c.code)
    with room.database.read() as conn:
        return [Entry(row.code, row.name, row.phone) for row in conn.execute(query)]


def list_referrals(room: Workroom, actor: Actor) -> list[Entry]:
    """Bodies a ticket may be referred to, with what the citizen is told."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        rows = conn.execute(select(referral).order_by(referral.c.code)).all()
    return [Entry(row.code, row.name, row.phone, row.text) for row in rows]


def category_title(room: Workroom, actor: Actor, label: str) -> str:
    """The name of a category in force, with its kind; empty when there is none such."""
    actor.require(Action.READ_TICKETS)
    try:
        ref = CategoryRef.parse(label, room.settings.edition)
    except ValueError:
        return ""
    query = select(category.c.name).where(
        category.c.edition == ref.edition,
        category.c.kind == ref.kind.value,
        category.c.code == ref.code,
        category.c.active,
    )
    with room.database.read() as conn:
        name = conn.execute(query).scalar()
    return f"{ref.kind.label}·{name}" if name else ""


def town_name(room: Workroom, code: str) -> str:
    """The name of a township; empty for an unknown code."""
    if not code:
        return ""
    with room.database.read() as conn:
        return conn.execute(select(region.c.name).where(region.c.code == code)).scalar() or ""


def telling_facts(chosen: str, others: list[str]) -> list[str]:
    """What tells the chosen category from the others it is often mistaken for."""
    hints = (confusable_hint(chosen, other) for other in others if other != chosen)
    return [hint for hint in hints if hint]
