"""The PBX link: calls, gaps, recordings, agents, commands."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("extension", sa.String(length=16), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("device", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("wrap_until", INSTANT, nullable=True),
        sa.Column("call_id", KEY, nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("secret_until", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("extension", name="pk_agent"),
        sa.UniqueConstraint("account_id", name="uq_agent_account_id"),
    )
    op.create_table(
        "agent_spell",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("extension", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("forced_by", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agent_spell"),
    )
    op.create_index(
        "ix_agent_spell_account_id_began_at",
        "agent_spell",
        ["account_id", "began_at"],
        unique=False,
    )
    op.create_index("ix_agent_spell_began_at", "agent_spell", ["began_at"], unique=False)
    op.create_table(
        "known_caller",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("elder", sa.Boolean(), nullable=False),
        sa.Column("marked_by", KEY, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number_hash", name="pk_known_caller"),
    )
    op.create_table(
        "nuisance_number",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_shown", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_by", KEY, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_nuisance_number"),
        sa.UniqueConstraint("number_hash", name="uq_nuisance_number_number_hash"),
    )
    op.create_table(
        "pbx",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("epoch", INSTANT, nullable=True),
        sa.Column("connection", sa.Integer(), nullable=False),
        sa.Column("last_event_at", INSTANT, nullable=True),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("waiting", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pbx"),
    )
    op.create_table(
        "pbx_command",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("pbx", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("asked_by", KEY, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pbx_command"),
    )
    op.create_index(
        "ix_pbx_command_open",
        "pbx_command",
        ["pbx", "id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "pbx_gap",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("pbx", sa.String(length=40), nullable=False),
        sa.Column("lost_at", INSTANT, nullable=False),
        sa.Column("resumed_at", INSTANT, nullable=True),
        sa.Column("restarted", sa.Boolean(), nullable=True),
        sa.Column("filled_at", INSTANT, nullable=True),
        sa.Column("calls_filled", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pbx_gap"),
    )
    op.create_index("ix_pbx_gap_pbx_lost_at", "pbx_gap", ["pbx", "lost_at"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("pbx", sa.String(length=40), nullable=False),
        sa.Column("linkedid", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("in_gap", sa.Boolean(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        sa.Column("number_hash", sa.LargeBinary(), nullable=True),
        sa.Column("number_shown", sa.String(length=40), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("queued_at", INSTANT, nullable=True),
        sa.Column("ringing_at", INSTANT, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("wait_ms", sa.Integer(), nullable=True),
        sa.Column("talk_ms", sa.Integer(), nullable=True),
        sa.Column("hold_ms", sa.Integer(), nullable=True),
        sa.Column("extension", sa.String(length=16), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("contact_id", KEY, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("attempt_id", sa.String(length=40), nullable=True),
        sa.Column("record_resume_at", INSTANT, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_call_contact_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_call_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("pbx", "linkedid", name="uq_call_pbx_linkedid"),
    )
    op.create_index("ix_call_attempt_id", "call", ["attempt_id"], unique=False)
    op.create_index(
        "ix_call_number_hash_started_at", "call", ["number_hash", "started_at"], unique=False
    )
    op.create_index(
        "ix_call_open",
        "call",
        ["pbx"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_call_record_resume_at",
        "call",
        ["record_resume_at"],
        unique=False,
        sqlite_where=sa.text("record_resume_at IS NOT NULL"),
        postgresql_where=sa.text("record_resume_at IS NOT NULL"),
    )
    op.create_index("ix_call_started_at", "call", ["started_at"], unique=False)
    op.create_index("ix_call_ticket_id", "call", ["ticket_id"], unique=False)
    op.create_table(
        "call_note",
        sa.Column("call_id", KEY, autoincrement=False, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_call_note_call_id"),
        sa.PrimaryKeyConstraint("call_id", name="pk_call_note"),
    )
    op.create_table(
        "recording",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("call_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("picked_at", INSTANT, nullable=True),
        sa.Column("legal_hold", sa.Boolean(), nullable=False),
        sa.Column("purged_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_recording_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.UniqueConstraint("file", name="uq_recording_file"),
    )
    op.create_index("ix_recording_call_id", "recording", ["call_id"], unique=False)
    op.create_index(
        "ix_recording_state_reported_at", "recording", ["state", "reported_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("recording")
    op.drop_table("call_note")
    op.drop_table("call")
    op.drop_table("pbx_gap")
    op.drop_table("pbx_command")
    op.drop_table("pbx")
    op.drop_table("nuisance_number")
    op.drop_table("known_caller")
    op.drop_table("agent_spell")
    op.drop_table("agent")
