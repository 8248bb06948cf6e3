"""How far a reader of the history has come; one row a reader, moved with what it made of it."""

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.store.tables import cursor, event
from intake.store.unit import Unit


def behind(conn: Connection, name: str) -> bool:
    """Whether there are events the reader ``name`` has not done yet; reads only."""
    done = select(cursor.c.value).where(cursor.c.name == name).scalar_subquery()
    newest = select(func.max(event.c.id)).scalar_subquery()
    return bool(conn.execute(select(func.coalesce(newest, 0) > func.coalesce(done, 0))).scalar())


def locked_cursor(unit: Unit, name: str) -> int:
    """The last event id the reader ``name`` has done; its row is held until the transaction ends.

    A reader that is new begins at 0.
    """
    query = select(cursor.c.value).where(cursor.c.name == name).with_for_update()
    value = unit.conn.execute(query).scalar()
    if value is not None:
        return int(value)
    insert = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    unit.conn.execute(
        insert(cursor)
        .values(name=name, value=0)
        .on_conflict_do_nothing(index_elements=[cursor.c.name])
    )
    return int(unit.conn.execute(query).scalar_one())


def move_cursor(unit: Unit, name: str, value: int) -> None:
    """The reader ``name`` has done everything up to ``value``."""
    unit.conn.execute(update(cursor).where(cursor.c.name == name).values(value=value))
