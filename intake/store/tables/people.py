"""Accounts, sessions, machine tokens and who is looking at what."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from intake.store.tables.base import metadata
from intake.store.types import Instant, Key

account = Table(
    "account",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("username", String(40), nullable=False, unique=True),
    Column("display_name", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("unit_code", String(12), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("deputy", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_failure", Instant),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("version", Integer, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("address", String(64), nullable=False),
)
Index("ix_session_account_id", session.c.account_id)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("name", String(64), nullable=False),
    Column("role", String(20), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account_id", Key, ForeignKey("account.id")),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

presence = Table(
    "presence",
    metadata,
    Column("account_id", Key, primary_key=True, autoincrement=False),
    Column("ticket_id", Key, primary_key=True, autoincrement=False),
    Column("seen_at", Instant, nullable=False),
)
Index("ix_presence_ticket_id", presence.c.ticket_id)
