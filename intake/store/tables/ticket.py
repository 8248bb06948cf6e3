"""Contacts, tickets, reporters and what hangs on them."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table
from sqlalchemy import UniqueConstraint as Unique

from intake.store.tables.base import metadata
from intake.store.types import Blob, Instant, Json, Key, Words

ticket = Table(
    "ticket",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("state", String(24), nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("text", Words, nullable=False),
    Column("description", Words, nullable=False),
    Column("appeal", String(12)),
    Column("urgency", String(10), nullable=False),
    Column("case_class", String(10), nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("needs_reply", Boolean, nullable=False),
    Column("category_kind", String(10)),
    Column("category_edition", String(32)),
    Column("category_code", String(5)),
    Column("condition_id", Key),
    Column("address", Words, nullable=False),
    Column("landmark", Words, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("original_lon", Float),
    Column("original_lat", Float),
    Column("datum", String(8)),
    Column("town_code", String(12), nullable=False),
    Column("unit_grid_code", String(20), nullable=False),
    Column("in_area", Boolean),
    Column("occurred", Words, nullable=False),
    Column("cause", Words, nullable=False),
    Column("absence_reason", Words, nullable=False),
    Column("incomplete_reason", Words, nullable=False),
    Column("photos", Integer, nullable=False),
    Column("emergency_waiver", Boolean, nullable=False),
    Column("leader_reference", Words, nullable=False),
    Column("duplicate_decided", Boolean, nullable=False),
    Column("questions", Words, nullable=False),
    Column("respond_by", Instant),
    Column("claimed_by", Key),
    Column("claimed_at", Instant),
    Column("registered_by", Key),
    Column("registered_at", Instant),
    Column("submitted_by", Key),
    Column("submitted_at", Instant),
    Column("case_id", Key),
    Column("parent_id", Key),
    Column("close_reason", String(24), nullable=False),
    Column("closed_at", Instant),
    Column("public_answer", Words, nullable=False),
    Column("head_hash", String(64), nullable=False),
)
Index("ix_ticket_state_id", ticket.c.state, ticket.c.id)
Index("ix_ticket_source_state_id", ticket.c.source, ticket.c.state, ticket.c.id)
Index("ix_ticket_unit_grid_code_id", ticket.c.unit_grid_code, ticket.c.id)
Index("ix_ticket_case_id", ticket.c.case_id)
Index("ix_ticket_parent_id", ticket.c.parent_id)

contact = Table(
    "contact",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("source", String(16), nullable=False),
    Column("external_id", String(128), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("raw", Blob, nullable=False),
    Column("raw_hash", String(64), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("outcome_at", Instant),
    Column("ticket_id", Key, ForeignKey("ticket.id")),
    Column("remark", Words, nullable=False),
    Unique("source", "external_id"),
)
Index("ix_contact_received_at_source", contact.c.received_at, contact.c.source)
Index("ix_contact_ticket_id", contact.c.ticket_id)

reporter = Table(
    "reporter",
    metadata,
    Column("ticket_id", Key, ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
    Column("name", Blob),
    Column("phone", Blob),
    Column("email", Blob),
    Column("address", Blob),
    Column("caller_number", Blob),
    Column("phone_hash", Blob),
    Column("email_hash", Blob),
)
Index("ix_reporter_phone_hash", reporter.c.phone_hash)
Index("ix_reporter_email_hash", reporter.c.email_hash)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("key", String(80), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("clean_key", String(80), nullable=False),
    Column("thumb_key", String(80), nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("clean_sha256", String(64), nullable=False),
    Column("refusal", Words, nullable=False),
    Column("received_at", Instant, nullable=False),
    Unique("key"),
)
Index("ix_attachment_ticket_id", attachment.c.ticket_id)

supplement = Table(
    "supplement",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("contact_id", Key, ForeignKey("contact.id")),
    Column("at", Instant, nullable=False),
    Column("by_role", String(20), nullable=False),
    Column("text", Words, nullable=False),
)
Index("ix_supplement_ticket_id", supplement.c.ticket_id)

ticket_link = Table(
    "ticket_link",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("other_ticket_id", Key),
    Column("case_id", Key),
    Column("at", Instant, nullable=False),
    Column("by_account", Key),
    Column("reasons", Json, nullable=False),
)
Index("ix_ticket_link_ticket_id", ticket_link.c.ticket_id)
Index("ix_ticket_link_other_ticket_id", ticket_link.c.other_ticket_id)
Index("ix_ticket_link_case_id", ticket_link.c.case_id)
Index("ix_ticket_lat_lon", ticket.c.lat, ticket.c.lon)
