"""Where near tickets are looked up: keys of a ticket's words, of its place, and of its square."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from math import floor

from sqlalchemy import Connection, select

from classifiers.near_text import NAME_BAND, index_keys
from intake.domain.numbers import county_day, daily_key
from intake.domain.ticket import Ticket
from intake.services.workroom import Workroom
from intake.store.near_keys import Key, find_by_keys, forget_keys, put_keys
from intake.store.records import from_row
from intake.store.tables import ticket
from intake.store.unit import Unit

SQUARE_BAND = 101
_SQUARE_METRES = 100
_AROUND = (-1, 0, 1)
_NEWEST = 20
_WEIGHTS = {NAME_BAND: 3, SQUARE_BAND: 4}
_BATCH = 200


def words_of(sheet: Ticket) -> str:
    """Everything of a ticket that names its matter and its place."""
    return "\n".join(part for part in (sheet.description, sheet.address, sheet.landmark) if part)


def index_near(room: Workroom, conn: Connection, sheet: Ticket) -> None:
    """Make a ticket findable by its words and its place as they are now."""
    keys = index_keys(words_of(sheet))
    if sheet.lon is not None and sheet.lat is not None:
        column, row = _square(room, sheet.lon, sheet.lat)
        keys.append((SQUARE_BAND, _square_key(column, row)))
    put_keys(conn, sheet.id, keys)


def candidates(
    room: Workroom,
    conn: Connection,
    words: str,
    spot: tuple[float, float] | None,
    since: datetime,
    most: int,
) -> list[int]:
    """Keys of tickets received from ``since`` on that may be near, the likeliest first."""
    wanted: dict[Key, int] = {key: _WEIGHTS.get(key[0], 1) for key in index_keys(words)}
    if spot is not None:
        squares = _squares_around(room, *spot)
        wanted |= {(SQUARE_BAND, key): _WEIGHTS[SQUARE_BAND] for key in squares}
    found = find_by_keys(conn, wanted, since=first_key(since), newest=_NEWEST)
    return sorted(found, key=lambda key: (-found[key], -key))[:most]


def first_key(since: datetime) -> int:
    """The smallest key of a ticket of that day."""
    return daily_key(county_day(since), 0)


def forget_far(room: Workroom) -> None:
    """Forget the keys of tickets that are too old to be anybody's duplicate."""
    oldest = first_key(room.clock() - timedelta(days=2 * room.settings.near_days))
    room.database.write(lambda unit: forget_keys(unit, oldest))


def index_all(room: Workroom) -> Iterator[int]:
    """Index every ticket within reach again, for a store from before the index; yields counts."""
    since = first_key(room.clock() - timedelta(days=room.settings.near_days))
    while True:
        query = select(ticket).where(ticket.c.id >= since).order_by(ticket.c.id).limit(_BATCH)
        with room.database.read() as conn:
            sheets = [from_row(Ticket, row) for row in conn.execute(query).mappings()]
        if not sheets:
            return
        room.database.write(partial(_index_batch, room, sheets))
        since = sheets[-1].id + 1
        yield len(sheets)


def _index_batch(room: Workroom, sheets: Sequence[Ticket], unit: Unit) -> None:
    for sheet in sheets:
        index_near(room, unit.conn, sheet)


def _squares_around(room: Workroom, lon: float, lat: float) -> list[int]:
    column, row = _square(room, lon, lat)
    return [_square_key(column + east, row + north) for east in _AROUND for north in _AROUND]


def _square(room: Workroom, lon: float, lat: float) -> tuple[int, int]:
    x, y = room.county.plane.to_metres(lon, lat)
    return floor(x / _SQUARE_METRES), floor(y / _SQUARE_METRES)


def _square_key(column: int, row: int) -> int:
    """Squares of the county's plane, also where there are no unit grids."""
    return (column + 1_000_000) << 32 | (row + 1_000_000)
