"""Gap-free daily numbers: one row a day, taken inside the transaction that uses the number."""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.store.tables import counter


def _taking(insert: Any) -> Any:
    statement = insert(counter)
    return statement.on_conflict_do_update(
        index_elements=[counter.c.name], set_={"value": counter.c.value + statement.excluded.value}
    ).returning(counter.c.value)


# Built once: building and hashing this statement costs more than running it.
_TAKING = {"sqlite": _taking(sqlite_insert), "postgresql": _taking(postgresql_insert)}


def take_numbers(conn: Connection, name: str, count: int = 1) -> int:
    """Reserve ``count`` numbers under ``name``; returns the first of them.

    A rollback gives the numbers back, so the sequence has no holes; the row lock on PostgreSQL is
    held until the commit.
    """
    taken = conn.execute(_TAKING[conn.dialect.name], {"name": name, "value": count})
    last: int = taken.scalar_one()
    return last - count + 1
