"""Gap-free daily numbers: one row a day, taken inside the transaction that uses the number."""

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.store.tables import counter


def take_numbers(conn: Connection, name: str, count: int = 1) -> int:
    """Reserve ``count`` numbers under ``name``; returns the first of them.

    A rollback gives the numbers back, so the sequence has no holes; the row lock on PostgreSQL is
    held until the commit.
    """
    insert = sqlite_insert if conn.dialect.name == "sqlite" else postgresql_insert
    statement = insert(counter).values(name=name, value=count)
    statement = statement.on_conflict_do_update(
        index_elements=[counter.c.name], set_={"value": counter.c.value + statement.excluded.value}
    )
    last: int = conn.execute(statement.returning(counter.c.value)).scalar_one()
    return last - count + 1
