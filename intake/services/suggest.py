"""Put a suggestion beside a ticket and its words into the search index, once per version.

The suggestion is made outside the write transaction and stored with the end of its job, so a job
that is delivered twice leaves one suggestion. A person decides (decision 12).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from classifiers.near_text import near_text
from classifiers.suggestion import Suggestion
from classifiers.text import search_tokens
from intake.domain.appeal import AppealType, Urgency
from intake.domain.errors import NotFound
from intake.domain.numbers import ticket_number
from intake.services.near_index import index_near
from intake.services.outbox import finish_with
from intake.services.photos import any_waiting
from intake.services.stepping import find_ticket
from intake.services.supplement import PHOTOS_TOPIC
from intake.services.workroom import Workroom
from intake.store import search
from intake.store.tables import suggestion, supplement, ticket
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True)
class _Report:
    version: int
    registered: bool
    text: str


def warm_up(room: Workroom) -> None:
    """Load the model and the word cutters now, so that the first ticket need not wait for them."""
    room.suggester.suggest("路灯不亮")
    search_tokens("路灯不亮")
    near_text("路灯不亮")


def suggest_received(room: Workroom, job_id: int, key: int) -> bool:
    """Suggest for a new ticket, index it, and have its photos cleaned; False when done before."""
    report = _report(room, key)
    made = room.suggester.suggest(report.text)

    def effect(unit: Unit) -> None:
        _store(unit, key, report.version, made)
        _index(room, unit, key)
        if any_waiting(unit.conn, key):
            unit.enqueue(PHOTOS_TOPIC, ticket_number(key), {"ticket": key})

    return finish_with(room, job_id, effect)


def suggest_changed(room: Workroom, job_id: int, key: int) -> bool:
    """Index a changed ticket; suggest anew while nobody has registered it. False: done before."""
    report = _report(room, key)
    made = None if report.registered else room.suggester.suggest(report.text)

    def effect(unit: Unit) -> None:
        if made is not None:
            _store(unit, key, report.version, made)
        _index(room, unit, key)

    return finish_with(room, job_id, effect)


def _index(room: Workroom, unit: Unit, key: int) -> None:
    """Make the ticket findable by its words, and by what makes another ticket its duplicate."""
    index_ticket(unit.conn, key)
    index_near(room, unit.conn, find_ticket(unit.conn, ticket_number(key), lock=False))


def index_ticket(conn: Connection, key: int) -> None:
    """Index what is stored now; the ticket's row is held, so that the newest words stay."""
    columns = (ticket.c.text, ticket.c.description, ticket.c.address, ticket.c.landmark)
    row = conn.execute(select(*columns).where(ticket.c.id == key).with_for_update()).one()
    texts = dict.fromkeys([*row, *_supplements(conn, key)])
    search.index(conn, key, [token for text in texts for token in search_tokens(text)])


def _report(room: Workroom, key: int) -> _Report:
    """What the citizen said so far; a ticket split off has its own part. Raises NotFound."""
    with room.database.read() as conn:
        row = conn.execute(
            select(ticket.c.version, ticket.c.registered_at, ticket.c.description).where(
                ticket.c.id == key
            )
        ).first()
        if row is None:
            raise NotFound(f"no ticket {ticket_number(key)}")
        said = [row.description, *_supplements(conn, key)]
    return _Report(row.version, row.registered_at is not None, "\n".join(said))


def _supplements(conn: Connection, key: int) -> list[str]:
    query = select(supplement.c.text).where(supplement.c.ticket_id == key)
    return list(conn.execute(query.order_by(supplement.c.id)).scalars())


def _store(unit: Unit, key: int, version: int, made: Suggestion) -> None:
    insert = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    unit.conn.execute(
        _once(insert(suggestion).values(_row(key, version, made) | {"made_at": unit.now}))
    )


def _once(statement: Any) -> Insert:
    """Leave the suggestion alone that another job made of the same version."""
    kept: Insert = statement.on_conflict_do_nothing(
        index_elements=[suggestion.c.ticket_id, suggestion.c.ticket_version]
    )
    return kept


def _row(key: int, version: int, made: Suggestion) -> dict[str, Any]:
    return {
        "ticket_id": key,
        "ticket_version": version,
        "model_version": made.model_version,
        "edition": made.edition,
        "guesses": [
            {
                "label": guess.label,
                "name": guess.name,
                "probability": guess.probability,
                "evidence": list(guess.evidence),
            }
            for guess in made.guesses
        ],
        "abstained": made.abstained,
        "appeal": AppealType.from_label(made.appeal).value,
        "urgency": Urgency.from_label(made.urgency).value,
        "urgency_reasons": list(made.urgency_reasons),
        "place": made.place or "",
        "second_place": made.second_place,
        "out_field": (made.out_field or "")[:24],
        "milliseconds": made.milliseconds,
        "chosen": "",
    }
