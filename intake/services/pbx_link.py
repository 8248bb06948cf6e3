"""The link to a PBX as a row: who holds it, how it is doing, and when it was blind (decision 11).

One telephony process a PBX, elected by the row's lease; gaps are rows, closed when the link is
live again and filled from the PBX's own log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.domain.call import LinkState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.people import SYSTEM
from intake.services.workroom import Workroom
from intake.store.tables import pbx, pbx_gap
from intake.store.unit import Unit

LEASE_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class LinkRow:
    """How the link stands; ``waiting`` are callers in the queue, longest first, without numbers."""

    name: str
    state: LinkState
    since: datetime
    epoch: datetime | None
    connection: int
    last_event_at: datetime | None
    held: bool
    detail: str
    waiting: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nothing was seen of the PBX; ``restarted`` is None when nobody can tell."""

    id: int
    lost_at: datetime
    resumed_at: datetime | None
    restarted: bool | None
    filled_at: datetime | None


def take_lease(room: Workroom, name: str, holder: str) -> bool:
    """Become or stay the one process of this PBX; False while another one is."""
    insert_once = sqlite_insert if room.database.embedded else postgresql_insert

    def work(unit: Unit) -> bool:
        unit.conn.execute(
            insert_once(pbx)
            .values(
                name=name,
                state=LinkState.DISCONNECTED.value,
                since=unit.now,
                connection=0,
                holder="",
                detail="",
                waiting=[],
            )
            .on_conflict_do_nothing(index_elements=[pbx.c.name])
        )
        free = or_(
            pbx.c.holder == holder, pbx.c.lease_until.is_(None), pbx.c.lease_until <= unit.now
        )
        taken = unit.conn.execute(
            update(pbx)
            .where(pbx.c.name == name, free)
            .values(holder=holder, lease_until=unit.now + timedelta(seconds=LEASE_SECONDS))
        )
        return taken.rowcount == 1

    return room.database.write(work)


def give_up_lease(room: Workroom, name: str, holder: str) -> None:
    """Leave in order: another process may take over at once."""

    def work(unit: Unit) -> None:
        unit.conn.execute(
            update(pbx)
            .where(pbx.c.name == name, pbx.c.holder == holder)
            .values(holder="", lease_until=None)
        )

    room.database.write(work)


def tell_link(
    room: Workroom,
    name: str,
    state: LinkState,
    *,
    connection: int,
    epoch: datetime | None = None,
    detail: str = "",
) -> None:
    """Publish how the link is doing; a change is a fact the desk sees.

    From the first time it lives on the row tells since when something was heard: who is killed a
    moment later leaves a gap too.
    """

    def work(unit: Unit) -> None:
        query = select(pbx.c.state, pbx.c.last_event_at).where(pbx.c.name == name)
        row = unit.conn.execute(query).first()
        before = row.state if row is not None else None
        values: dict[str, Any] = {"connection": connection, "detail": detail}
        if state is LinkState.LIVE and row is not None and row.last_event_at is None:
            values["last_event_at"] = unit.now
        if epoch is not None:
            values["epoch"] = epoch
        if before != state.value:
            values |= {"state": state.value, "since": unit.now}
            fact = Fact.of(
                SYSTEM,
                unit.now,
                Subject.PBX,
                0,
                EventType.PBX_LINK_CHANGED,
                from_state=before or "",
                to_state=state.value,
                data={"pbx": name, "label": state.label},
            )
            unit.record(fact)
        unit.conn.execute(update(pbx).where(pbx.c.name == name).values(values))

    room.database.write(work)


def tell_seen(
    room: Workroom, name: str, last_event_at: datetime, waiting: Sequence[dict[str, Any]]
) -> None:
    """When the link last heard something, and who waits in the queue."""

    def work(unit: Unit) -> None:
        unit.conn.execute(
            update(pbx)
            .where(pbx.c.name == name)
            .values(last_event_at=last_event_at, waiting=list(waiting))
        )

    room.database.write(work)


def read_link(room: Workroom, name: str) -> LinkRow | None:
    """The row as it stands; None before any telephony process has run."""
    with room.database.read() as conn:
        row = conn.execute(select(pbx).where(pbx.c.name == name)).mappings().first()
    if row is None:
        return None
    return LinkRow(
        name=row["name"],
        state=LinkState(row["state"]),
        since=row["since"],
        epoch=row["epoch"],
        connection=row["connection"],
        last_event_at=row["last_event_at"],
        held=row["lease_until"] is not None and row["lease_until"] > room.clock(),
        detail=row["detail"],
        waiting=row["waiting"],
    )


def open_gap(room: Workroom, name: str, lost_at: datetime) -> None:
    """The link was lost; a gap that is open already goes on."""

    def work(unit: Unit) -> None:
        known = select(pbx_gap.c.id).where(pbx_gap.c.pbx == name, pbx_gap.c.resumed_at.is_(None))
        if unit.conn.execute(known.limit(1)).first() is None:
            unit.conn.execute(insert(pbx_gap).values(pbx=name, lost_at=lost_at, calls_filled=0))

    room.database.write(work)


def close_gap(room: Workroom, name: str, resumed_at: datetime, restarted: bool | None) -> None:
    """The link is live again and knows what is going on."""

    def work(unit: Unit) -> None:
        unit.conn.execute(
            update(pbx_gap)
            .where(pbx_gap.c.pbx == name, pbx_gap.c.resumed_at.is_(None))
            .values(resumed_at=resumed_at, restarted=restarted)
        )

    room.database.write(work)


def gaps_to_fill(room: Workroom, name: str) -> list[Gap]:
    """Closed gaps the PBX's own log was not asked about yet, oldest first."""
    query = (
        select(pbx_gap)
        .where(
            pbx_gap.c.pbx == name,
            pbx_gap.c.resumed_at.is_not(None),
            pbx_gap.c.filled_at.is_(None),
        )
        .order_by(pbx_gap.c.lost_at)
        .limit(100)
    )
    with room.database.read() as conn:
        rows = conn.execute(query).mappings().all()
    return [
        Gap(row["id"], row["lost_at"], row["resumed_at"], row["restarted"], row["filled_at"])
        for row in rows
    ]


def gap_filled(room: Workroom, gap: Gap, calls: int) -> None:
    """The log has told about this gap."""

    def work(unit: Unit) -> None:
        unit.conn.execute(
            update(pbx_gap)
            .where(pbx_gap.c.id == gap.id)
            .values(filled_at=unit.now, calls_filled=calls)
        )

    room.database.write(work)
