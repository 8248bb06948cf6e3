"""How each door is doing: last arrival, last sending, last error (supervision of the channels)."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.domain.message import MessageChannel
from intake.security.masking import scrub
from intake.store.tables import door
from intake.store.unit import Unit


def note_arrival(unit: Unit, channel: MessageChannel) -> None:
    """Something came in."""
    _note(unit, channel, last_arrival=unit.now)


def note_sent(unit: Unit, channel: MessageChannel) -> None:
    """Something went out."""
    _note(unit, channel, last_sent=unit.now)


def note_error(unit: Unit, channel: MessageChannel, error: str) -> None:
    """Something went wrong; ``error`` is kept without personal data."""
    _note(unit, channel, last_error=scrub(error)[:500], last_error_at=unit.now)


def _note(unit: Unit, channel: MessageChannel, **values: Any) -> None:
    insert = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    first = {"last_error": "", "alarm": "", **values}
    statement = insert(door).values(channel=channel.value, **first)
    unit.conn.execute(statement.on_conflict_do_update(index_elements=[door.c.channel], set_=values))
