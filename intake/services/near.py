"""Tickets that may tell of the same matter, whatever door they came through (R11, domain.md §4.4).

Found by index keys of words and place, judged one by one, shown with reasons. Nothing is merged
here: a person decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from math import cos, hypot, radians
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, select

from classifiers.duplicates import Circumstances, Level, Thresholds, judge
from classifiers.near_text import NearText, likeness, near_text
from intake.domain.case_steps import CaseState
from intake.domain.category import CategoryKind
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor
from intake.domain.ticket_steps import TicketState
from intake.services.near_index import candidates, first_key, words_of
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom
from intake.store.tables import casefile, reporter, suggestion, ticket

_METRES_PER_DEGREE = 111_320
_RADIUS = {CategoryKind.COMPONENT: 30.0, CategoryKind.EVENT: 100.0}
_JUDGED = 24
_SHOWN = 8
_SHOWN_WORDS = 120
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
# Built once: building and compiling a statement costs as much as running it.
_CANDIDATES = select(
    ticket.c.id,
    ticket.c.state,
    ticket.c.received_at,
    ticket.c.closed_at,
    ticket.c.description,
    ticket.c.address,
    ticket.c.landmark,
    ticket.c.lon,
    ticket.c.lat,
    ticket.c.category_kind,
    ticket.c.category_code,
    ticket.c.case_id,
).where(ticket.c.id.in_(_KEYS), ticket.c.state != TicketState.VOIDED.value)
_GUESSES = (
    select(suggestion.c.ticket_id, suggestion.c.guesses)
    .where(suggestion.c.ticket_id.in_(_KEYS), suggestion.c.abstained.is_(False))
    .order_by(suggestion.c.id)
)
_CALLERS = (
    select(
        reporter.c.ticket_id,
        reporter.c.phone_hash,
        reporter.c.email_hash,
        ticket.c.confidential,
    )
    .join(ticket, ticket.c.id == reporter.c.ticket_id)
    .where(reporter.c.ticket_id.in_(_KEYS))
)
_CASES = select(casefile.c.id, casefile.c.number, casefile.c.state, casefile.c.closed_at).where(
    casefile.c.id.in_(_KEYS)
)


class Tie(StrEnum):
    """What a candidate would be; the value is what the screen shows."""

    DUPLICATE = "重复"
    REMINDER = "催办"
    """The same caller asks after a matter that is in hand."""
    RECURRENCE = "复发"
    """The matter was closed and is back at the same place."""


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
    level: Level
    tie: Tie
    reasons: tuple[str, ...]
    lon: float | None
    lat: float | None
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """A report as it is compared; ``label`` is chosen (``settled``) or the best guess."""

    words: NearText
    spot: tuple[float, float] | None
    address: str
    received_at: datetime
    label: str | None
    settled: bool
    kind: CategoryKind | None
    caller: frozenset[bytes]


def find_near(room: Workroom, actor: Actor, number: str) -> list[Neighbour]:
    """Up to eight candidates for a ticket, best first; raises NotAllowed and NotFound."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
        row = conn.execute(_CANDIDATES, {"keys": [sheet.id]}).first()
        if row is None:
            return []
        known = _known(row, _best_guesses(conn, [row]), _callers(conn, [row], actor))
        return _near(room, conn, actor, known, words_of(sheet), {sheet.id})


def find_near_words(
    room: Workroom, actor: Actor, words: str, spot: tuple[float, float] | None, label: str | None
) -> list[Neighbour]:
    """The same for words that are not stored yet, with the place so far, if any."""
    actor.require(Action.READ_TICKETS)
    known = _Known(near_text(words), spot, "", room.clock(), label, False, None, frozenset())
    with room.database.read() as conn:
        return _near(room, conn, actor, known, words, set())


def _near(
    room: Workroom, conn: Connection, actor: Actor, known: _Known, words: str, besides: set[int]
) -> list[Neighbour]:
    since = known.received_at - timedelta(days=room.settings.near_days)
    keys = candidates(room, conn, words, known.spot, since, _JUDGED)
    keys += _same_caller(conn, known, first_key(since))
    wanted = set(keys) - besides
    if not wanted:
        return []
    rows = conn.execute(_CANDIDATES, {"keys": list(wanted)}).all()
    guesses = _best_guesses(conn, rows)
    callers = _callers(conn, rows, actor) if known.caller else {}
    cases = _cases(conn, rows)
    limits = _thresholds(room)
    found = []
    for row in rows:
        other = _known(row, guesses, callers)
        near = _judged(room, known, other, row, cases.get(row.case_id), limits)
        if near is not None:
            found.append(near)
    return sorted(found, key=lambda near: (-near.score, near.number))[:_SHOWN]


