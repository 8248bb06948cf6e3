"""Catalogue editions, handbook, units and the places of the county."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_override",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("workday", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_calendar_override"),
    )
    op.create_table(
        "category_map",
        sa.Column("from_edition", sa.String(length=32), nullable=False),
        sa.Column("from_kind", sa.String(length=10), nullable=False),
        sa.Column("from_code", sa.String(length=5), nullable=False),
        sa.Column("to_edition", sa.String(length=32), nullable=False),
        sa.Column("to_kind", sa.String(length=10), nullable=False),
        sa.Column("to_code", sa.String(length=5), nullable=False),
        sa.Column("match", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint(
            "from_edition", "from_kind", "from_code", "to_edition", name="pk_category_map"
        ),
    )
    op.create_table(
        "community",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_community"),
    )
    op.create_table(
        "condition",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("edition", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("filing", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("lead_unit", sa.String(length=12), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_condition"),
        sa.UniqueConstraint(
            "edition", "kind", "code", "position", name="uq_condition_edition_kind_code_position"
        ),
    )
    op.create_index("ix_condition_category", "condition", ["edition", "kind", "code"], unique=False)
    op.create_table(
        "county",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("frame_lon", sa.Float(), nullable=False),
        sa.Column("frame_lat", sa.Float(), nullable=False),
        sa.Column("river", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_county"),
    )
    op.create_table(
        "edition",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_to", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_edition"),
    )
    op.create_table(
        "landmark",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_landmark"),
    )
    op.create_table(
        "referral",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_referral"),
    )
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("ring", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
    )
    op.create_table(
        "road",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("road_class", sa.String(length=16), nullable=False),
        sa.Column("key_road", sa.Boolean(), nullable=False),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_road"),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("short_name", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("town_code", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_unit"),
    )
    op.create_table(
        "unit_grid",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("grid_column", sa.Integer(), nullable=False),
        sa.Column("grid_row", sa.Integer(), nullable=False),
        sa.Column("duty_grid", sa.String(length=20), nullable=False),
        sa.Column("collector", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_unit_grid"),
    )
    op.create_index("ix_unit_grid_duty_grid", "unit_grid", ["duty_grid"], unique=False)
    op.create_table(
        "village",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_village"),
    )
    op.create_table(
        "category",
        sa.Column("edition", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("major_code", sa.String(length=2), nullable=False),
        sa.Column("major_name", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition"], ["edition.name"], name="fk_category_edition"),
        sa.PrimaryKeyConstraint("edition", "kind", "code", name="pk_category"),
    )
    op.create_table(
        "condition_limit",
        sa.Column("condition_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["condition_id"], ["condition.id"], name="fk_condition_limit_condition_id"
        ),
        sa.PrimaryKeyConstraint("condition_id", "position", name="pk_condition_limit"),
    )


def downgrade() -> None:
    op.drop_table("condition_limit")
    op.drop_table("category")
    op.drop_table("village")
    op.drop_table("unit_grid")
    op.drop_table("unit")
    op.drop_table("road")
    op.drop_table("region")
    op.drop_table("referral")
    op.drop_table("landmark")
    op.drop_table("edition")
    op.drop_table("county")
    op.drop_table("condition")
    op.drop_table("community")
    op.drop_table("category_map")
    op.drop_table("calendar_override")
