"""Conversations of messengers, and the files that are fetched from them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text
from sqlalchemy import UniqueConstraint as Unique

from intake.store.tables.base import metadata
from intake.store.types import Blob, Instant, Key, Words

chat = Table(
    "chat",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("channel", String(12), nullable=False),
    Column("address_hash", Blob, nullable=False),
    Column("address", Blob, nullable=False),
    Column("state", String(10), nullable=False),
    Column("draft", Blob),
    Column("touched_at", Instant, nullable=False),
    Column("minute", Instant, nullable=False),
    Column("heard", Integer, nullable=False),
    Unique("channel", "address_hash"),
    comment="One conversation each; the draft is sealed, what is handed in becomes a ticket",
)
_BEGUN = text("draft IS NOT NULL")
Index("ix_chat_begun", chat.c.touched_at, sqlite_where=_BEGUN, postgresql_where=_BEGUN)

chat_media = Table(
    "chat_media",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("ref", Blob, nullable=False),
    Column("state", String(10), nullable=False),
    Column("key", String(80), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("trouble", Words, nullable=False),
    Column("asked_at", Instant, nullable=False),
    comment="Files a citizen sent; fetched by a worker, then attachments of the ticket",
)
Index("ix_chat_media_ticket_id", chat_media.c.ticket_id)
