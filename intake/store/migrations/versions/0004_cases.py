"""The shared case store with its limits; suggestions, verification tasks, return visits."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "casefile",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("category_kind", sa.String(length=10), nullable=False),
        sa.Column("category_edition", sa.String(length=32), nullable=False),
        sa.Column("category_code", sa.String(length=5), nullable=False),
        sa.Column("condition_id", KEY, nullable=False),
        sa.Column("case_class", sa.String(length=10), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("supervised", sa.Boolean(), nullable=False),
        sa.Column("priority_place", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.Column("unit_grid_code", sa.String(length=20), nullable=False),
        sa.Column("lead_unit", sa.String(length=12), nullable=False),
        sa.Column("assist_units", sa.JSON(), nullable=False),
        sa.Column("filed_by", KEY, nullable=False),
        sa.Column("filed_at", INSTANT, nullable=False),
        sa.Column("filing_note", sa.Text(), nullable=False),
        sa.Column("leader_reference", sa.Text(), nullable=False),
        sa.Column("dispatched_by", KEY, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("suspended_until", INSTANT, nullable=True),
        sa.Column("rework_count", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_casefile_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_casefile"),
        sa.UniqueConstraint("number", name="uq_casefile_number"),
    )
    op.create_index("ix_casefile_state_id", "casefile", ["state", "id"], unique=False)
    op.create_index("ix_casefile_ticket_id", "casefile", ["ticket_id"], unique=False)
    op.create_index(
        "ix_casefile_unit_grid_code_id", "casefile", ["unit_grid_code", "id"], unique=False
    )
    op.create_table(
        "suggestion",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("ticket_version", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("model_version", sa.String(length=64), nullable=False),
        sa.Column("edition", sa.String(length=32), nullable=False),
        sa.Column("guesses", sa.JSON(), nullable=False),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("appeal", sa.String(length=12), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("urgency_reasons", sa.JSON(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("out_field", sa.String(length=24), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.Column("chosen", sa.String(length=12), nullable=False),
        sa.Column("chosen_rank", sa.Integer(), nullable=True),
        sa.Column("chosen_by", KEY, nullable=True),
        sa.Column("chosen_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_suggestion_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion"),
        sa.UniqueConstraint(
            "ticket_id", "ticket_version", name="uq_suggestion_ticket_id_ticket_version"
        ),
    )
    op.create_table(
        "verification",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("collector", sa.String(length=40), nullable=False),
        sa.Column("duty_grid", sa.String(length=20), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("sent_by", KEY, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("found", sa.Boolean(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_verification_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verification"),
    )
    op.create_index("ix_verification_ticket_id", "verification", ["ticket_id"], unique=False)
    op.create_table(
        "visit",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("ticket_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_account", KEY, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("contacted", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.String(length=16), nullable=True),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("handling", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_visit_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
    )
    op.create_index("ix_visit_ticket_id", "visit", ["ticket_id"], unique=False)
    op.create_table(
        "case_limit",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=24), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["casefile.id"], name="fk_case_limit_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_limit"),
        sa.UniqueConstraint("case_id", "position", name="uq_case_limit_case_id_position"),
    )
    op.create_table(
        "case_pause",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["casefile.id"], name="fk_case_pause_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_pause"),
    )
    op.create_index("ix_case_pause_case_id", "case_pause", ["case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("case_pause")
    op.drop_table("case_limit")
    op.drop_table("visit")
    op.drop_table("verification")
    op.drop_table("suggestion")
    op.drop_table("casefile")
