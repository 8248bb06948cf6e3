"""The shared case store: one row a case, and the limits that run on it."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table
from sqlalchemy import UniqueConstraint as Unique

from intake.store.tables.base import metadata
from intake.store.types import Instant, Json, Key, Words

casefile = Table(
    "casefile",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("number", String(24), nullable=False, unique=True),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("category_kind", String(10), nullable=False),
    Column("category_edition", String(32), nullable=False),
    Column("category_code", String(5), nullable=False),
    Column("condition_id", Key, nullable=False),
    Column("case_class", String(10), nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("supervised", Boolean, nullable=False),
    Column("priority_place", Boolean, nullable=False),
    Column("description", Words, nullable=False),
    Column("address", Words, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("town_code", String(12), nullable=False),
    Column("unit_grid_code", String(20), nullable=False),
    Column("lead_unit", String(12), nullable=False),
    Column("assist_units", Json, nullable=False),
    Column("filed_by", Key, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("filing_note", Words, nullable=False),
    Column("leader_reference", Words, nullable=False),
    Column("dispatched_by", Key),
    Column("due_at", Instant),
    Column("suspended_until", Instant),
    Column("rework_count", Integer, nullable=False),
    Column("result", Words, nullable=False),
    Column("closed_at", Instant),
    Column("head_hash", String(64), nullable=False),
)
Index("ix_casefile_state_id", casefile.c.state, casefile.c.id)
Index("ix_casefile_unit_grid_code_id", casefile.c.unit_grid_code, casefile.c.id)
Index("ix_casefile_ticket_id", casefile.c.ticket_id)

case_limit = Table(
    "case_limit",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_id", Key, ForeignKey("casefile.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("term", String(24), nullable=False),
    Column("due_at", Instant, nullable=False),
    Unique("case_id", "position"),
)

case_pause = Table(
    "case_pause",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("case_id", Key, ForeignKey("casefile.id"), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("reason", Words, nullable=False),
)
Index("ix_case_pause_case_id", case_pause.c.case_id)
