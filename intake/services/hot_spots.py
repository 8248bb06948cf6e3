"""Hot spots: many reports of one kind from one place within hours, for the shift leader.

Found again every minute from the tickets of the last hours; an alert grows with its tickets, is
shown once, and closes by itself when nothing more comes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from classifiers.catalogue import name_of
from classifiers.near_text import NearText, likeness, near_text
from intake.domain.category import CategoryKind, CategoryRef
from intake.domain.errors import NotFound
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor
from intake.domain.ticket_steps import TicketState
from intake.services.near_index import first_key
from intake.services.workroom import Workroom
from intake.store.tables import hot_spot, reporter, suggestion, ticket
from intake.store.unit import Unit

_ALIKE = 0.6
"""Likeness of words from which reports without a point belong together."""
_MOST_COMPARED = 80
_MOST_READ = 2_000
_SURE_PLACE = 0.6


@dataclass(frozen=True, slots=True)
class HotSpot:
    """An open alert as the desk shows it; ``numbers`` are its tickets, the newest first."""

    id: int
    name: str
    place: str
    count: int
    numbers: list[str]
    began_at: datetime
    newest_at: datetime
    lon: float | None
    lat: float | None
    seen: bool


@dataclass(slots=True)
class _Report:
    key: int
    label: str
    spot: tuple[float, float] | None
    words: str
    address: str
    received_at: datetime
    caller: object
    read: NearText | None = field(default=None)


def find_hot_spots(room: Workroom) -> int:
    """Open, extend and close alerts; returns how many are open."""
    with room.database.read() as conn:
        reports = _reports(room, conn)
    clusters = [
        cluster
        for label in sorted({one.label for one in reports})
        for cluster in _clusters(room, [one for one in reports if one.label == label])
        if len({one.caller for one in cluster}) >= room.settings.hot_spot_tickets
    ]
    return room.database.write(lambda unit: _keep(room, unit, clusters))


def open_hot_spots(room: Workroom, actor: Actor) -> list[HotSpot]:
    """Alerts that stand, the newest first; raises NotAllowed."""
    actor.require(Action.REPORTS)
    with room.database.read() as conn:
        rows = conn.execute(
            select(hot_spot)
            .where(hot_spot.c.closed_at.is_(None))
            .order_by(hot_spot.c.newest_at.desc())
        ).all()
    return [
        HotSpot(
            id=row.id,
            name=name_of(row.label),
            place=row.place,
            count=len(row.tickets),
            numbers=[ticket_number(key) for key in sorted(row.tickets, reverse=True)],
            began_at=row.began_at,
            newest_at=row.newest_at,
            lon=row.lon,
            lat=row.lat,
            seen=row.seen_at is not None,
        )
        for row in rows
    ]


def see_hot_spot(room: Workroom, actor: Actor, key: int) -> None:
    """The shift leader has taken note; the alert stays, quietly. Raises NotAllowed, NotFound."""
    actor.require(Action.REFUSE_FILING)

    def work(unit: Unit) -> None:
        change = (
            update(hot_spot)
            .where(hot_spot.c.id == key, hot_spot.c.closed_at.is_(None))
            .values(seen_by=actor.account_id, seen_at=unit.now)
        )
        if unit.conn.execute(change).rowcount != 1:
            raise NotFound("这条集中反映提示已经结束，请刷新页面。")

    room.database.write(work)


def _reports(room: Workroom, conn: Connection) -> list[_Report]:
    since = room.clock() - timedelta(hours=room.settings.hot_spot_hours)
    query = (
        select(ticket, reporter.c.phone_hash, reporter.c.email_hash)
        .outerjoin(reporter, reporter.c.ticket_id == ticket.c.id)
        .where(
            ticket.c.id >= first_key(since),
            ticket.c.received_at >= since,
            ticket.c.state != TicketState.VOIDED.value,
        )
        .order_by(ticket.c.id.desc())
        .limit(_MOST_READ)
    )
    rows = conn.execute(query).all()
    made = _suggestions(conn, [row.id for row in rows])
    reports = []
    for row in rows:
        guessed, named = made.get(row.id, ("", ""))
        label = guessed
        if row.category_code:
            kind = CategoryKind(row.category_kind)
            label = CategoryRef(kind, row.category_edition, row.category_code).label
        if not label:
            continue
        address = row.address or row.landmark or named
        spot = _spot(room, row.lon, row.lat, address)
        caller = row.phone_hash or row.email_hash or row.id
        words = f"{row.description}\n{address}"
        reports.append(_Report(row.id, label, spot, words, address, row.received_at, caller))
    return reports


def _suggestions(conn: Connection, keys: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Best guess that did not abstain, and the place that was heard, by ticket."""
    query = (
        select(suggestion.c.ticket_id, suggestion.c.guesses, suggestion.c.place)
        .where(suggestion.c.ticket_id.in_(keys), suggestion.c.abstained.is_(False))
        .order_by(suggestion.c.id)
    )
    rows = conn.execute(query).all()
    return {row.ticket_id: (row.guesses[0]["label"], row.place) for row in rows if row.guesses}


