"""Tickets that may tell of the same matter, whatever door they came through (R11, domain.md §4.4).

Found by index keys of words and place, judged one by one, shown with reasons. Nothing is merged
here: a person decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians

from sqlalchemy import Connection, RowMapping, select

from classifiers.duplicates import Circumstances, Level, Thresholds, judge
from classifiers.near_text import NearText, likeness, near_text
from intake.domain.case_steps import CaseState
from intake.domain.category import CategoryKind
from intake.domain.people import Action, Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.near_index import candidates, first_key, words_of
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom
from intake.store.records import from_row
from intake.store.tables import casefile, reporter, suggestion, ticket

_METRES_PER_DEGREE = 111_320
_RADIUS = {CategoryKind.COMPONENT: 30.0, CategoryKind.EVENT: 100.0}
_JUDGED = 40
_SHOWN = 8
_SHOWN_WORDS = 120


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
        guesses = _best_guesses(conn, [sheet.id])
        callers = _callers(conn, [sheet.id], actor)
        known = _known(sheet, guesses, callers)
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
    rows = conn.execute(select(ticket).where(ticket.c.id.in_(wanted))).mappings()
    sheets = [from_row(Ticket, row) for row in rows if row["state"] != TicketState.VOIDED.value]
    guesses = _best_guesses(conn, [sheet.id for sheet in sheets])
    callers = _callers(conn, [sheet.id for sheet in sheets], actor)
    cases = _cases(conn, [sheet.case_id for sheet in sheets if sheet.case_id])
    limits = _thresholds(room)
    found = []
    for sheet in sheets:
        other = _known(sheet, guesses, callers)
        case = cases.get(sheet.case_id or 0)
        near = _judged(room, known, other, sheet, case, limits)
        if near is not None:
            found.append(near)
    return sorted(found, key=lambda near: (-near.score, near.number))[:_SHOWN]


def _judged(
    room: Workroom,
    known: _Known,
    other: _Known,
    sheet: Ticket,
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
        number=sheet.number,
        state=sheet.state,
        received_at=sheet.received_at,
        description=sheet.description[:_SHOWN_WORDS],
        address=sheet.address or sheet.landmark,
        category_code=sheet.category_code,
        metres=metres,
        score=verdict.score,
        level=level,
        tie=_tie(room, known, around, sheet, closed, limits.level(verdict.score)),
        reasons=verdict.reasons,
        lon=sheet.lon,
        lat=sheet.lat,
        case_number=case["number"] if case else "",
    )


def _tie(
    room: Workroom,
    known: _Known,
    around: Circumstances,
    sheet: Ticket,
    closed: datetime | None,
    level: Level | None,
) -> Tie:
    """What it would be; merely related matters are told as duplicates to be looked at."""
    if level is Level.RELATED:
        return Tie.DUPLICATE
    lately = timedelta(days=room.settings.recurrence_days)
    ended = closed or sheet.closed_at
    if ended is not None and ended <= known.received_at <= ended + lately:
        same_place = around.metres is not None and around.metres <= around.radius
        if (same_place or around.same_address) and around.label == around.other_label:
            return Tie.RECURRENCE
    if around.same_caller and ended is None and not sheet.state.terminal:
        return Tie.REMINDER
    return Tie.DUPLICATE


def _known(
    sheet: Ticket, guesses: Mapping[int, str], callers: Mapping[int, frozenset[bytes]]
) -> _Known:
    spot = None if sheet.lon is None or sheet.lat is None else (sheet.lon, sheet.lat)
    chosen = sheet.category.label if sheet.category else None
    label = chosen or guesses.get(sheet.id)
    kind = CategoryKind.COMPONENT if label and label.startswith("C") else CategoryKind.EVENT
    return _Known(
        near_text(words_of(sheet)),
        spot,
        sheet.address.strip(),
        sheet.received_at,
        label,
        chosen is not None,
        kind if label else None,
        callers.get(sheet.id, frozenset()),
    )


def _best_guesses(conn: Connection, keys: Sequence[int]) -> dict[int, str]:
    """The best guess of each ticket's latest suggestion that did not abstain."""
    query = (
        select(suggestion.c.ticket_id, suggestion.c.guesses)
        .where(suggestion.c.ticket_id.in_(keys), suggestion.c.abstained.is_(False))
        .order_by(suggestion.c.id)
    )
    rows = conn.execute(query).all()
    return {row.ticket_id: row.guesses[0]["label"] for row in rows if row.guesses}


def _callers(conn: Connection, keys: Sequence[int], actor: Actor) -> dict[int, frozenset[bytes]]:
    """Keyed hashes of each ticket's numbers; who reported in confidence stays out of it."""
    query = (
        select(reporter.c.ticket_id, reporter.c.phone_hash, reporter.c.email_hash)
        .join(ticket, ticket.c.id == reporter.c.ticket_id)
        .where(reporter.c.ticket_id.in_(keys))
    )
    if not actor.may(Action.MERGE_INTO_CASE):
        query = query.where(ticket.c.confidential.is_(False))
    return {
        row.ticket_id: frozenset(part for part in (row.phone_hash, row.email_hash) if part)
        for row in conn.execute(query)
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


def _cases(conn: Connection, keys: Sequence[int]) -> dict[int, RowMapping]:
    columns = (casefile.c.id, casefile.c.number, casefile.c.state, casefile.c.closed_at)
    if not keys:
        return {}
    rows = conn.execute(select(*columns).where(casefile.c.id.in_(keys))).mappings()
    return {row["id"]: row for row in rows}


def _metres(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    if one is None or other is None:
        return None
    east = (other[0] - one[0]) * cos(radians(other[1]))
    return hypot(east, other[1] - one[1]) * _METRES_PER_DEGREE


def _thresholds(room: Workroom) -> Thresholds:
    settings = room.settings
    return Thresholds(settings.near_likely, settings.near_possible, settings.near_related)
