"""How every door is doing, for the shift leader: arrivals, backlog, errors, and silence.

A door nobody comes through at an hour when people usually do is more likely broken than idle
(a mail server that no longer forwards, a webhook that was taken away).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.domain.contact import Outcome, Source
from intake.domain.message import MessageChannel, MessageState
from intake.domain.people import Action, Actor
from intake.services.workroom import Workroom
from intake.store.tables import contact, door, message
from intake.store.unit import Unit

WATCHED = (Source.WEB, Source.PHONE, Source.EMAIL, Source.BOT)
TOO_QUIET = "too_quiet"
_DAYS = 14
_HOUR = timedelta(hours=1)
_WEEK = timedelta(days=7)
_USUAL = 3.0
"""With fewer arrivals in an hour than this, an empty hour says nothing."""


@dataclass(frozen=True, slots=True)
class DoorState:
    """One door: ``waiting_since`` is the oldest arrival not yet decided."""

    source: Source
    last_arrival: datetime | None
    today: int
    waiting: int
    waiting_since: datetime | None
    too_quiet_since: datetime | None


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way outwards: ``waiting_since`` is the oldest message still to be sent."""

    channel: MessageChannel
    last_sent: datetime | None
    waiting: int
    waiting_since: datetime | None
    last_error: str
    last_error_at: datetime | None


def read_doors(room: Workroom, actor: Actor) -> tuple[list[DoorState], list[WayOut]]:
    """All doors and all ways outwards; raises NotAllowed."""
    if not actor.may(Action.SUPERVISE_DOORS):
        actor.require(Action.REPORTS)
    now = room.clock()
    with room.database.read() as conn:
        alarms = {
            row.channel: row.alarm_at if row.alarm == TOO_QUIET else None
            for row in conn.execute(select(door))
        }
        doors = [_door(conn, source, now, alarms.get(source.value)) for source in WATCHED]
        ways = [_way(conn, channel) for channel in room.couriers]
    return doors, ways


def watch_doors(room: Workroom) -> None:
    """Raise or lower the alarm of silence at every door."""
    now = room.clock()
    with room.database.read() as conn:
        quiet = {source for source in WATCHED if _too_quiet(conn, source, now)}
        known = set(conn.execute(select(door.c.channel).where(door.c.alarm == TOO_QUIET)).scalars())
    if {source.value for source in quiet} == known:
        return

    def work(unit: Unit) -> None:
        unit.conn.execute(
            update(door)
            .where(door.c.alarm == TOO_QUIET, door.c.channel.not_in([one.value for one in quiet]))
            .values(alarm="", alarm_at=None)
        )
        for source in quiet:
            if source.value not in known:
                _raise(unit, source)

    room.database.write(work)


def _raise(unit: Unit, source: Source) -> None:
    insert = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
    values = {"alarm": TOO_QUIET, "alarm_at": unit.now}
    statement = insert(door).values(channel=source.value, last_error="", **values)
    unit.conn.execute(statement.on_conflict_do_update(index_elements=[door.c.channel], set_=values))


def _too_quiet(conn: Connection, source: Source, now: datetime) -> bool:
    if _count(conn, source, now - _HOUR, now):
        return False
    usual = sum(
        _count(conn, source, now - timedelta(days=day) - _HOUR, now - timedelta(days=day))
        for day in range(1, _DAYS + 1)
    )
    return usual / _DAYS >= _USUAL


def _count(conn: Connection, source: Source, begin: datetime, end: datetime) -> int:
    query = select(func.count()).where(
        contact.c.received_at >= begin,
        contact.c.received_at < end,
        contact.c.source == source.value,
    )
    return int(conn.execute(query).scalar_one())


def _door(
    conn: Connection, source: Source, now: datetime, quiet_since: datetime | None
) -> DoorState:
    mine = contact.c.source == source.value
    lately = contact.c.received_at >= now - _WEEK
    last = conn.execute(select(func.max(contact.c.received_at)).where(lately, mine)).scalar()
    waiting = conn.execute(
        select(func.count(), func.min(contact.c.received_at)).where(
            lately, mine, contact.c.outcome == Outcome.OPEN.value
        )
    ).one()
    today = _count(conn, source, now - timedelta(days=1), now)
    return DoorState(source, last, today, waiting[0], waiting[1], quiet_since)


def _way(conn: Connection, channel: MessageChannel) -> WayOut:
    row = conn.execute(select(door).where(door.c.channel == channel.value)).first()
    waiting = conn.execute(
        select(func.count(), func.min(message.c.at)).where(
            message.c.next_at.is_not(None),
            message.c.channel == channel.value,
            message.c.state == MessageState.WAITING.value,
        )
    ).one()
    return WayOut(
        channel,
        row.last_sent if row else None,
        waiting[0],
        waiting[1],
        row.last_error if row else "",
        row.last_error_at if row else None,
    )
