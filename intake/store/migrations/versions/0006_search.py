"""Full-text search: FTS5 on SQLite, tsvector with GIN on PostgreSQL."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # The tokenizer "ascii" parts at blanks and never inside a Chinese word, whatever its plane.
        op.execute(
            "CREATE VIRTUAL TABLE ticket_search USING fts5("
            "tokens, detail='none', columnsize=0, tokenize='ascii')"
        )
        return
    op.execute(
        "CREATE TABLE ticket_search (ticket_id bigint PRIMARY KEY, tokens tsvector NOT NULL)"
    )
    op.execute(
        "CREATE INDEX ix_ticket_search_tokens ON ticket_search "
        "USING gin (tokens) WITH (fastupdate = off)"
    )


def downgrade() -> None:
    op.execute("DROP TABLE ticket_search")
