"""After the storm: what was acknowledged is there once, whole, and nothing else is."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from intake.domain.numbers import county_day, ticket_number
from intake.services import upkeep
from intake.services.audit import verify
from intake.services.balance import balance
from intake.services.workroom import Workroom
from intake.store import tallies
from intake.store.tables import (
    attachment,
    contact,
    counter,
    event,
    outbox,
    reporter,
    suggestion,
    ticket,
)


def open_jobs(room: Workroom) -> int:
    """Rows of the outbox that nobody finished."""
    with room.database.read() as conn:
        query = select(func.count()).select_from(outbox).where(outbox.c.done_at.is_(None))
        return conn.execute(query).scalar_one()


def require_whole(room: Workroom, acknowledged: Mapping[str, str]) -> int:
    """Check everything once all jobs are done; returns the number of tickets."""
    with room.database.read() as conn:
        keys = sorted(conn.execute(select(ticket.c.id)).scalars())
        _require_contacts(conn, acknowledged)
        _require_one_each(conn, keys)
        _require_numbers(conn, keys)
        _require_jobs_done(conn)
        _require_photos(room, conn)
        _require_sound_file(conn)
    upkeep.fold_tallies(room)
    upkeep.seal_events(room)
    with room.database.read() as conn:
        counted = Counter(conn.execute(select(ticket.c.state)).scalars())
        assert {state: n for state, n in tallies.read(conn).items() if n} == dict(counted)
    verdict = verify(room)
    assert verdict.sound, verdict.fault
    sheet = balance(room, county_day(room.clock()))
    assert sheet.closed, sheet.faults
    return len(keys)


def _require_contacts(conn: Connection, acknowledged: Mapping[str, str]) -> None:
    rows = conn.execute(select(contact.c.external_id, contact.c.ticket_id)).all()
    stored = {row[0]: ticket_number(row[1]) for row in rows}
    assert len(rows) == len(stored), "a delivery has two contacts"
    lost = {key: number for key, number in acknowledged.items() if stored.get(key) != number}
    assert not lost, f"acknowledged, but not there: {lost}"
    assert stored == dict(acknowledged), "there, but never acknowledged to a client that asked"


def _require_one_each(conn: Connection, keys: list[int]) -> None:
    for table, column in (
        (contact, contact.c.ticket_id),
        (reporter, reporter.c.ticket_id),
        (event, event.c.subject_id),
        (suggestion, suggestion.c.ticket_id),
    ):
        assert sorted(conn.execute(select(column)).scalars()) == keys, f"{table.name} does not fit"
    received = select(outbox.c.key).where(outbox.c.topic == "ticket.received")
    assert sorted(int(key) for key in conn.execute(received).scalars()) == keys
    column = "rowid" if conn.dialect.name == "sqlite" else "ticket_id"
    found = conn.execute(text(f"SELECT {column} FROM ticket_search ORDER BY 1"))
    assert list(found.scalars()) == keys, "the search index does not fit"


def _require_numbers(conn: Connection, keys: list[int]) -> None:
    assert keys == list(range(keys[0], keys[0] + len(keys))), "the numbers have a gap"
    taken = conn.execute(select(counter.c.value).where(counter.c.name.like("ticket-%"))).scalars()
    assert list(taken) == [len(keys)]


def _require_jobs_done(conn: Connection) -> None:
    columns = (outbox.c.id, outbox.c.topic, outbox.c.attempts, outbox.c.last_error)
    left = conn.execute(select(*columns).where(outbox.c.done_at.is_(None))).all()
    assert not left, f"left open: {left[:5]}"


def _require_photos(room: Workroom, conn: Connection) -> None:
    told = sum(conn.execute(select(ticket.c.photos)).scalars())
    rows = conn.execute(select(attachment)).mappings().all()
    assert len(rows) == told
    for row in rows:
        assert row["state"] == "CLEAN", dict(row)
        for key in (row["clean_key"], row["thumb_key"]):
            assert (room.settings.uploads / key).stat().st_size > 0


def _require_sound_file(conn: Connection) -> None:
    if conn.dialect.name == "sqlite":
        assert conn.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert conn.execute(text("PRAGMA foreign_key_check")).first() is None


def count(conn: Connection, table: Table) -> int:
    """Rows of a table."""
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


def counts(room: Workroom) -> dict[str, int]:
    """Rows of everything a report leaves behind, by table."""
    tables: tuple[Any, ...] = (contact, ticket, reporter, event, outbox, attachment)
    with room.database.read() as conn:
        return {table.name: count(conn, table) for table in tables}
