"""What is known of a mail beside its contact row: envelope, heading, verdicts, deciding rule."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from intake.store.tables.base import metadata
from intake.store.types import Blob, Json, Key, Words

mail = Table(
    "mail",
    metadata,
    Column("contact_id", Key, ForeignKey("contact.id"), primary_key=True, autoincrement=False),
    Column("content_hash", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("file_key", String(80), nullable=False),
    Column("envelope", Blob, nullable=False),
    Column("message_id_hash", Blob, nullable=False),
    Column("heading", Blob),
    Column("reading", Blob),
    Column("sender_hash", Blob),
    Column("subject_hash", Blob),
    Column("text_hash", Blob),
    Column("verdicts", Json, nullable=False),
    Column("rule", String(24), nullable=False),
    Column("trouble", Words, nullable=False),
    Column("waits", Boolean, nullable=False),
    comment="One mail each: raw in contact.raw, or sealed in a file below the upload folder",
)
Index("ix_mail_message_id_hash", mail.c.message_id_hash)
Index("ix_mail_sender_hash_contact_id", mail.c.sender_hash, mail.c.contact_id)
Index("ix_mail_rule_contact_id", mail.c.rule, mail.c.contact_id)
_WAITING = text("waits")
Index("ix_mail_waits", mail.c.contact_id, sqlite_where=_WAITING, postgresql_where=_WAITING)
