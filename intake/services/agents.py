"""What operators do with their telephone: sign in to an extension, ready, pause, wrap up, leave.

One account sits at one extension. Who pauses or signs out during a call finishes it first: no new
caller is offered, and the pause or the signing out follows the call.
"""

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from intake.domain.agent import (
    LEAVING,
    Agent,
    AgentState,
    Device,
    PauseReason,
    extensions_of,
    require_signed_in,
)
from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongState
from intake.domain.pbx_command import CommandKind
from intake.domain.people import Action, Actor
from intake.services.agent_rows import agent_at, agent_of_account, change_agent, tell_pbx
from intake.services.stepping import for_history
from intake.services.workroom import Workroom
from intake.store.tables import account, agent
from intake.store.unit import Unit


class Forced(StrEnum):
    """What the shift leader may do in somebody's place."""

    READY = "ready"
    PAUSE = "pause"
    SIGN_OUT = "sign-out"


def sign_in_agent(room: Workroom, actor: Actor, extension: str, device: Device) -> Agent:
    """Sit down at an extension, paused at first (整理) so that nobody rings too early.

    Raises NotAllowed, Invalid for an extension that does not exist, WrongState when a colleague
    sits there or a call of one's own is going on at another.
    """
    actor.require(Action.CALL)
    if actor.account_id is None:
        raise NotAllowed("只有个人账号可以签入分机。")
    if extension not in extensions_of(room.settings.pbx_extensions):
        raise Invalid("没有这个分机，请从列表里选择。", field="extension")

    def work(unit: Unit) -> Agent:
        mine = agent_of_account(unit.conn, actor.account_id, lock=True)
        if mine is not None and mine.extension == extension:
            return _change_device(room, unit, actor, mine, device)
        if mine is not None and mine.state.on_call:
            raise WrongState("通话还没有结束，结束后才能换分机。")
        there = agent_at(unit.conn, extension, lock=True)
        if there is not None and there.account_id is not None:
            raise WrongState(f"分机{extension}已由{_name(unit, there)}签入，请换一个分机。")
        if mine is not None:
            leave(room, unit, actor, mine)
        return _sit_down(room, unit, actor, there or _new_row(unit, extension, device), device)

    try:
        return room.database.write(work)
    except IntegrityError:
        raise WrongState("这个分机刚被别人签入，或您已在别处签入，请刷新后重试。") from None


def sign_out_agent(room: Workroom, actor: Actor) -> Agent | None:
    """Leave the extension, after the call if one is going on; None when gone."""
    return _mine(room, actor, lambda unit, who: _sign_out(room, unit, actor, who))


def make_ready(room: Workroom, actor: Actor) -> Agent | None:
    """Take calls; during a call it takes back a pause or a signing out asked for."""
    return _mine(room, actor, lambda unit, who: _ready(room, unit, actor, who))


def pause(room: Workroom, actor: Actor, reason: PauseReason) -> Agent | None:
    """Take no calls for a while; during a call the pause follows it."""
    return _mine(room, actor, lambda unit, who: _pause(room, unit, actor, who, reason))


def end_wrap_up(room: Workroom, actor: Actor) -> Agent | None:
    """Done with the notes before the time is over; does nothing in any other state."""

    def work(unit: Unit, who: Agent) -> Agent:
        return after_wrap_up(room, unit, actor, who) if who.state is AgentState.WRAP_UP else who

    return _mine(room, actor, work)


def force(room: Workroom, actor: Actor, account_id: int, what: Forced, reason: str) -> Agent | None:
    """The shift leader does it in somebody's place, with a reason that is kept (domain.md §7.1)."""
    actor.require(Action.SUPERVISE_CALLS)
    why = for_history(reason)[:200]
    if not why:
        raise Incomplete("请写明代为操作的理由。", fields=["reason"])

    def work(unit: Unit) -> Agent | None:
        who = agent_of_account(unit.conn, account_id, lock=True)
        if who is None:
            raise NotFound("这位同事没有签入分机。")
        if what is Forced.READY:
            return _ready(room, unit, actor, who, why)
        if what is Forced.PAUSE:
            return _pause(room, unit, actor, who, PauseReason.TIDY, why)
        return _sign_out(room, unit, actor, who, why)

    return room.database.write(work)


