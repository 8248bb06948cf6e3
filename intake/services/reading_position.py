"""How far a polling door has read; kept in the store, so that any process goes on from there."""

from sqlalchemy import select

from intake.services.workroom import Workroom
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.tables import cursor
from intake.store.unit import Unit


def read_position(room: Workroom, name: str) -> int:
    """The number after the last update that was committed; 0 at the beginning."""
    with room.database.read() as conn:
        value = conn.execute(select(cursor.c.value).where(cursor.c.name == name)).scalar()
    return int(value or 0)


def move_position(room: Workroom, name: str, value: int) -> None:
    """Everything below ``value`` is committed."""

    def work(unit: Unit) -> None:
        if locked_cursor(unit, name) < value:
            move_cursor(unit, name, value)

    room.database.write(work)
