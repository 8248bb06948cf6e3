"""What hangs on the wall: who waits, who sits where, and how the day goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from intake.domain.agent import AgentState, PauseReason
from intake.domain.call import LinkState
from intake.domain.call_figures import CallFigures
from intake.domain.people import Action, Actor
from intake.domain.return_visit import ReturnKind
from intake.services.call_reports import figures_of_today
from intake.services.workroom import Workroom
from intake.store.tables import account, agent, call, callback_task, pbx, return_task

_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller in the queue, masked."""

    shown: str
    since: datetime
    urgent: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """One agent who is signed in; ``reason`` in words while he pauses."""

    name: str
    extension: str
    state: AgentState
    reason: str
    since: datetime
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallboard:
    """One moment; ``waiting`` longest first, ``more`` callers beyond those shown."""

    link: LinkState
    since: datetime | None
    waiting: list[Waiting]
    more: int
    seats: list[Seat]
    today: CallFigures
    level_seconds: int
    callbacks: int
    callbacks_late: int
    returns: int
    returns_late: int

    @property
    def ready(self) -> int:
        """Agents who could take the next caller."""
        return sum(seat.state is AgentState.READY and seat.reachable for seat in self.seats)


def read_wallboard(room: Workroom, actor: Actor) -> Wallboard:
    """The wallboard now; eight statements whatever happens."""
    actor.require(Action.READ_CALLS)
    with room.database.read() as conn:
        query = select(pbx.c.state, pbx.c.since, pbx.c.waiting)
        row = conn.execute(query.where(pbx.c.name == room.settings.pbx_name)).first()
        line = [] if row is None else list(row.waiting)
        callbacks, callbacks_late = _callbacks(room, conn)
        returns, returns_late = _returns(room, conn)
        return Wallboard(
            link=LinkState.DISCONNECTED if row is None else LinkState(row.state),
            since=None if row is None else row.since,
            waiting=_waiting(room, conn, line[:_MOST_SHOWN]),
            more=max(0, len(line) - _MOST_SHOWN),
            seats=_seats(conn),
            today=figures_of_today(room, conn),
            level_seconds=room.settings.service_level_seconds,
            callbacks=callbacks,
            callbacks_late=callbacks_late,
            returns=returns,
            returns_late=returns_late,
        )


def _waiting(room: Workroom, conn: Connection, line: list[dict[str, Any]]) -> list[Waiting]:
    keys = [one["linkedid"] for one in line]
    query = select(call.c.linkedid, call.c.number_shown, call.c.urgent).where(
        call.c.pbx == room.settings.pbx_name, call.c.linkedid.in_(keys)
    )
    known = {row.linkedid: row for row in conn.execute(query)} if keys else {}
    found = []
    for one in line:
        row = known.get(one["linkedid"])
        shown = row.number_shown if row else "来电"
        urgent = bool(row and row.urgent)
        found.append(Waiting(shown, datetime.fromisoformat(one["since"]), urgent))
    return sorted(found, key=lambda one: one.since)


def _seats(conn: Connection) -> list[Seat]:
    query = (
        select(
            agent.c.extension,
            agent.c.state,
            agent.c.reason,
            agent.c.since,
            agent.c.reachable,
            account.c.display_name,
        )
        .join(account, account.c.id == agent.c.account_id)
        .where(agent.c.state != AgentState.OFFLINE.value)
        .order_by(agent.c.extension)
    )
    return [
        Seat(
            row.display_name,
            row.extension,
            AgentState(row.state),
            _reason(row.state, row.reason),
            row.since,
            row.reachable,
        )
        for row in conn.execute(query)
    ]


def _reason(state: str, reason: str) -> str:
    paused = state == AgentState.PAUSED.value and reason in set(PauseReason)
    return PauseReason(reason).label if paused else ""


def _callbacks(room: Workroom, conn: Connection) -> tuple[int, int]:
    task = callback_task.c
    late = func.count().filter(task.due_at < room.clock())
    row = conn.execute(select(func.count(), late).where(task.done_at.is_(None))).one()
    return int(row[0]), int(row[1])


def _returns(room: Workroom, conn: Connection) -> tuple[int, int]:
    task = return_task.c
    late = func.count().filter(task.due_at < room.clock())
    row = conn.execute(
        select(func.count(), late).where(
            task.done_at.is_(None), task.kind == ReturnKind.CONFIRM.value
        )
    ).one()
    return int(row[0]), int(row[1])
