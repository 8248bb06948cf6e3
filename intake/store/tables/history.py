"""The append-only history, its seals, the outbox and the clockwork."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, text

from intake.store.tables.base import metadata
from intake.store.types import Instant, Json, Key, Words

event = Table(
    "event",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("subject", String(8), nullable=False),
    Column("subject_id", Key, nullable=False),
    Column("type", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_role", String(20), nullable=False),
    Column("actor_name", String(64), nullable=False),
    Column("actor_id", Key),
    Column("from_state", String(24), nullable=False),
    Column("to_state", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Json, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
Index("ix_event_subject_subject_id_id", event.c.subject, event.c.subject_id, event.c.id)

seal = Table(
    "seal",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("first_event", Key, nullable=False),
    Column("last_event", Key, nullable=False),
    Column("events", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("topic", String(40), nullable=False),
    Column("key", String(64), nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("available_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Words, nullable=False),
    Column("done_at", Instant),
    Column("parked_at", Instant),
)
_OPEN = text("done_at IS NULL AND parked_at IS NULL")
Index(
    "ix_outbox_open",
    outbox.c.available_at,
    outbox.c.id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
_PARKED = text("parked_at IS NOT NULL")
Index("ix_outbox_parked", outbox.c.id, sqlite_where=_PARKED, postgresql_where=_PARKED)

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    Column("state", String(24), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

schedule = Table(
    "schedule",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("every_seconds", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("last_run", Instant),
    Column("last_error", Words, nullable=False),
)
