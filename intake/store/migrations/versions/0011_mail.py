"""Mail as it arrived: envelope, heading, verdicts, the rule that decided."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mail",
        sa.Column("contact_id", KEY, autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_key", sa.String(length=80), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("message_id_hash", sa.LargeBinary(), nullable=False),
        sa.Column("heading", sa.LargeBinary(), nullable=True),
        sa.Column("reading", sa.LargeBinary(), nullable=True),
        sa.Column("sender_hash", sa.LargeBinary(), nullable=True),
        sa.Column("subject_hash", sa.LargeBinary(), nullable=True),
        sa.Column("text_hash", sa.LargeBinary(), nullable=True),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_mail_contact_id"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_mail"),
        comment="One mail each: raw in contact.raw, or sealed in a file below the upload folder",
    )
    op.create_index("ix_mail_message_id_hash", "mail", ["message_id_hash"], unique=False)
    op.create_index("ix_mail_rule_contact_id", "mail", ["rule", "contact_id"], unique=False)
    op.create_index(
        "ix_mail_sender_hash_contact_id", "mail", ["sender_hash", "contact_id"], unique=False
    )
    op.create_index(
        "ix_mail_waits",
        "mail",
        ["contact_id"],
        unique=False,
        sqlite_where=sa.text("waits"),
        postgresql_where=sa.text("waits"),
    )


def downgrade() -> None:
    op.drop_table("mail")
