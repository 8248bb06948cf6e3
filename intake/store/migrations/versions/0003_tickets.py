"""Contacts, tickets, reporters and what hangs on them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("appeal", sa.String(length=12), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("case_class", sa.String(length=10), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("needs_reply", sa.Boolean(), nullable=False),
        sa.Column("category_kind", sa.String(length=10), nullable=True),
        sa.Column("category_edition", sa.String(length=32), nullable=True),
        sa.Column("category_code", sa.String(length=5), nullable=True),
        sa.Column("condition_id", KEY, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("landmark", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("original_lon", sa.Float(), nullable=True),
        sa.Column("original_lat", sa.Float(), nullable=True),
        sa.Column("datum", sa.String(length=8), nullable=True),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("unit_grid_code", sa.String(length=20), nullable=False),
        sa.Column("in_area", sa.Boolean(), nullable=True),
        sa.Column("occurred", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("absence_reason", sa.Text(), nullable=False),
        sa.Column("incomplete_reason", sa.Text(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("emergency_waiver", sa.Boolean(), nullable=False),
        sa.Column("leader_reference", sa.Text(), nullable=False),
        sa.Column("duplicate_decided", sa.Boolean(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("respond_by", INSTANT, nullable=True),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("registered_by", KEY, nullable=True),
        sa.Column("registered_at", INSTANT, nullable=True),
        sa.Column("submitted_by", KEY, nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("close_reason", sa.String(length=24), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("public_answer", sa.Text(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket"),
    )
    op.create_index("ix_ticket_case_id", "ticket", ["case_id"], unique=False)
    op.create_index("ix_ticket_lat_lon", "ticket", ["lat", "lon"], unique=False)
    op.create_index("ix_ticket_parent_id", "ticket", ["parent_id"], unique=False)
    op.create_index("ix_ticket_source_state_id", "ticket", ["source", "state", "id"], unique=False)
    op.create_index("ix_ticket_state_id", "ticket", ["state", "id"], unique=False)
    op.create_index("ix_ticket_unit_grid_code_id", "ticket", ["unit_grid_code", "id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("clean_key", sa.String(length=80), nullable=False),
        sa.Column("thumb_key", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("clean_sha256", sa.String(length=64), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_attachment_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("key", name="uq_attachment_key"),
    )
    op.create_index("ix_attachment_ticket_id", "attachment", ["ticket_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("external_id", sa.String(length=128), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("raw_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("outcome_at", INSTANT, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_contact_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.UniqueConstraint("source", "external_id", name="uq_contact_source_external_id"),
    )
    op.create_index(
        "ix_contact_received_at_source", "contact", ["received_at", "source"], unique=False
    )
    op.create_index("ix_contact_ticket_id", "contact", ["ticket_id"], unique=False)
    op.create_table(
        "reporter",
        sa.Column("ticket_id", KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("caller_number", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("email_hash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_reporter_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_reporter"),
    )
    op.create_index("ix_reporter_email_hash", "reporter", ["email_hash"], unique=False)
    op.create_index("ix_reporter_phone_hash", "reporter", ["phone_hash"], unique=False)
    op.create_table(
        "ticket_link",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("other_ticket_id", KEY, nullable=True),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_account", KEY, nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_link_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_link"),
    )
    op.create_index("ix_ticket_link_case_id", "ticket_link", ["case_id"], unique=False)
    op.create_index(
        "ix_ticket_link_other_ticket_id", "ticket_link", ["other_ticket_id"], unique=False
    )
    op.create_index("ix_ticket_link_ticket_id", "ticket_link", ["ticket_id"], unique=False)
    op.create_table(
        "supplement",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_role", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_supplement_contact_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_supplement_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_supplement"),
    )
    op.create_index("ix_supplement_ticket_id", "supplement", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("supplement")
    op.drop_table("ticket_link")
    op.drop_table("reporter")
    op.drop_table("contact")
    op.drop_table("attachment")
    op.drop_table("ticket")
