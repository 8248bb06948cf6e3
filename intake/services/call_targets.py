"""Where a caller may be passed on to: emergency services, departments, colleagues.

The desk sends a key, never a number: whoever sits at a screen cannot dial at the county's expense.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from intake.domain.errors import Invalid, WrongState
from intake.domain.people import Action, Actor
from intake.security.phone import normalise_phone
from intake.services.agent_rows import agent_at
from intake.services.workroom import Workroom
from intake.store.tables import account, agent, unit

EMERGENCY: Mapping[str, str] = {
    "110": "报警",
    "119": "火警",
    "120": "急救",
    "122": "交通事故报警",
}


class TargetKind(StrEnum):
    """Groups of the list, in order."""

    EMERGENCY = "emergency"
    EXTENSION = "extension"
    UNIT = "unit"

    @property
    def label(self) -> str:
        return {"emergency": "紧急电话", "extension": "同事", "unit": "部门"}[self.value]


@dataclass(frozen=True, slots=True)
class Target:
    """``number`` is what the PBX dials; for a colleague the extension. It stays on the server."""

    key: str
    kind: TargetKind
    name: str
    number: str = ""


def list_targets(room: Workroom, actor: Actor) -> list[Target]:
    """Everything a call may be passed on to now; two statements."""
    actor.require(Action.CALL)
    found = [
        Target(f"emergency:{number}", TargetKind.EMERGENCY, f"{number} {name}")
        for number, name in EMERGENCY.items()
    ]
    with room.database.read() as conn:
        people = conn.execute(
            select(agent.c.extension, account.c.display_name)
            .select_from(agent.join(account, account.c.id == agent.c.account_id))
            .where(account.c.id != (actor.account_id or 0))
            .order_by(agent.c.extension)
        ).all()
        units = conn.execute(
            select(unit.c.code, unit.c.name).where(unit.c.phone != "").order_by(unit.c.code)
        ).all()
    found += [
        Target(f"extension:{row.extension}", TargetKind.EXTENSION, row.display_name)
        for row in people
    ]
    found += [Target(f"unit:{row.code}", TargetKind.UNIT, row.name) for row in units]
    return found


def resolve_target(room: Workroom, conn: Connection, actor: Actor, key: str) -> Target:
    """The target with its number; raises Invalid for a key that is not on the list."""
    kind, _, name = key.partition(":")
    if kind == TargetKind.EMERGENCY and name in EMERGENCY:
        return Target(key, TargetKind.EMERGENCY, EMERGENCY[name], name)
    if kind == TargetKind.EXTENSION:
        return _colleague(conn, actor, key, name)
    if kind == TargetKind.UNIT:
        row = conn.execute(select(unit.c.name, unit.c.phone).where(unit.c.code == name)).first()
        number = _dialled(room, row.phone) if row else ""
        if row is not None and number:
            return Target(key, TargetKind.UNIT, row.name, number)
    raise Invalid("没有这个转接对象，请从列表里选择。", field="target")


def _colleague(conn: Connection, actor: Actor, key: str, extension: str) -> Target:
    who = agent_at(conn, extension)
    if who is None or who.account_id is None:
        raise WrongState("这位同事没有签入，请选择别的转接对象。")
    if who.account_id == actor.account_id:
        raise Invalid("不能转接给自己。", field="target")
    if who.state.on_call:
        raise WrongState("这位同事正在通话，请选择别的转接对象。")
    return Target(key, TargetKind.EXTENSION, extension, extension)


def _dialled(room: Workroom, phone: str) -> str:
    """A configured number as a trunk takes it; placeholders of a sample stay digits."""
    return normalise_phone(phone, room.settings.area_code) or re.sub(r"[^0-9]", "", phone)
