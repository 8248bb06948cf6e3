"""What calls do to agents: told by the telephony process inside its own transaction.

Extensions nobody signed in to are ignored. Wrap-up ends by its due time in the store, whichever
process looks first (architecture decision 3).
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from intake.domain.agent import LEAVING, Agent, AgentState, Device
from intake.domain.pbx_command import CommandKind
from intake.domain.people import SYSTEM
from intake.services.agent_rows import COLUMNS, agent_at, agent_of, change_agent, tell_pbx
from intake.services.agents import after_wrap_up, leave
from intake.services.phone import secret_for_pbx
from intake.services.workroom import Workroom
from intake.store.tables import account, agent, call
from intake.store.unit import Unit


def agent_rings(unit: Unit, extension: str, call_id: int) -> None:
    """A call is offered; a second one beside a conversation changes nothing."""
    who = _signed_in(unit, extension)
    if who is None or who.state is AgentState.TALKING:
        return
    if (who.state, who.call_id) != (AgentState.RINGING, call_id):
        change_agent(unit, SYSTEM, who, AgentState.RINGING, call_id=call_id)


def agent_answers(room: Workroom, unit: Unit, extension: str, call_id: int) -> None:
    """The conversation begins; the queue offers nothing more until the wrap-up is over.

    The pause is asked for now: asked for at the end, the next caller might slip in between.
    """
    who = _signed_in(unit, extension)
    if who is None or (who.state, who.call_id) == (AgentState.TALKING, call_id):
        return
    if room.settings.wrap_up_seconds and who.state is not AgentState.TALKING:
        tell_pbx(room, unit, SYSTEM, CommandKind.PAUSE, who, reason="CALL")
    change_agent(unit, SYSTEM, who, AgentState.TALKING, call_id=call_id, wrap_until=None)


def agent_freed(room: Workroom, unit: Unit, extension: str, call_id: int) -> None:
    """A call no longer rings at the extension, or ended there.

    Wrap-up follows a conversation; a ring that was not answered leads back to where it came from.
    With two calls in parallel the other one goes on.
    """
    who = _signed_in(unit, extension)
    if who is None or not who.state.on_call or who.call_id not in (None, call_id):
        return
    other = unit.conn.execute(
        select(call.c.id)
        .where(
            call.c.pbx == room.settings.pbx_name,
            call.c.extension == extension,
            call.c.ended_at.is_(None),
            call.c.answered_at.is_not(None),
            call.c.id != call_id,
        )
        .order_by(call.c.id.desc())
        .limit(1)
    ).scalar()
    if other is not None:
        change_agent(unit, SYSTEM, who, AgentState.TALKING, call_id=other)
    elif who.reason == LEAVING:
        leave(room, unit, SYSTEM, who)
    elif who.state is AgentState.TALKING:
        _wrap_up(room, unit, who)
    else:
        _back(room, unit, who)


def agent_reachable(unit: Unit, extension: str, reachable: bool) -> None:
    """Whether the telephone of the extension is registered; shown on the desk."""
    who = _signed_in(unit, extension)
    if who is not None and who.reachable != reachable:
        change_agent(unit, SYSTEM, who, who.state, reachable=reachable)


def end_wrap_ups(room: Workroom) -> int:
    """Make agents ready whose wrap-up time is over; returns how many."""
    due = (
        select(*COLUMNS)
        .where(agent.c.state == AgentState.WRAP_UP.value, agent.c.wrap_until <= room.clock())
        .order_by(agent.c.extension)
    )
    with room.database.read() as conn:
        if conn.execute(due.limit(1)).first() is None:
            return 0

    def work(unit: Unit) -> int:
        rows = unit.conn.execute(due.with_for_update(skip_locked=True)).mappings().all()
        for row in rows:
            after_wrap_up(room, unit, SYSTEM, agent_of(row))
        return len(rows)

    return room.database.write(work)


def release_disabled(room: Workroom) -> int:
    """Sign out whoever's account was disabled, after the call if one goes on; returns how many."""
    gone = (
        select(*COLUMNS)
        .select_from(agent.join(account, account.c.id == agent.c.account_id))
        .where(account.c.active.is_(False))
    )
    with room.database.read() as conn:
        seats = [agent_of(row) for row in conn.execute(gone).mappings()]

    return sum(room.database.write(partial(_release, room, who.extension)) for who in seats)


