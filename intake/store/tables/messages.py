"""What is said to and by citizens outside a call: messages, answer links, how the doors are."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from intake.store.tables.base import metadata
from intake.store.types import Blob, Instant, Json, Key, Words

message = Table(
    "message",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("direction", String(4), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Words, nullable=False),
    Column("buttons", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_account", Key),
    Column("automatic", Boolean, nullable=False),
    Column("dedupe_key", String(120), nullable=False, unique=True),
    Column("address", Blob),
    Column("address_hash", Blob),
    Column("contact_id", Key, ForeignKey("contact.id")),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),
    Column("sent_at", Instant),
    Column("last_error", Words, nullable=False),
    Column("external_id", String(255), nullable=False),
)
Index("ix_message_ticket_id_id", message.c.ticket_id, message.c.id)
Index("ix_message_external_id", message.c.external_id)
_DUE = text("next_at IS NOT NULL")
Index("ix_message_due", message.c.next_at, sqlite_where=_DUE, postgresql_where=_DUE)
Index("ix_message_address_hash_at", message.c.address_hash, message.c.at)

answer_link = Table(
    "answer_link",
    metadata,
    Column("token_hash", Blob, primary_key=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("message_id", Key, ForeignKey("message.id")),
    Column("purpose", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
)
Index("ix_answer_link_ticket_id", answer_link.c.ticket_id)

door = Table(
    "door",
    metadata,
    Column("channel", String(12), primary_key=True),
    Column("last_arrival", Instant),
    Column("last_sent", Instant),
    Column("last_error", Words, nullable=False),
    Column("last_error_at", Instant),
    Column("alarm", String(40), nullable=False),
    Column("alarm_at", Instant),
)
