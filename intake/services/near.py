"""Tickets near in place and similar in words, for a person to judge (R11, domain.md §4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from sqlalchemy import Connection, RowMapping, select

from classifiers.text import search_tokens
from intake.domain.category import CategoryKind
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom
from intake.store import search
from intake.store.tables import ticket

_METRES_PER_DEGREE = 111_320
_RADIUS = {CategoryKind.COMPONENT: 30.0, CategoryKind.EVENT: 100.0}
_LOOK_BACK = timedelta(days=30)
_MOST = 8


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A candidate with its reasons; ``score`` 0–1 orders the list, a person decides."""

    number: str
    state: TicketState
    received_at: datetime
    description: str
    address: str
    category_code: str | None
    metres: float | None
    score: float
    reasons: tuple[str, ...]


def find_near(room: Workroom, actor: Actor, number: str) -> list[Neighbour]:
    """Up to eight candidates, best first."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
        keys = set(_around(conn, sheet)) | set(_alike(conn, sheet))
        keys.discard(sheet.id)
        if not keys:
            return []
        rows = conn.execute(select(ticket).where(ticket.c.id.in_(keys))).mappings().all()
    words = frozenset(_pairs(sheet.description))
    found = [_neighbour(sheet, words, row) for row in rows]
    return sorted(found, key=lambda near: -near.score)[:_MOST]


def _around(conn: Connection, sheet: Ticket) -> Sequence[int]:
    if sheet.lon is None or sheet.lat is None:
        return []
    reach = 150 / _METRES_PER_DEGREE
    wide = reach / cos(radians(sheet.lat))
    since = sheet.received_at - _LOOK_BACK
    around = select(ticket.c.id).where(
        ticket.c.lon.between(sheet.lon - wide, sheet.lon + wide),
        ticket.c.lat.between(sheet.lat - reach, sheet.lat + reach),
        ticket.c.received_at >= since,
    )
    return list(conn.execute(around.order_by(ticket.c.id.desc()).limit(40)).scalars())


def _alike(conn: Connection, sheet: Ticket) -> Sequence[int]:
    tokens = sorted(set(search_tokens(sheet.description)), key=len, reverse=True)[:3]
    if len(tokens) < 2:
        return []
    return search.search(conn, tokens, before=None, limit=20)


def _pairs(text: str) -> set[str]:
    return {text[index : index + 2] for index in range(len(text) - 1)}


def _neighbour(sheet: Ticket, words: frozenset[str], row: RowMapping) -> Neighbour:
    other = dict(row)
    metres = None
    if None not in (sheet.lon, sheet.lat, other["lon"], other["lat"]):
        east = (other["lon"] - sheet.lon) * cos(radians(other["lat"]))
        metres = hypot(east, other["lat"] - sheet.lat) * _METRES_PER_DEGREE
    reasons = []
    score = 0.0
    radius = _RADIUS[sheet.category_kind or CategoryKind.EVENT]
    if metres is not None and metres <= radius:
        reasons.append(f"相距{metres:.0f}米")
        score += 0.4 * (1 - metres / (2 * radius))
    if sheet.category_code and other["category_code"] == sheet.category_code:
        reasons.append("同一类别")
        score += 0.25
    theirs = _pairs(other["description"])
    alike = len(words & theirs) / max(1, len(words | theirs))
    if alike >= 0.25:
        reasons.append(f"描述相似{alike:.0%}")
    score += 0.35 * alike
    return Neighbour(
        number=ticket_number(other["id"]),
        state=TicketState(other["state"]),
        received_at=other["received_at"],
        description=other["description"][:120],
        address=other["address"] or other["landmark"],
        category_code=other["category_code"],
        metres=metres,
        score=round(score, 3),
        reasons=tuple(reasons),
    )
