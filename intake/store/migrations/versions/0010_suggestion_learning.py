"""What the suggestion learns from: near texts and places, decisions, training runs, hot spots."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "near_band",
        sa.Column("band", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ticket_id", KEY, primary_key=True, autoincrement=False),
        comment="Under which keys (MinHash bands, names, squares of the map) a ticket is found",
        sqlite_with_rowid=False,
    )
    _create_decision()
    op.create_table(
        "training_run",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("before_version", sa.String(64), nullable=False),
        sa.Column("taught", sa.Integer, nullable=False),
        sa.Column("judged", sa.Integer, nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("before_figures", sa.JSON(), nullable=False),
        sa.Column("per_class", sa.JSON(), nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        comment="Each training: figures of the new and the old model on the same decisions",
    )
    op.create_table(
        "hot_spot",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("label", sa.String(24), nullable=False),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("newest_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("seen_by", KEY),
        sa.Column("seen_at", INSTANT),
        comment="Many alike within hours near each other: an alert for the shift leader",
    )
    op.create_index("ix_hot_spot_closed_at", "hot_spot", ["closed_at"])


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("ticket_id", KEY, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_account", KEY),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("label", sa.String(24), nullable=False),
        sa.Column("suggested", sa.JSON(), nullable=False),
        sa.Column("chosen_rank", sa.Integer),
        sa.Column("probability", sa.Float),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("edition", sa.String(32), nullable=False),
        sa.Column("appeal", sa.String(12), nullable=False),
        sa.Column("urgency", sa.String(10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("group_id", KEY, nullable=False),
        sa.Column("holdout", sa.Boolean, nullable=False),
        sa.UniqueConstraint("event_id"),
        comment="What a person decided beside a suggestion, without personal data",
    )
    op.create_index("ix_decision_ticket_id", "decision", ["ticket_id"])
    op.create_index("ix_decision_at", "decision", ["at"])


def downgrade() -> None:
    for table in ("hot_spot", "training_run", "decision", "near_band"):
        op.drop_table(table)