def _spot(
    room: Workroom, lon: float | None, lat: float | None, address: str
) -> tuple[float, float] | None:
    """The point that was given, or one that the address surely means."""
    if lon is not None and lat is not None:
        return lon, lat
    found = room.gazetteer.resolve(address, 1) if address else []
    return (found[0].lon, found[0].lat) if found and found[0].score >= _SURE_PLACE else None


def _clusters(room: Workroom, reports: Sequence[_Report]) -> list[list[_Report]]:
    """Reports chained by distance or, where a point is missing, by words."""
    group = list(range(len(reports)))

    def root(index: int) -> int:
        while group[index] != index:
            index = group[index]
        return index

    for index, one in enumerate(reports):
        for earlier in range(index):
            if root(earlier) != root(index) and _together(room, one, reports[earlier], index):
                group[root(index)] = root(earlier)
    clusters: dict[int, list[_Report]] = {}
    for index, one in enumerate(reports):
        clusters.setdefault(root(index), []).append(one)
    return list(clusters.values())


def _together(room: Workroom, one: _Report, other: _Report, index: int) -> bool:
    if one.spot and other.spot:
        return room.county.plane.distance(one.spot, other.spot) <= room.settings.hot_spot_metres
    if index > _MOST_COMPARED:
        return False
    return likeness(_read(one), _read(other)).probability >= _ALIKE


def _read(report: _Report) -> NearText:
    """Read for comparison once."""
    if report.read is None:
        report.read = near_text(report.words)
    return report.read


def _keep(room: Workroom, unit: Unit, clusters: Sequence[Sequence[_Report]]) -> int:
    rows = unit.conn.execute(select(hot_spot).where(hot_spot.c.closed_at.is_(None))).all()
    known = {row.id: (row.label, frozenset(row.tickets)) for row in rows}
    standing = set()
    for cluster in clusters:
        keys = {one.key for one in cluster}
        same = [
            key
            for key, (label, tickets) in sorted(known.items())
            if label == cluster[0].label and tickets & keys
        ]
        earlier = frozenset().union(*(known[key][1] for key in same)) if same else frozenset()
        values = _values(room, cluster, keys | earlier)
        if same:
            # Two alerts that have grown together go on as the older one.
            change = update(hot_spot).where(hot_spot.c.id == same[0])
            unit.conn.execute(change.values(values))
            standing.add(same[0])
        else:
            fresh = values | {"opened_at": unit.now, "began_at": _began(cluster)}
            query = insert(hot_spot).values(fresh).returning(hot_spot.c.id)
            standing.add(unit.conn.execute(query).scalar_one())
    gone = set(known) - standing
    close = update(hot_spot).where(hot_spot.c.id.in_(gone)).values(closed_at=unit.now)
    unit.conn.execute(close)
    return len(standing)


def _values(room: Workroom, cluster: Sequence[_Report], keys: set[int]) -> dict[str, Any]:
    spots = sorted(one.spot for one in cluster if one.spot)
    middle = spots[len(spots) // 2] if spots else None
    return {
        "label": cluster[0].label,
        "lon": middle[0] if middle else None,
        "lat": middle[1] if middle else None,
        "place": _place(room, cluster, middle),
        "tickets": sorted(keys),
        "newest_at": max(one.received_at for one in cluster),
    }


def _began(cluster: Sequence[_Report]) -> datetime:
    return min(one.received_at for one in cluster)


def _place(room: Workroom, cluster: Sequence[_Report], middle: tuple[float, float] | None) -> str:
    """The landmark nearby, or the address that is told most often."""
    near = room.county.nearest_landmark(*middle) if middle else None
    if near is not None:
        mark, metres, side = near
        return mark.name if metres < 50 else f"{mark.name}{side}约{metres:.0f}米"
    told = Counter(one.address for one in cluster if one.address)
    return told.most_common(1)[0][0] if told else ""
