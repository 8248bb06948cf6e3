"""Commands to the PBX: asked in the transaction of their cause, taken once, ended visibly.

The desk asks, the telephony process takes and finishes (architecture decision 14). Nothing is
executed twice: a command whose process died ends as UNKNOWN and is not taken again.
"""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select, update

from intake.domain.events import EventType, Fact, Subject
from intake.domain.pbx_command import Command, CommandKind, CommandState
from intake.domain.people import SYSTEM, Actor
from intake.services.workroom import Workroom
from intake.store.tables import pbx_command
from intake.store.unit import Unit

_BATCH = 50
_DEAD_AFTER = timedelta(seconds=30)
_DEAD_DIAL_AFTER = timedelta(seconds=120)
_DIALS = (CommandKind.ORIGINATE.value, CommandKind.ORIGINATE_RETURN.value)
_SEALED = frozenset({"number", "secret"})
_TOLD = ("call", "linkedid", "extension", "target", "mode", "reason", "attempt_id", "account")


def ask(unit: Unit, actor: Actor, pbx: str, kind: CommandKind, payload: Mapping[str, Any]) -> int:
    """Write a command and the fact that it was asked; returns its key.

    ``payload`` holds references and our own words, never a number in clear: numbers and
    secrets go in by ``seal_value``.
    """
    key = unit.conn.execute(
        insert(pbx_command)
        .values(
            pbx=pbx,
            kind=kind.value,
            payload=dict(payload),
            asked_by=actor.account_id,
            asked_at=unit.now,
            expires_at=unit.now + timedelta(seconds=kind.seconds),
            state=CommandState.ASKED.value,
            answer={},
        )
        .returning(pbx_command.c.id)
    ).scalar_one()
    told = {"kind": kind.value} | {name: payload[name] for name in _TOLD if name in payload}
    _record(unit, actor, key, EventType.PBX_COMMAND_ASKED, "", CommandState.ASKED, told)
    return int(key)


def seal_value(room: Workroom, name: str, reference: str, value: str) -> str:
    """A number or a secret for ``payload[name]``, opened by the telephony process alone.

    ``reference`` binds it to its command: the attempt of an originate, the extension of an agent.
    It is removed from the payload when the command ends.
    """
    sealed = room.cipher.seal(value, f"pbx_command.{name}:{reference}")
    return base64.b64encode(sealed).decode("ascii")


def open_value(room: Workroom, name: str, reference: str, sealed: str) -> str:
    """The value again; raises CipherError when it was sealed for another command."""
    return room.cipher.open_text(base64.b64decode(sealed), f"pbx_command.{name}:{reference}")


def take(room: Workroom, pbx: str, limit: int = _BATCH) -> list[Command]:
    """Commands of this PBX in the order asked; whoever takes one is the only one who may run it."""
    open_now = _waiting(pbx).where(pbx_command.c.expires_at > room.clock())
    with room.database.read() as conn:
        if conn.execute(open_now.limit(1)).first() is None:
            return []

    def work(unit: Unit) -> list[Command]:
        rows = unit.conn.execute(
            open_now.order_by(pbx_command.c.id).limit(limit).with_for_update(skip_locked=True)
        ).mappings()
        taken = [_command(row) for row in rows]
        if taken:
            unit.conn.execute(
                update(pbx_command)
                .where(pbx_command.c.id.in_([command.id for command in taken]))
                .values(taken_at=unit.now, state=CommandState.TAKEN.value)
            )
        return taken

    return room.database.write(work)


def finish(
    unit: Unit, command: Command, done: bool, answer: Mapping[str, Any] | None = None
) -> bool:
    """Say what came of a taken command; False when it had ended before.

    ``answer`` is told to the desk: {"message": Chinese sentence} for a refusal, our own references
    for a success; never a number, a name or a secret.
    """
    state = CommandState.DONE if done else CommandState.REFUSED
    return _end(unit, command, state, answer or {})


def expire(room: Workroom, pbx: str) -> int:
    """End what nobody took in time, and what a dead process took; returns how many.

    The telephony process calls this every second; when it is away altogether, the desk does
    (``Duty`` "expire-commands"), so that an unexecuted command is always seen.
    """
    late = (
        select(pbx_command)
        .where(pbx_command.c.pbx == pbx, pbx_command.c.ended_at.is_(None))
        .order_by(pbx_command.c.id)
        .limit(_BATCH)
    )
    never = pbx_command.c.taken_at.is_(None) & (pbx_command.c.expires_at <= room.clock())
    dials = pbx_command.c.kind.in_(_DIALS)
    dead = (pbx_command.c.taken_at <= room.clock() - _DEAD_AFTER) & ~dials
    dead_dial = (pbx_command.c.taken_at <= room.clock() - _DEAD_DIAL_AFTER) & dials
    late = late.where(never | dead | dead_dial)
    with room.database.read() as conn:
        if conn.execute(late.limit(1)).first() is None:
            return 0

    def work(unit: Unit) -> int:
        rows = unit.conn.execute(late.with_for_update(skip_locked=True)).mappings().all()
        for row in rows:
            command = _command(row)
            untaken = command.state is CommandState.ASKED
            state = CommandState.EXPIRED if untaken else CommandState.UNKNOWN
            _end(unit, command, state, {"message": _LATE[state]})
        return len(rows)

    return room.database.write(work)


_LATE = {
    CommandState.EXPIRED: "电话系统没有及时响应，操作没有执行，请重试或用话机操作。",
    CommandState.UNKNOWN: "电话系统中断，不确定操作是否已执行，请核对通话后再试。",
}


def find_command(room: Workroom, key: int) -> Command | None:
    """One command as it stands."""
    with room.database.read() as conn:
        row = conn.execute(select(pbx_command).where(pbx_command.c.id == key)).mappings().first()
    return None if row is None else _command(row)


def _waiting(pbx: str) -> Select[Any]:
    return select(pbx_command).where(
        pbx_command.c.pbx == pbx,
        pbx_command.c.ended_at.is_(None),
        pbx_command.c.taken_at.is_(None),
    )


def _end(unit: Unit, command: Command, state: CommandState, answer: Mapping[str, Any]) -> bool:
    payload = {name: value for name, value in command.payload.items() if name not in _SEALED}
    ended = unit.conn.execute(
        update(pbx_command)
        .where(pbx_command.c.id == command.id, pbx_command.c.ended_at.is_(None))
        .values(ended_at=unit.now, state=state.value, answer=dict(answer), payload=payload)
    )
    if ended.rowcount != 1:
        return False
    told = {"kind": command.kind.value} | {name: payload[name] for name in _TOLD if name in payload}
    kind = EventType.PBX_COMMAND_ENDED
    _record(unit, SYSTEM, command.id, kind, command.state.value, state, told)
    return True


def _record(
    unit: Unit,
    actor: Actor,
    key: int,
    kind: EventType,
    before: str,
    after: CommandState,
    told: Mapping[str, Any],
) -> None:
    fact = Fact.of(
        actor,
        unit.now,
        Subject.PBX,
        key,
        kind,
        from_state=before,
        to_state=after.value,
        data=told,
    )
    unit.record(fact)


def _command(row: RowMapping) -> Command:
    return Command(
        id=row["id"],
        pbx=row["pbx"],
        kind=CommandKind(row["kind"]),
        payload=row["payload"],
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        state=CommandState(row["state"]),
        answer=row["answer"],
    )
