"""Messengers: conversations, and the files that are fetched from them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chat",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("minute", INSTANT, nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat"),
        sa.UniqueConstraint("channel", "address_hash", name="uq_chat_channel_address_hash"),
        comment="One conversation each; the draft is sealed, what is handed in becomes a ticket",
    )
    op.create_index(
        "ix_chat_begun",
        "chat",
        ["touched_at"],
        unique=False,
        sqlite_where=sa.text("draft IS NOT NULL"),
        postgresql_where=sa.text("draft IS NOT NULL"),
    )
    op.create_table(
        "chat_media",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_chat_media_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_media"),
        comment="Files a citizen sent; fetched by a worker, then attachments of the ticket",
    )
    op.create_index("ix_chat_media_ticket_id", "chat_media", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("chat_media")
    op.drop_table("chat")
