"""Keys under which near tickets are found: written once a ticket, looked up newest first.

One row a key, on both databases alike. A key that very many tickets share costs no more than any
other: only its newest tickets are read.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, TextClause, delete, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.store.tables import near_band
from intake.store.unit import Unit

Key = tuple[int, int]
"""Band and key."""


def put_keys(conn: Connection, ticket_key: int, keys: Sequence[Key]) -> None:
    """Add keys of a ticket; those that are there already stay as they are."""
    if not keys:
        return
    insert = sqlite_insert if conn.dialect.name == "sqlite" else postgresql_insert
    rows = [
        {"band": band, "key": key, "ticket_id": ticket_key} for band, key in dict.fromkeys(keys)
    ]
    conn.execute(insert(near_band).on_conflict_do_nothing(), rows)


def find_by_keys(
    conn: Connection, weights: Mapping[Key, int], *, since: int, newest: int
) -> Counter[int]:
    """Tickets from ``since`` on that have some of the keys, with the sum of the keys' weights.

    Of each key the ``newest`` tickets are read.
    """
    found: Counter[int] = Counter()
    if not weights:
        return found
    bound: dict[str, int] = {"since": since, "newest": newest}
    for number, ((band, key), weight) in enumerate(weights.items()):
        bound |= {f"b{number}": band, f"k{number}": key, f"w{number}": weight}
    for ticket_key, weight in conn.execute(_lookup(len(weights)), bound):
        found[ticket_key] += weight
    return found


def forget_keys(unit: Unit, before: int) -> int:
    """Remove the keys of tickets below ``before``; returns how many."""
    return unit.conn.execute(delete(near_band).where(near_band.c.ticket_id < before)).rowcount


@cache
def _lookup(keys: int) -> TextClause:
    """One statement for so many keys; each part ends after its newest rows."""
    part = (
        "SELECT * FROM (SELECT ticket_id, CAST(:w{0} AS integer) AS weight FROM near_band "
        "WHERE band = :b{0} AND key = :k{0} AND ticket_id >= :since "
        "ORDER BY ticket_id DESC LIMIT :newest) AS part{0}"
    )
    return text(" UNION ALL ".join(part.format(number) for number in range(keys)))
