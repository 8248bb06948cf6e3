"""What an operator sees while the telephone rings: who calls, and what they reported before.

At most six statements whatever the history of the number, so that it is there within 300 ms.
Numbers and names are masked; a reveal is a step of its own and leaves a trace (decision 13).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from sqlalchemy import Connection, and_, or_, select

from intake.domain.case_steps import CaseState
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor
from intake.domain.ticket_steps import TicketState
from intake.security.masking import mask_name
from intake.services.call_list import CallLine, find_call
from intake.services.call_numbers import (
    CallerNumber,
    NumberKind,
    digests_of,
    open_call_number,
    read_number,
)
from intake.services.workroom import Workroom
from intake.store.tables import (
    call,
    call_note,
    callback_task,
    casefile,
    known_caller,
    nuisance_number,
    reporter,
    ticket,
)

REPEAT_DAYS = 7
_TICKETS = 5
_CASES = 5
_MOST_CALLS = 50
_NEAR_METRES = 300.0
_METRES_PER_DEGREE = 111_320
_ENDED = [state.value for state in CaseState if not state.open]


@dataclass(frozen=True, slots=True)
class PastTicket:
    """A ticket of the same number."""

    number: str
    state: TicketState
    received_at: datetime
    description: str
    address: str


@dataclass(frozen=True, slots=True)
class NearCase:
    """An open case near a place the caller reported before; ``metres`` to that place."""

    number: str
    state: CaseState
    description: str
    address: str
    lon: float
    lat: float
    metres: int


@dataclass(frozen=True, slots=True)
class Nuisance:
    """The number is on the list; emergencies are taken all the same."""

    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """What has been typed during the call; version 0 while nothing has."""

    text: str = ""
    version: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScreenPop:
    """Everything the panel shows. ``repeats`` are calls of the number in seven days before."""

    call: CallLine
    kind: NumberKind
    name: str
    elder: bool
    nuisance: Nuisance | None
    repeats: int
    last_call_at: datetime | None
    callback: int | None
    tickets: tuple[PastTicket, ...]
    cases: tuple[NearCase, ...]
    note: Note


@dataclass(frozen=True, slots=True)
class _Known:
    elder: bool = False
    nuisance: Nuisance | None = None
    callback: int | None = None


def pop(room: Workroom, actor: Actor, key: int) -> ScreenPop:
    """The panel of a call; raises NotFound and NotAllowed."""
    actor.require(Action.CALL)
    with room.database.read() as conn:
        line, caller, note = _call(room, conn, key)
        digests = digests_of(room, caller)
        if not digests:
            return ScreenPop(line, caller.kind, "", False, None, 0, None, None, (), (), note)
        known = _known(conn, digests, room.clock())
        repeats = (
            conn.execute(
                select(call.c.started_at)
                .where(
                    call.c.number_hash.in_(digests),
                    call.c.started_at >= line.started_at - timedelta(days=REPEAT_DAYS),
                    call.c.id < line.id,
                )
                .order_by(call.c.started_at.desc())
                .limit(_MOST_CALLS)
            )
            .scalars()
            .all()
        )
        tickets, name, places = _tickets(room, conn, digests)
        cases = _cases(conn, places)
    return ScreenPop(
        call=line,
        kind=caller.kind,
        name=name,
        elder=known.elder,
        nuisance=known.nuisance,
        repeats=len(repeats),
        last_call_at=repeats[0] if repeats else None,
        callback=known.callback,
        tickets=tickets,
        cases=cases,
        note=note,
    )


def _call(room: Workroom, conn: Connection, key: int) -> tuple[CallLine, CallerNumber, Note]:
    line = find_call(conn, key)
    row = conn.execute(
        select(call.c.number, call_note.c.text, call_note.c.version, call_note.c.updated_at)
        .select_from(call.outerjoin(call_note, call_note.c.call_id == call.c.id))
        .where(call.c.id == key)
    ).one()
    number = open_call_number(room, line.pbx, line.linkedid, row.number)
    note = Note() if row.version is None else Note(row.text, row.version, row.updated_at)
    return line, read_number(room, number), note


def _known(conn: Connection, digests: tuple[bytes, ...], now: datetime) -> _Known:
    elder = select(known_caller.c.elder).where(known_caller.c.number_hash.in_(digests))
    task = select(callback_task.c.id).where(
        callback_task.c.number_hash.in_(digests), callback_task.c.done_at.is_(None)
    )
    listed = and_(
        nuisance_number.c.number_hash.in_(digests),
        nuisance_number.c.until.is_(None) | (nuisance_number.c.until > now),
    )
    reason = select(nuisance_number.c.reason).where(listed).limit(1)
    until = select(nuisance_number.c.until).where(listed).limit(1)
    row = conn.execute(
        select(
            elder.limit(1).scalar_subquery().label("elder"),
            task.limit(1).scalar_subquery().label("task"),
            reason.scalar_subquery().label("reason"),
            until.scalar_subquery().label("until"),
        )
    ).one()
    nuisance = None if row.reason is None else Nuisance(row.reason, row.until)
    return _Known(bool(row.elder), nuisance, row.task)


def _tickets(
    room: Workroom, conn: Connection, digests: tuple[bytes, ...]
) -> tuple[tuple[PastTicket, ...], str, list[tuple[float, float]]]:
    """The last five, the newest name, masked, and the places they were about."""
    rows = conn.execute(
        select(
            ticket.c.id,
            ticket.c.state,
            ticket.c.received_at,
            ticket.c.description,
            ticket.c.address,
            ticket.c.landmark,
            ticket.c.lon,
            ticket.c.lat,
            reporter.c.name,
        )
        .select_from(reporter.join(ticket, ticket.c.id == reporter.c.ticket_id))
        .where(reporter.c.phone_hash.in_(digests))
        .order_by(ticket.c.id.desc())
        .limit(_TICKETS)
    ).all()
    named = next((row for row in rows if row.name is not None), None)
    name = ""
    if named is not None:
        name = mask_name(room.cipher.open_text(named.name, f"reporter.name:{named.id}"))
    tickets = tuple(
        PastTicket(
            ticket_number(row.id),
            TicketState(row.state),
            row.received_at,
            row.description[:120],
            row.address or row.landmark,
        )
        for row in rows
    )
    places = [(row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None]
    return tickets, name, places


def _cases(conn: Connection, places: list[tuple[float, float]]) -> tuple[NearCase, ...]:
    """Found by the places of their tickets, which have an index."""
    if not places:
        return ()
    high = _NEAR_METRES / _METRES_PER_DEGREE
    boxes = []
    for lon, lat in places:
        wide = high / cos(radians(lat))
        boxes.append(
            and_(
                ticket.c.lat.between(lat - high, lat + high),
                ticket.c.lon.between(lon - wide, lon + wide),
            )
        )
    rows = conn.execute(
        select(
            casefile.c.id,
            casefile.c.number,
            casefile.c.state,
            casefile.c.description,
            casefile.c.address,
            casefile.c.lon,
            casefile.c.lat,
        )
        .select_from(ticket.join(casefile, casefile.c.ticket_id == ticket.c.id))
        .where(
            or_(*boxes),
            casefile.c.state.not_in(_ENDED),
            casefile.c.lon.is_not(None),
            casefile.c.lat.is_not(None),
        )
        .order_by(casefile.c.id.desc())
        .limit(20)
    ).all()
    found = [
        NearCase(
            row.number,
            CaseState(row.state),
            row.description[:120],
            row.address,
            row.lon,
            row.lat,
            round(min(_metres(row.lon, row.lat, *place) for place in places)),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda near: near.metres)[:_CASES])


def _metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    east = (lon - other_lon) * cos(radians(lat))
    return hypot(east, lat - other_lat) * _METRES_PER_DEGREE
