"""Agents as the desk shows them: one's own state, and everybody's for the shift leader."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from intake.domain.agent import LEAVING, Agent, AgentState, PauseReason, extensions_of
from intake.domain.call import LinkState
from intake.domain.numbers import county_day, county_midnight
from intake.domain.people import Action, Actor, Role
from intake.services.agent_rows import COLUMNS, agent_of, agent_of_account, spells_since
from intake.services.workroom import Workroom
from intake.store.tables import account, agent, call, pbx

_LEAVING_TEXT = "通话后签出"


@dataclass(frozen=True, slots=True)
class MyAgent:
    """One's own telephone; ``agent`` None when not signed in, ``free`` are empty extensions."""

    agent: Agent | None
    free: tuple[str, ...]
    link: LinkState


@dataclass(frozen=True, slots=True)
class Today:
    """Seconds of the county day so far, by what they were spent on."""

    signed: int = 0
    ready: int = 0
    talking: int = 0
    wrap_up: int = 0
    paused: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person of the call centre; ``agent`` None when not signed in."""

    account: int
    name: str
    agent: Agent | None
    today: Today = field(default_factory=Today)


def reason_text(who: Agent | None) -> str:
    """The pause reason in words; during a call what follows it."""
    if who is None or not who.reason:
        return ""
    if who.reason == LEAVING:
        return _LEAVING_TEXT
    label = PauseReason(who.reason).label
    return f"通话后{label}" if who.state.on_call or who.state is AgentState.WRAP_UP else label


def my_agent(room: Workroom, actor: Actor) -> MyAgent:
    """Where I sit and what I may choose; three statements."""
    actor.require(Action.CALL)
    with room.database.read() as conn:
        mine = agent_of_account(conn, actor.account_id)
        query = select(agent.c.extension).where(agent.c.account_id.is_not(None))
        taken = set(conn.execute(query).scalars())
        link = link_state(conn, room.settings.pbx_name)
    known = extensions_of(room.settings.pbx_extensions)
    return MyAgent(mine, tuple(each for each in known if each not in taken), link)


def link_state(conn: Connection, name: str) -> LinkState:
    """How the link to the PBX is doing; DISCONNECTED when it never was."""
    state = conn.execute(select(pbx.c.state).where(pbx.c.name == name)).scalar()
    return LinkState(state) if state else LinkState.DISCONNECTED


def list_agents(room: Workroom, actor: Actor) -> list[Colleague]:
    """Everybody of the call centre with the day's figures; four statements."""
    actor.require(Action.SUPERVISE_CALLS)
    now = room.clock()
    midnight = county_midnight(county_day(now))
    with room.database.read() as conn:
        people = conn.execute(
            select(account.c.id, account.c.display_name)
            .where(
                account.c.active,
                account.c.role.in_([Role.OPERATOR.value, Role.SHIFT_LEADER.value]),
            )
            .order_by(account.c.id)
        ).all()
        rows = conn.execute(select(*COLUMNS).where(agent.c.account_id.is_not(None))).mappings()
        seats = {who.account_id: who for who in map(agent_of, rows)}
        spent = _spent(conn, midnight, now)
        answered = _answered(conn, midnight)
    return [
        Colleague(
            key,
            name,
            seats.get(key),
            Today(
                signed=sum(spent[key].values()),
                ready=spent[key][AgentState.READY] + spent[key][AgentState.RINGING],
                talking=spent[key][AgentState.TALKING],
                wrap_up=spent[key][AgentState.WRAP_UP],
                paused=spent[key][AgentState.PAUSED],
                answered=answered[key],
            ),
        )
        for key, name in people
    ]


def _spent(conn: Connection, since: datetime, now: datetime) -> dict[int, dict[AgentState, int]]:
    seconds: dict[int, dict[AgentState, int]] = defaultdict(lambda: defaultdict(int))
    for spell in spells_since(conn, since):
        lasted = (spell["ended_at"] or now) - max(spell["began_at"], since)
        spent = max(0, int(lasted.total_seconds()))
        seconds[spell["account_id"]][AgentState(spell["state"])] += spent
    return seconds


def _answered(conn: Connection, since: datetime) -> dict[int, int]:
    counted: dict[int, int] = defaultdict(int)
    query = select(call.c.account_id).where(
        call.c.started_at >= since,
        call.c.answered_at.is_not(None),
        call.c.account_id.is_not(None),
    )
    for key in conn.execute(query).scalars():
        counted[key] += 1
    return counted
