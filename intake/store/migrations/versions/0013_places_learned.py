"""Places: what a decision teaches of them, and the second place a report may mean."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision", sa.Column("place", sa.Text(), nullable=True))
    op.add_column("suggestion", sa.Column("second_place", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("suggestion", "second_place")
    op.drop_column("decision", "place")
