"""Control of a living call from the desk: a command row, a fact, and the answer as an event.

Operators control their own calls; the shift leader listens in and ends calls of others, audited
(domain.md §7.1, §8.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from intake.domain.agent import AgentState
from intake.domain.call import LinkState
from intake.domain.call_control import CallVerb, SpyMode
from intake.domain.errors import Incomplete, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.pbx_command import Command
from intake.domain.people import Action, Actor
from intake.services.agent_rows import agent_of_account
from intake.services.agent_views import link_state
from intake.services.call_list import CallLine, find_call
from intake.services.call_targets import TargetKind, resolve_target
from intake.services.pbx_commands import ask, find_command, seal_value
from intake.services.workroom import Workroom
from intake.store.tables import call, pbx_command
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """A command on its way; its end comes as a fact, and is read with ``command_of``."""

    command: int
    expires_at: datetime


def control_call(
    room: Workroom,
    actor: Actor,
    key: int,
    verb: CallVerb,
    *,
    target: str = "",
    mode: SpyMode | None = None,
) -> Asked:
    """Ask the PBX to do ``verb`` to a call.

    ``target`` is a key of ``list_targets``. Raises NotAllowed for somebody else's call, WrongState
    for a call that has ended, is not answered yet, or when the PBX is away; Incomplete and Invalid.
    """
    actor.require(Action.CALL)

    def work(unit: Unit) -> Asked:
        line = find_call(unit.conn, key, lock=True)
        _require(line, actor, verb)
        _require_link(unit, line)
        payload: dict[str, Any] = {
            "call": line.id,
            "linkedid": line.linkedid,
            "extension": line.extension,
        }
        payload |= _to(room, unit, actor, verb, target)
        if verb is CallVerb.SPY:
            payload |= _spy(unit, actor, mode)
        _mind_recording(room, unit, line, verb)
        command = ask(unit, actor, line.pbx, verb.command, payload)
        told: dict[str, Any] = {"verb": verb.value, "command": command}
        told |= {name: payload[name] for name in ("target", "mode") if name in payload}
        record_call(unit, actor, line, EventType.CALL_CONTROLLED, told)
        return Asked(command, unit.now + timedelta(seconds=verb.command.seconds))

    return room.database.write(work)


def command_of(room: Workroom, actor: Actor, key: int) -> Command:
    """What became of one's own command; the leader sees everybody's."""
    actor.require(Action.CALL)
    found = find_command(room, key)
    mine = found is not None and found.asked_by == actor.account_id
    if found is None or not (mine or actor.may(Action.SUPERVISE_CALLS)):
        raise NotFound("没有这个操作。")
    return found


def require_link(unit: Unit, pbx: str) -> None:
    """Raise WrongState at once when nobody would execute a command."""
    link = link_state(unit.conn, pbx)
    if link is not LinkState.LIVE:
        raise WrongState(f"{link.label}，现在不能操作，请用话机操作或稍后再试。")


def record_call(
    unit: Unit, actor: Actor, line: CallLine, kind: EventType, data: dict[str, Any]
) -> None:
    """A fact about a call; its state is its outcome, so far."""
    state = line.outcome.value or ("ANSWERED" if line.answered_at else "RINGING")
    told = data | ({"account": line.account_id} if line.account_id else {})
    fact = Fact.of(
        actor, unit.now, Subject.CALL, line.id, kind, from_state=state, to_state=state, data=told
    )
    unit.record(fact)


def _require(line: CallLine, actor: Actor, verb: CallVerb) -> None:
    if verb in line.controls(actor):
        return
    if not line.live:
        raise WrongState("通话已经结束。")
    if verb is CallVerb.SPY:
        actor.require(Action.SUPERVISE_CALLS)
        if line.own(actor):
            raise WrongState("不能监听自己的通话。")
    elif not line.own(actor):
        raise NotAllowed("只能操作自己的通话，其他通话请值班长处理。")
    raise WrongState("通话还没有接通，接通后才能操作。")


def _require_link(unit: Unit, line: CallLine) -> None:
    require_link(unit, line.pbx)
    kinds = [verb.command.value for verb in CallVerb]
    pending = select(pbx_command.c.id, pbx_command.c.payload).where(
        pbx_command.c.pbx == line.pbx,
        pbx_command.c.ended_at.is_(None),
        pbx_command.c.kind.in_(kinds),
        pbx_command.c.expires_at > unit.now,
    )
    if any(row.payload.get("call") == line.id for row in unit.conn.execute(pending)):
        raise WrongState("上一个操作还在执行，请稍等。")


def _to(room: Workroom, unit: Unit, actor: Actor, verb: CallVerb, key: str) -> dict[str, Any]:
    if not verb.needs_target:
        return {}
    if not key:
        raise Incomplete("请选择转接对象。", fields=["target"])
    target = resolve_target(room, unit.conn, actor, key)
    sealed = seal_value(room, "number", target.key, target.number)
    inside = target.kind is TargetKind.EXTENSION
    return {"target": target.key, "number": sealed, "internal": inside}


def _spy(unit: Unit, actor: Actor, mode: SpyMode | None) -> dict[str, Any]:
    if mode is None:
        raise Incomplete("请选择监听方式。", fields=["mode"])
    seat = agent_of_account(unit.conn, actor.account_id)
    if seat is None or seat.state is AgentState.OFFLINE:
        raise WrongState("请先签入分机，才能监听。")
    if seat.state.on_call:
        raise WrongState("自己的通话还没有结束，结束后才能监听。")
    return {"mode": mode.value, "by_extension": seat.extension, "device": seat.device.value}


def _mind_recording(room: Workroom, unit: Unit, line: CallLine, verb: CallVerb) -> None:
    """A pause for private data ends by itself, should it be forgotten."""
    if verb is CallVerb.RECORD_PAUSE:
        until = unit.now + timedelta(seconds=room.settings.record_pause_seconds)
    elif verb is CallVerb.RECORD_RESUME:
        until = None
    else:
        return
    unit.conn.execute(update(call).where(call.c.id == line.id).values(record_resume_at=until))