def _judged(
    room: Workroom,
    known: _Known,
    other: _Known,
    row: Any,
    case: RowMapping | None,
    limits: Thresholds,
) -> Neighbour | None:
    metres = _metres(known.spot, other.spot)
    closed = case["closed_at"] if case else None
    # A matter that is still open is the same matter, however long ago it was reported.
    in_hand = case is not None and CaseState(case["state"]).open
    apart = timedelta() if in_hand else abs(known.received_at - (closed or other.received_at))
    around = Circumstances(
        metres=metres,
        radius=_RADIUS[known.kind or other.kind or CategoryKind.EVENT],
        same_address=bool(known.address) and known.address == other.address,
        apart=apart,
        label=known.label,
        other_label=other.label,
        settled=known.settled and other.settled,
        same_caller=bool(known.caller & other.caller),
    )
    verdict = judge(likeness(known.words, other.words), around)
    level = limits.level(verdict.score)
    if level is None:
        return None
    return Neighbour(
        number=ticket_number(row.id),
        state=TicketState(row.state),
        received_at=row.received_at,
        description=row.description[:_SHOWN_WORDS],
        address=row.address or row.landmark,
        category_code=row.category_code,
        metres=metres,
        score=verdict.score,
        level=level,
        tie=_tie(room, known, around, row, closed or row.closed_at, level),
        reasons=verdict.reasons,
        lon=row.lon,
        lat=row.lat,
        case_number=case["number"] if case else "",
    )


def _tie(
    room: Workroom,
    known: _Known,
    around: Circumstances,
    row: Any,
    ended: datetime | None,
    level: Level,
) -> Tie:
    """What it would be; merely related matters are told as duplicates to be looked at."""
    if level is Level.RELATED:
        return Tie.DUPLICATE
    lately = timedelta(days=room.settings.recurrence_days)
    if ended is not None and ended <= known.received_at <= ended + lately:
        same_place = around.metres is not None and around.metres <= around.radius
        if (same_place or around.same_address) and around.label == around.other_label:
            return Tie.RECURRENCE
    if around.same_caller and ended is None and not TicketState(row.state).terminal:
        return Tie.REMINDER
    return Tie.DUPLICATE


def _known(row: Any, guesses: Mapping[int, str], callers: Mapping[int, frozenset[bytes]]) -> _Known:
    chosen = None
    if row.category_code is not None:
        chosen = CategoryKind(row.category_kind).letter + row.category_code
    label = chosen or guesses.get(row.id)
    kind = CategoryKind.COMPONENT if label and label.startswith("C") else CategoryKind.EVENT
    return _Known(
        _read("\n".join(part for part in (row.description, row.address, row.landmark) if part)),
        None if row.lon is None or row.lat is None else (row.lon, row.lat),
        row.address.strip(),
        row.received_at,
        label,
        chosen is not None,
        kind if label else None,
        callers.get(row.id, frozenset()),
    )


@lru_cache(maxsize=512)
def _read(words: str) -> NearText:
    """While somebody types, the same candidates are compared again and again."""
    return near_text(words)


def _best_guesses(conn: Connection, rows: Sequence[Any]) -> dict[int, str]:
    """The best guess of the latest suggestion, for tickets without a category of their own."""
    keys = [row.id for row in rows if row.category_code is None]
    made = conn.execute(_GUESSES, {"keys": keys}).all() if keys else ()
    return {row.ticket_id: row.guesses[0]["label"] for row in made if row.guesses}


def _callers(conn: Connection, rows: Sequence[Any], actor: Actor) -> dict[int, frozenset[bytes]]:
    """Keyed hashes of each ticket's numbers; who reported in confidence stays out of it."""
    found = conn.execute(_CALLERS, {"keys": [row.id for row in rows]})
    return {
        row.ticket_id: frozenset(part for part in (row.phone_hash, row.email_hash) if part)
        for row in found
        if not row.confidential or actor.may(Action.MERGE_INTO_CASE)
    }


def _same_caller(conn: Connection, known: _Known, since: int) -> list[int]:
    found: list[int] = []
    for column in (reporter.c.phone_hash, reporter.c.email_hash):
        query = (
            select(reporter.c.ticket_id)
            .where(column.in_(known.caller), reporter.c.ticket_id >= since)
            .order_by(reporter.c.ticket_id.desc())
            .limit(_SHOWN)
        )
        found += conn.execute(query).scalars() if known.caller else ()
    return found


def _cases(conn: Connection, rows: Sequence[Any]) -> dict[int, RowMapping]:
    keys = [row.case_id for row in rows if row.case_id is not None]
    found = conn.execute(_CASES, {"keys": keys}).mappings() if keys else ()
    return {row["id"]: row for row in found}


def _metres(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    if one is None or other is None:
        return None
    east = (other[0] - one[0]) * cos(radians(other[1]))
    return hypot(east, other[1] - one[1]) * _METRES_PER_DEGREE


def _thresholds(room: Workroom) -> Thresholds:
    settings = room.settings
    return Thresholds(settings.near_likely, settings.near_possible, settings.near_related)
