"""Suggestions, verification tasks and return visits."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table
from sqlalchemy import UniqueConstraint as Unique

from intake.store.tables.base import metadata
from intake.store.types import Instant, Json, Key, Words

suggestion = Table(
    "suggestion",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("ticket_version", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("edition", String(32), nullable=False),
    Column("guesses", Json, nullable=False),
    Column("abstained", Boolean, nullable=False),
    Column("appeal", String(12), nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("urgency_reasons", Json, nullable=False),
    Column("place", Words, nullable=False),
    Column("out_field", String(24), nullable=False),
    Column("milliseconds", Float, nullable=False),
    Column("chosen", String(12), nullable=False),
    Column("chosen_rank", Integer),
    Column("chosen_by", Key),
    Column("chosen_at", Instant),
    Column("second_place", Words),
    Unique("ticket_id", "ticket_version"),
)

verification = Table(
    "verification",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("collector", String(40), nullable=False),
    Column("duty_grid", String(20), nullable=False),
    Column("what", Words, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("sent_by", Key, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("found", Boolean),
    Column("remark", Words, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
)
Index("ix_verification_ticket_id", verification.c.ticket_id)

visit = Table(
    "visit",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("case_id", Key),
    Column("at", Instant, nullable=False),
    Column("by_account", Key),
    Column("outcome", String(16), nullable=False),
    Column("contacted", Boolean),
    Column("solved", String(16)),
    Column("service", String(20), nullable=False),
    Column("handling", String(20), nullable=False),
    Column("reason", Words, nullable=False),
    Column("remark", Words, nullable=False),
)
Index("ix_visit_ticket_id", visit.c.ticket_id)
