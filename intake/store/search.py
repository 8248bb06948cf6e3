"""Full-text search over words cut elsewhere: FTS5 on SQLite, tsvector with GIN on PostgreSQL.

Both see the same words (``classifiers.text.search_tokens``: Chinese words, or runs of a-z and 0-9),
so both find the same tickets. Results are newest first and paged by ticket id (decision 7).
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, text

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 64
_MOST_WORDS = 32
_NEWEST = 20_000
"""Rows looked through newest first before the index is asked: a frequent word fills its page from
here, and a word that does not is rare enough for the index to list all its tickets."""

_BEYOND_ALL = 2**62

_LITE_PUT = text("INSERT OR REPLACE INTO ticket_search (rowid, tokens) VALUES (:key, :tokens)")
_LITE_FIND = text(
    "SELECT rowid FROM ticket_search WHERE ticket_search MATCH :query AND rowid < :before "
    "ORDER BY rowid DESC LIMIT :limit"
)
_POSTGRES_PUT = text(
    "INSERT INTO ticket_search (ticket_id, tokens) "
    "VALUES (:key, array_to_tsvector(CAST(:tokens AS text[]))) "
    "ON CONFLICT (ticket_id) DO UPDATE SET tokens = excluded.tokens"
)
_POSTGRES_NEWEST = text(
    "SELECT ticket_id FROM (SELECT ticket_id, tokens FROM ticket_search "
    "WHERE ticket_id < :before ORDER BY ticket_id DESC LIMIT :newest) AS newest "
    "WHERE tokens @@ CAST(:query AS tsquery) ORDER BY ticket_id DESC LIMIT :limit"
)
_POSTGRES_FIND = text(
    "WITH found AS MATERIALIZED (SELECT ticket_id FROM ticket_search "
    "WHERE tokens @@ CAST(:query AS tsquery)) "
    "SELECT ticket_id FROM found WHERE ticket_id < :before ORDER BY ticket_id DESC LIMIT :limit"
)


def index(conn: Connection, ticket_key: int, tokens: Sequence[str]) -> None:
    """Put a ticket's words into the index, in place of those that were there."""
    words = _clean(tokens)
    if conn.dialect.name == "sqlite":
        conn.execute(_LITE_PUT, {"key": ticket_key, "tokens": " ".join(words)})
    else:
        conn.execute(_POSTGRES_PUT, {"key": ticket_key, "tokens": words})


def search(
    conn: Connection, tokens: Sequence[str], *, before: int | None = None, limit: int = 50
) -> list[int]:
    """Ids of the newest tickets below ``before`` that hold every one of ``tokens``.

    Words past the 32nd are not asked for. No word at all finds nothing.
    """
    words = _clean(tokens)[:_MOST_WORDS]
    if not words:
        return []
    bound: dict[str, object] = {
        "before": _BEYOND_ALL if before is None else before,
        "limit": limit,
    }
    if conn.dialect.name == "sqlite":
        query = " ".join(f'"{word}"' for word in words)
        return list(conn.execute(_LITE_FIND, bound | {"query": query}).scalars())
    bound["query"] = " & ".join(f"'{word}'" for word in words)
    found = list(conn.execute(_POSTGRES_NEWEST, bound | {"newest": _NEWEST}).scalars())
    if len(found) < limit:
        found = list(conn.execute(_POSTGRES_FIND, bound).scalars())
    return found


def _clean(tokens: Sequence[str]) -> list[str]:
    """Each word once, in order, and nothing that either database reads as an operator."""
    words = dict.fromkeys(word[:_LONGEST_WORD] for token in tokens for word in _WORD.findall(token))
    return list(words)
