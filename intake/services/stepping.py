"""Take one ticket one step further: permission, version, state and fact, together."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from intake.domain.errors import NotFound, StaleVersion
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import ticket_key
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TRANSITIONS, Step, TicketState, next_state
from intake.security.masking import scrub
from intake.store.records import load, save
from intake.store.tables import event
from intake.store.unit import Unit

CHANGED_TOPIC = "ticket.changed"


def find_ticket(conn: Connection, number: str, *, lock: bool = True) -> Ticket:
    """The ticket with this number, locked for the writer unless told; raises NotFound."""
    key = ticket_key(number)
    found = None if key is None else load(conn, Ticket, key, lock=lock)
    if found is None:
        raise NotFound(f"没有编号为“{quoted(number)}”的受理单，请核对编号。")
    return found


def quoted(typed: str) -> str:
    """What was typed, short enough to be told back; nothing that a page cannot show."""
    return "".join(letter for letter in typed[:24] if letter.isprintable())


def take_step(
    unit: Unit,
    actor: Actor,
    before: Ticket,
    step: Step,
    kind: EventType,
    *,
    version: int | None = None,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> Ticket:
    """Move ``before`` along the table and write state and fact.

    ``version`` is what the person saw (None for the system's own steps). Raises NotAllowed,
    StaleVersion and WrongState; the caller's transaction then writes nothing.
    """
    state = require_step(unit.conn, actor, before, step, version)
    return write_fact(unit, actor, before, kind, data=data, state=state, **changes)


def require_step(
    conn: Connection, actor: Actor, before: Ticket, step: Step, version: int | None
) -> TicketState:
    """The state ``step`` leads to; raises NotAllowed, StaleVersion and WrongState.

    Services that look at more than the table ask this first, so that nobody is told to complete
    what he may not do at all.
    """
    actor.require(TRANSITIONS[step].action)
    require_version(conn, before, version)
    return next_state(before.state, step)


def for_history(opinion: str) -> str:
    """An opinion or remark as the history keeps it: without numbers that point at a person.

    The history cannot be corrected or erased later, so they must not get into it (decision 13).
    """
    return scrub(opinion.strip())


def require_version(conn: Connection, before: Ticket, version: int | None) -> None:
    """Raise StaleVersion, with what happened since, unless ``version`` is the stored one."""
    if version is None or version == before.version:
        return
    # Any number may come in: one that never was needs no look into the history.
    seen = version if 0 <= version < before.version else before.version
    rows = conn.execute(
        select(event.c.type, event.c.actor_name, event.c.at)
        .where(
            event.c.subject == Subject.TICKET.value,
            event.c.subject_id == before.id,
            event.c.version > seen,
        )
        .order_by(event.c.id)
        .limit(20)
    ).all()
    raise StaleVersion(
        "这张受理单刚被别人修改过，请查看最新内容后再操作。",
        version=before.version,
        changes=[{"type": row[0], "by": row[1], "at": row[2].isoformat()} for row in rows],
    )


def write_fact(
    unit: Unit,
    actor: Actor,
    before: Ticket,
    kind: EventType,
    *,
    data: dict[str, Any] | None = None,
    bump: bool = True,
    **changes: Any,
) -> Ticket:
    """Change fields without asking the table; every change is a fact.

    ``bump`` False keeps the version, for facts that change nothing another person edits.
    """
    after = replace(before, version=before.version + int(bump), **changes)
    fact = Fact.of(
        actor,
        unit.now,
        Subject.TICKET,
        before.id,
        kind,
        from_state=before.state.value,
        to_state=after.state.value,
        version=after.version,
        data=data,
        prev_hash=before.head_hash,
    )
    after = replace(after, head_hash=unit.record(fact))
    save(unit.conn, before, after)
    if bump:
        unit.enqueue(CHANGED_TOPIC, f"{after.id}:{after.version}", {"ticket": after.id})
    return after
