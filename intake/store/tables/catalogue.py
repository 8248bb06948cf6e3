"""Catalogue editions, the crosswalk between them, the handbook and the units it names."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table
from sqlalchemy import UniqueConstraint as Unique

from intake.store.tables.base import metadata
from intake.store.types import Key, Words

edition = Table(
    "edition",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("in_force_from", Date),
    Column("in_force_to", Date),
    Column("active", Boolean, nullable=False),
)

category = Table(
    "category",
    metadata,
    Column("edition", String(32), ForeignKey("edition.name"), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("code", String(5), primary_key=True),
    Column("major_code", String(2), nullable=False),
    Column("major_name", String(40), nullable=False),
    Column("name", String(60), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("source", Words, nullable=False),
    Column("confidence", Words, nullable=False),
    Column("active", Boolean, nullable=False),
)

category_map = Table(
    "category_map",
    metadata,
    Column("from_edition", String(32), primary_key=True),
    Column("from_kind", String(10), primary_key=True),
    Column("from_code", String(5), primary_key=True),
    Column("to_edition", String(32), primary_key=True),
    Column("to_kind", String(10), nullable=False),
    Column("to_code", String(5), nullable=False),
    Column("match", String(20), nullable=False),
)

unit = Table(
    "unit",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("short_name", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("town_code", String(12), nullable=False),
)

condition = Table(
    "condition",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("edition", String(32), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("code", String(5), nullable=False),
    Column("position", Integer, nullable=False),
    Column("filing", Words, nullable=False),
    Column("closing", Words, nullable=False),
    Column("lead_unit", String(12), nullable=False),
    Column("active", Boolean, nullable=False),
    Unique("edition", "kind", "code", "position"),
)

condition_limit = Table(
    "condition_limit",
    metadata,
    Column("condition_id", Key, ForeignKey("condition.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("term", String(24), nullable=False),
)

referral = Table(
    "referral",
    metadata,
    Column("code", String(24), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("text", Words, nullable=False),
)

calendar_override = Table(
    "calendar_override",
    metadata,
    Column("day", Date, primary_key=True),
    Column("workday", Boolean, nullable=False),
    Column("note", Words, nullable=False),
)
Index("ix_condition_category", condition.c.edition, condition.c.kind, condition.c.code)
