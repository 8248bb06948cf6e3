"""Call-backs, return visits by telephone, dial attempts, do-not-call, scripts."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "do_not_call",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_shown", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_by", KEY, nullable=True),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number_hash", name="pk_do_not_call"),
    )
    op.create_table(
        "script",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_by", KEY, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_script"),
    )
    op.create_table(
        "return_task",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("asked_for", INSTANT, nullable=True),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("visit_id", KEY, nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("confirmed_by", KEY, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_return_task_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_return_task"),
    )
    op.create_index("ix_return_task_created_at", "return_task", ["created_at"], unique=False)
    op.create_index(
        "ix_return_task_open_next_at",
        "return_task",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "ix_return_task_review",
        "return_task",
        ["done_at"],
        unique=False,
        sqlite_where=sa.text("state = 'REVIEW'"),
        postgresql_where=sa.text("state = 'REVIEW'"),
    )
    op.create_index("ix_return_task_ticket_id", "return_task", ["ticket_id"], unique=False)
    op.create_index(
        "uq_return_task_open_ticket",
        "return_task",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "callback_task",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("number_shown", sa.String(length=40), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("missed_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("first_call_id", KEY, nullable=True),
        sa.Column("last_call_id", KEY, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", KEY, nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", KEY, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_call_id"], ["call.id"], name="fk_callback_task_first_call_id"
        ),
        sa.ForeignKeyConstraint(
            ["last_call_id"], ["call.id"], name="fk_callback_task_last_call_id"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_callback_task_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callback_task"),
    )
    op.create_index("ix_callback_task_created_at", "callback_task", ["created_at"], unique=False)
    op.create_index(
        "ix_callback_task_open_next_at",
        "callback_task",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index(
        "uq_callback_task_open_number",
        "callback_task",
        ["number_hash"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "dial_attempt",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("return_task_id", KEY, nullable=True),
        sa.Column("callback_task_id", KEY, nullable=True),
        sa.Column("ticket_id", KEY, nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("window", sa.String(length=16), nullable=False),
        sa.Column("by_account", KEY, nullable=True),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("command_id", KEY, nullable=True),
        sa.Column("call_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("visit_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_dial_attempt_call_id"),
        sa.ForeignKeyConstraint(
            ["callback_task_id"], ["callback_task.id"], name="fk_dial_attempt_callback_task_id"
        ),
        sa.ForeignKeyConstraint(
            ["command_id"], ["pbx_command.id"], name="fk_dial_attempt_command_id"
        ),
        sa.ForeignKeyConstraint(
            ["return_task_id"], ["return_task.id"], name="fk_dial_attempt_return_task_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dial_attempt"),
    )
    op.create_index(
        "ix_dial_attempt_callback_task_id", "dial_attempt", ["callback_task_id"], unique=False
    )
    op.create_index("ix_dial_attempt_planned_at", "dial_attempt", ["planned_at"], unique=False)
    op.create_index(
        "ix_dial_attempt_return_task_id", "dial_attempt", ["return_task_id"], unique=False
    )
    op.create_index("ix_dial_attempt_ticket_id", "dial_attempt", ["ticket_id"], unique=False)
    op.create_index(
        "uq_dial_attempt_open_account",
        "dial_attempt",
        ["by_account"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_dial_attempt_open_callback",
        "dial_attempt",
        ["callback_task_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_dial_attempt_open_return",
        "dial_attempt",
        ["return_task_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("dial_attempt")
    op.drop_table("callback_task")
    op.drop_table("return_task")
    op.drop_table("script")
    op.drop_table("do_not_call")
