"""How many tickets are in each state, without counting them: folded from the history (decision 7).

``cursor["tally"]`` is the last event folded in; it moves in the same transaction as the tallies,
so they are exact as of that event, whoever folds and however often.
"""

from collections import Counter

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.domain.events import Subject
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.tables import event, tally, ticket
from intake.store.unit import Unit

NAME = "tally"
_BATCH = 5_000


def fold(unit: Unit) -> int:
    """Fold the next events in; returns how many were read, 0 when the tallies are up to date."""
    done = locked_cursor(unit, NAME)
    rows = unit.conn.execute(
        select(event.c.id, event.c.subject, event.c.from_state, event.c.to_state)
        .where(event.c.id > done)
        .order_by(event.c.id)
        .limit(_BATCH)
    ).all()
    if not rows:
        return 0
    moved: Counter[str] = Counter()
    for _, subject, before, after in rows:
        if subject == Subject.TICKET.value and before != after:
            moved[after] += 1
            moved[before] -= 1
    del moved[""]
    for state, change in sorted(moved.items()):
        if change:
            _add(unit, state, change)
    move_cursor(unit, NAME, rows[-1][0])
    return len(rows)


def rebuild(unit: Unit) -> dict[str, int]:
    """Count every ticket anew and return the tallies; whoever writes events waits meanwhile."""
    if unit.conn.dialect.name == "postgresql":
        unit.conn.execute(text("LOCK TABLE event IN SHARE MODE"))
    locked_cursor(unit, NAME)
    newest = unit.conn.execute(select(func.coalesce(func.max(event.c.id), 0))).scalar_one()
    rows = unit.conn.execute(select(ticket.c.state, func.count()).group_by(ticket.c.state)).all()
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    unit.conn.execute(delete(tally))
    if counts:
        unit.conn.execute(
            insert(tally), [{"state": state, "value": counts[state]} for state in sorted(counts)]
        )
    move_cursor(unit, NAME, newest)
    return counts


def read(conn: Connection) -> dict[str, int]:
    """Tickets by state; states without tickets may be absent."""
    rows = conn.execute(select(tally.c.state, tally.c.value)).all()
    return {row[0]: row[1] for row in rows}


def _add(unit: Unit, state: str, change: int) -> None:
    insert_once = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    statement = insert_once(tally).values(state=state, value=change)
    unit.conn.execute(
        statement.on_conflict_do_update(
            index_elements=[tally.c.state],
            set_={"value": tally.c.value + statement.excluded.value},
        )
    )