def _release(room: Workroom, extension: str, unit: Unit) -> bool:
    who = agent_at(unit.conn, extension, lock=True)
    if who is None or who.account_id is None or who.reason == LEAVING:
        return False
    if who.state.on_call:
        tell_pbx(room, unit, SYSTEM, CommandKind.PAUSE, who, reason=LEAVING)
        change_agent(unit, SYSTEM, who, who.state, reason=LEAVING)
    else:
        leave(room, unit, SYSTEM, who)
    return True


@dataclass(frozen=True, slots=True)
class Restored:
    """How an extension must stand at the PBX after a break of the link."""

    extension: str
    account: int
    device: Device
    paused: bool
    reason: str


def agents_to_restore(room: Workroom) -> list[Restored]:
    """Everybody who is signed in, by extension."""
    query = select(*COLUMNS).where(agent.c.account_id.is_not(None)).order_by(agent.c.extension)
    with room.database.read() as conn:
        seats = [agent_of(row) for row in conn.execute(query).mappings()]
    return [
        Restored(who.extension, who.account_id, who.device, not who.state.takes_calls, who.reason)
        for who in seats
        if who.account_id is not None
    ]


def restore_agents(room: Workroom) -> int:
    """After a resync: free agents whose call is over, and ask the PBX to take all of them again.

    Returns how many were asked for.
    """
    lost = (
        select(agent.c.extension, agent.c.call_id)
        .select_from(agent.outerjoin(call, call.c.id == agent.c.call_id))
        .where(
            agent.c.state.in_([AgentState.RINGING.value, AgentState.TALKING.value]),
            call.c.id.is_(None) | call.c.ended_at.is_not(None),
        )
    )

    def work(unit: Unit) -> int:
        for extension, call_id in unit.conn.execute(lost).all():
            agent_freed(room, unit, extension, call_id or 0)
        query = select(*COLUMNS).where(agent.c.account_id.is_not(None))
        rows = unit.conn.execute(query.order_by(agent.c.extension)).mappings().all()
        for row in rows:
            who = agent_of(row)
            told: dict[str, Any] = {"device": who.device.value, "reason": who.reason}
            told["paused"] = not who.state.takes_calls
            secret = secret_for_pbx(room, unit, who.extension)
            if secret is not None:
                told["secret"] = secret
            tell_pbx(room, unit, SYSTEM, CommandKind.AGENT_ON, who, **told)
        return len(rows)

    return room.database.write(work)


def _signed_in(unit: Unit, extension: str) -> Agent | None:
    who = agent_at(unit.conn, extension, lock=True)
    return None if who is None or who.state is AgentState.OFFLINE else who


def _wrap_up(room: Workroom, unit: Unit, who: Agent) -> None:
    seconds = room.settings.wrap_up_seconds
    if not seconds:
        change_agent(unit, SYSTEM, who, who.next_state, call_id=None)
        return
    until = unit.now + timedelta(seconds=seconds)
    change_agent(unit, SYSTEM, who, AgentState.WRAP_UP, wrap_until=until)


def _back(room: Workroom, unit: Unit, who: Agent) -> None:
    if who.wrap_until is not None and who.wrap_until > unit.now:
        change_agent(unit, SYSTEM, who, AgentState.WRAP_UP)
        return
    if who.wrap_until is not None and not who.reason:
        tell_pbx(room, unit, SYSTEM, CommandKind.UNPAUSE, who)
    change_agent(unit, SYSTEM, who, who.next_state, wrap_until=None, call_id=None)