def leave(room: Workroom, unit: Unit, actor: Actor, who: Agent, forced: str = "") -> None:
    """Take the extension out of the queue and free it for others."""
    tell_pbx(room, unit, actor, CommandKind.AGENT_OFF, who, device=who.device.value)
    gone = {"account_id": None, "reason": "", "wrap_until": None, "call_id": None}
    change_agent(unit, actor, who, AgentState.OFFLINE, forced=forced, reachable=False, **gone)


def after_wrap_up(room: Workroom, unit: Unit, actor: Actor, who: Agent) -> Agent:
    """Ready again, or the pause that was asked for during the call."""
    if who.next_state is AgentState.READY:
        tell_pbx(room, unit, actor, CommandKind.UNPAUSE, who)
    return change_agent(unit, actor, who, who.next_state, wrap_until=None, call_id=None)


def _mine(room: Workroom, actor: Actor, act: Callable[[Unit, Agent], Agent | None]) -> Agent | None:
    actor.require(Action.CALL)

    def work(unit: Unit) -> Agent | None:
        who = agent_of_account(unit.conn, actor.account_id, lock=True)
        if who is None:
            raise WrongState("还没有签入分机，请先签入。")
        require_signed_in(who)
        return act(unit, who)

    return room.database.write(work)


def _sign_out(
    room: Workroom, unit: Unit, actor: Actor, who: Agent, forced: str = ""
) -> Agent | None:
    if not who.state.on_call:
        leave(room, unit, actor, who, forced)
        return None
    tell_pbx(room, unit, actor, CommandKind.PAUSE, who, reason=LEAVING)
    return change_agent(unit, actor, who, who.state, forced=forced, reason=LEAVING)


def _ready(room: Workroom, unit: Unit, actor: Actor, who: Agent, forced: str = "") -> Agent:
    if who.state.on_call:
        return change_agent(unit, actor, who, who.state, forced=forced, reason="")
    if who.state is AgentState.READY:
        return who
    tell_pbx(room, unit, actor, CommandKind.UNPAUSE, who)
    fresh = {"reason": "", "wrap_until": None, "call_id": None}
    return change_agent(unit, actor, who, AgentState.READY, forced=forced, **fresh)


def _pause(
    room: Workroom, unit: Unit, actor: Actor, who: Agent, reason: PauseReason, forced: str = ""
) -> Agent:
    if who.reason == reason and who.state in {AgentState.PAUSED, AgentState.TALKING}:
        return who
    tell_pbx(room, unit, actor, CommandKind.PAUSE, who, reason=reason.value)
    if who.state.on_call:
        return change_agent(unit, actor, who, who.state, forced=forced, reason=reason.value)
    fresh = {"reason": reason.value, "wrap_until": None, "call_id": None}
    return change_agent(unit, actor, who, AgentState.PAUSED, forced=forced, **fresh)


def _sit_down(room: Workroom, unit: Unit, actor: Actor, seat: Agent, device: Device) -> Agent:
    sitting = change_agent(
        unit,
        actor,
        seat,
        AgentState.PAUSED,
        reason=PauseReason.TIDY.value,
        account_id=actor.account_id,
        device=device,
        reachable=False,
        wrap_until=None,
        call_id=None,
    )
    told = {"device": device.value, "paused": True, "reason": PauseReason.TIDY.value}
    tell_pbx(room, unit, actor, CommandKind.AGENT_ON, sitting, **told)
    return sitting


def _change_device(room: Workroom, unit: Unit, actor: Actor, who: Agent, device: Device) -> Agent:
    if who.device is device:
        return who
    if who.state.on_call:
        raise WrongState("通话还没有结束，结束后才能换话机。")
    tell_pbx(room, unit, actor, CommandKind.AGENT_OFF, who, device=who.device.value)
    return _sit_down(room, unit, actor, who, device)


def _new_row(unit: Unit, extension: str, device: Device) -> Agent:
    seat = Agent(
        extension=extension,
        account_id=None,
        device=device,
        state=AgentState.OFFLINE,
        reason="",
        since=unit.now,
        wrap_until=None,
        call_id=None,
        reachable=False,
        version=1,
    )
    values = {name: getattr(seat, name) for name in Agent.__dataclass_fields__}
    unit.conn.execute(
        insert(agent).values(values | {"state": seat.state.value, "device": device.value})
    )
    return seat


def _name(unit: Unit, who: Agent) -> str:
    query = select(account.c.display_name).where(account.c.id == who.account_id)
    return unit.conn.execute(query).scalar() or "同事"
