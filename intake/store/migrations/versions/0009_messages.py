"""Messages with citizens: the conversation, answer links, how the doors are."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "door",
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("last_arrival", INSTANT, nullable=True),
        sa.Column("last_sent", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_error_at", INSTANT, nullable=True),
        sa.Column("alarm", sa.String(length=40), nullable=False),
        sa.Column("alarm_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("channel", name="pk_door"),
    )
    op.create_table(
        "message",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.JSON(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_account", KEY, nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_message_contact_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_message_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("dedupe_key", name="uq_message_dedupe_key"),
    )
    op.create_index("ix_message_address_hash_at", "message", ["address_hash", "at"], unique=False)
    op.create_index(
        "ix_message_due",
        "message",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_message_external_id", "message", ["external_id"], unique=False)
    op.create_index("ix_message_ticket_id_id", "message", ["ticket_id", "id"], unique=False)
    op.create_table(
        "answer_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_answer_link_message_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_answer_link_ticket_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_answer_link"),
    )
    op.create_index("ix_answer_link_ticket_id", "answer_link", ["ticket_id"], unique=False)
    # What happened before there were messages is not told after the fact.
    op.execute("INSERT INTO cursor (name, value) SELECT 'notices', coalesce(max(id), 0) FROM event")


def downgrade() -> None:
    op.execute("DELETE FROM cursor WHERE name = 'notices'")
    op.drop_table("answer_link")
    op.drop_table("message")
    op.drop_table("door")
