"""Periodic work that lives in the database (decision 3): whoever claims a row runs it once."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.store.tables import schedule
from intake.store.unit import Unit

_ERROR_LENGTH = 2_000


def plan(unit: Unit, name: str, every_seconds: int) -> None:
    """Make sure ``name`` is planned at this pace; a known row keeps its next time."""
    insert = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    statement = insert(schedule).values(
        name=name, every_seconds=every_seconds, next_at=unit.now, last_error=""
    )
    unit.conn.execute(
        statement.on_conflict_do_update(
            index_elements=[schedule.c.name],
            set_={"every_seconds": statement.excluded.every_seconds},
        )
    )


def any_due(conn: Connection, now: datetime) -> bool:
    """Whether a claim may find something; reads only."""
    query = select(schedule.c.name).where(schedule.c.next_at <= now).limit(1)
    return conn.execute(query).first() is not None


def claim(unit: Unit, *, seconds: float) -> list[str]:
    """Names of all rows that are due; nobody else runs them for ``seconds``.

    ``next_at`` moves on from now, so work that was missed while nothing ran is done once.
    """
    query = (
        select(schedule.c.name, schedule.c.every_seconds)
        .where(
            schedule.c.next_at <= unit.now,
            schedule.c.lease_until.is_(None) | (schedule.c.lease_until <= unit.now),
        )
        .order_by(schedule.c.next_at)
        .with_for_update(skip_locked=True)
    )
    due = unit.conn.execute(query).all()
    for name, every in due:
        unit.conn.execute(
            update(schedule)
            .where(schedule.c.name == name)
            .values(
                next_at=unit.now + timedelta(seconds=every),
                lease_until=unit.now + timedelta(seconds=seconds),
            )
        )
    return [name for name, _ in due]


def ran(unit: Unit, name: str, error: str = "") -> None:
    """Note that ``name`` ran, and how it failed if it did; ``error`` free of personal data."""
    unit.conn.execute(
        update(schedule)
        .where(schedule.c.name == name)
        .values(last_run=unit.now, lease_until=None, last_error=error[:_ERROR_LENGTH])
    )
