"""Rows of agents: read with a lock, changed together with spell, fact and command.

The row is the truth about an operator at a telephone; the PBX is told by commands and told again
after every break of the link, so the state survives the restart of any part.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from intake.domain.agent import Agent, AgentState, Device
from intake.domain.errors import StaleVersion
from intake.domain.events import EventType, Fact, Subject
from intake.domain.pbx_command import CommandKind
from intake.domain.people import Actor
from intake.services.pbx_commands import ask
from intake.services.workroom import Workroom
from intake.store.tables import agent, agent_spell
from intake.store.unit import Unit

COLUMNS = (
    agent.c.extension,
    agent.c.account_id,
    agent.c.device,
    agent.c.state,
    agent.c.reason,
    agent.c.since,
    agent.c.wrap_until,
    agent.c.call_id,
    agent.c.reachable,
    agent.c.version,
)


def agent_at(conn: Connection, extension: str, *, lock: bool = False) -> Agent | None:
    """Who sits at an extension; None when nobody ever signed in to it."""
    query = select(*COLUMNS).where(agent.c.extension == extension)
    row = conn.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else agent_of(row)


def agent_of_account(
    conn: Connection, account_id: int | None, *, lock: bool = False
) -> Agent | None:
    """Where a person is signed in; None when nowhere."""
    if account_id is None:
        return None
    query = select(*COLUMNS).where(agent.c.account_id == account_id)
    row = conn.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else agent_of(row)


def agent_of(row: RowMapping) -> Agent:
    """The record of a row of COLUMNS."""
    values = dict(row)
    values |= {"state": AgentState(row["state"]), "device": Device(row["device"])}
    return Agent(**values)


def change_agent(
    unit: Unit,
    actor: Actor,
    before: Agent,
    state: AgentState,
    *,
    forced: str = "",
    **changes: Any,
) -> Agent:
    """Write the new state with its spell and fact; ``forced`` is the shift leader's reason.

    ``changes`` are further columns; ``since`` moves only when state or pause reason change.
    """
    values = {"reason": before.reason} | changes | {"state": state}
    moved = state is not before.state or (values["reason"] != before.reason and not state.on_call)
    after = replace(
        before,
        version=before.version + 1,
        since=unit.now if moved else before.since,
        **values,
    )
    _save(unit, before, after)
    if moved:
        _next_spell(unit, before, after, actor.account_id if forced else None)
    _record(unit, actor, before, after, forced)
    return after


def tell_pbx(
    room: Workroom, unit: Unit, actor: Actor, kind: CommandKind, who: Agent, **payload: Any
) -> int:
    """Ask the PBX to bring an extension to where its row is."""
    told = {"extension": who.extension, "account": who.account_id, **payload}
    return ask(unit, actor, room.settings.pbx_name, kind, told)


def _save(unit: Unit, before: Agent, after: Agent) -> None:
    changed = {
        name: getattr(after, name)
        for name in Agent.__dataclass_fields__
        if getattr(after, name) != getattr(before, name)
    }
    if after.state is AgentState.OFFLINE:
        changed |= {"secret": None, "secret_until": None}
    statement = update(agent).where(
        agent.c.extension == before.extension, agent.c.version == before.version
    )
    if unit.conn.execute(statement.values(changed)).rowcount != 1:
        raise StaleVersion("坐席状态刚刚变化，请重试。", version=before.version)


def _next_spell(unit: Unit, before: Agent, after: Agent, forced_by: int | None) -> None:
    owner = before.account_id if before.account_id is not None else after.account_id
    unit.conn.execute(
        update(agent_spell)
        .where(agent_spell.c.account_id == owner, agent_spell.c.ended_at.is_(None))
        .values(ended_at=unit.now)
    )
    if after.state is AgentState.OFFLINE:
        return
    unit.conn.execute(
        insert(agent_spell).values(
            account_id=after.account_id,
            extension=after.extension,
            state=after.state.value,
            reason="" if after.state.on_call else after.reason,
            began_at=unit.now,
            forced_by=forced_by,
        )
    )


def _record(unit: Unit, actor: Actor, before: Agent, after: Agent, forced: str) -> None:
    owner = after.account_id if after.account_id is not None else before.account_id
    data: dict[str, Any] = {"extension": after.extension, "account": owner}
    if after.reason:
        data["reason"] = after.reason
    if after.call_id is not None:
        data["call"] = after.call_id
    if after.reachable != before.reachable:
        data["reachable"] = after.reachable
    if forced:
        data["forced"] = forced
    fact = Fact.of(
        actor,
        unit.now,
        Subject.AGENT,
        owner or 0,
        EventType.AGENT_CHANGED,
        from_state=before.state.value,
        to_state=after.state.value,
        data=data,
    )
    unit.record(fact)


def spells_since(conn: Connection, began: datetime) -> Sequence[RowMapping]:
    """Spells that reach into the time after ``began``: account, state, reason, begin, end."""
    query = select(
        agent_spell.c.account_id,
        agent_spell.c.state,
        agent_spell.c.reason,
        agent_spell.c.began_at,
        agent_spell.c.ended_at,
    ).where(agent_spell.c.ended_at.is_(None) | (agent_spell.c.ended_at > began))
    return conn.execute(query.order_by(agent_spell.c.id)).mappings().all()
