"""Merge a ticket into an open ticket or case, or split one ticket into several (R11)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select

from intake.domain.appeal import CaseClass
from intake.domain.case import Case
from intake.domain.errors import Incomplete, Invalid, NotFound, WrongState
from intake.domain.events import EventType, Fact, Subject
from intake.domain.numbers import county_day, daily_key
from intake.domain.people import Action, Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, TicketState
from intake.services.accept import RECEIVED_TOPIC, register_by
from intake.services.cases import find_case
from intake.services.stepping import (
    find_ticket,
    for_history,
    require_step,
    require_version,
    take_step,
    write_fact,
)
from intake.services.workroom import Workroom
from intake.store.counters import take_numbers
from intake.store.records import columns_of, load
from intake.store.tables import reporter, ticket, ticket_link
from intake.store.unit import Unit

_MOST_PARTS = 10
_ENDING = frozenset(
    {TicketState.ANSWERED, TicketState.DECLINED, TicketState.REFERRED, TicketState.FILING_REFUSED}
)


def merge(
    room: Workroom, actor: Actor, number: str, version: int, target: str, reasons: Sequence[str]
) -> Ticket:
    """Merge into ticket or case ``target``; each reporter keeps number, reply and visit.

    Into a case only the shift leader merges. No reporter data is copied. Raises Incomplete without
    a reason, Invalid when the target is the ticket itself or no longer open.
    """
    why = [for_history(reason) for reason in reasons if reason.strip()]
    if not why:
        raise Incomplete("请写明合并的理由，例如同一地点、同一问题。", fields=["reasons"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.MERGE, version)
        other, case = _target(unit, actor, before, target)
        after = take_step(
            unit,
            actor,
            before,
            Step.MERGE,
            EventType.TICKET_MERGED,
            version=version,
            data={"into": other.number if other else target.strip().upper(), "reasons": why},
            case_id=case.id if case else None,
            respond_by=None,
        )
        unit.conn.execute(
            insert(ticket_link).values(
                ticket_id=before.id,
                kind="MERGED_INTO",
                other_ticket_id=other.id if other else None,
                case_id=case.id if case else None,
                at=unit.now,
                by_account=actor.account_id,
                reasons=why,
            )
        )
        return after

    return room.database.write(work)


def _target(
    unit: Unit, actor: Actor, before: Ticket, target: str
) -> tuple[Ticket | None, Case | None]:
    try:
        case = find_case(unit.conn, target)
    except NotFound:
        other = find_ticket(unit.conn, target)
        if other.id == before.id:
            raise Invalid("不能并入自己。", field="target") from None
        if other.state.terminal or other.state in _ENDING | {TicketState.MERGED}:
            raise Invalid("要并入的受理单已办结或已合并，请另选。", field="target") from None
        if other.case_id is None:
            return other, None
        case = _case_of(unit, other.case_id)
        actor.require(Action.MERGE_INTO_CASE)
        return other, case
    actor.require(Action.MERGE_INTO_CASE)
    if not case.state.open:
        raise Invalid("要并入的案卷已结案，请另选。", field="target")
    return None, case


def _case_of(unit: Unit, key: int) -> Case:
    found = load(unit.conn, Case, key, lock=True)
    if found is None:
        raise NotFound("要并入的案卷不存在。")
    return found


def split(
    room: Workroom, actor: Actor, number: str, version: int, descriptions: Sequence[str]
) -> list[Ticket]:
    """Make further tickets of one that told of several problems; same reporter, same contact.

    The original stays; each part starts as RECEIVED and gets its own suggestion.
    """
    parts = [text.strip() for text in descriptions if text.strip()]
    if not 1 <= len(parts) <= _MOST_PARTS:
        raise Incomplete("请为每个另立的问题填写描述，最多十个。", fields=["descriptions"])

    def work(unit: Unit) -> list[Ticket]:
        actor.require(Action.SPLIT)
        before = find_ticket(unit.conn, number)
        require_version(unit.conn, before, version)
        if before.state not in {TicketState.REGISTERED, TicketState.VERIFIED}:
            raise WrongState(
                "只有已登记、尚未提请立案的受理单可以拆分。", state=before.state.value, step="split"
            )
        day = county_day(unit.now)
        first = take_numbers(unit.conn, f"ticket-{day:%Y%m%d}", len(parts))
        children = [
            child_of(room, unit, actor, before, daily_key(day, first + offset), text)
            for offset, text in enumerate(parts)
        ]
        unit.conn.execute(insert(ticket), [columns_of(child) for child in children])
        copy_reporter(room, unit, before, children)
        unit.conn.execute(
            insert(ticket_link),
            [
                {
                    "ticket_id": before.id,
                    "kind": "SPLIT_INTO",
                    "other_ticket_id": child.id,
                    "at": unit.now,
                    "by_account": actor.account_id,
                    "reasons": [],
                }
                for child in children
            ],
        )
        numbers = [child.number for child in children]
        write_fact(unit, actor, before, EventType.TICKET_SPLIT, data={"into": numbers})
        for child in children:
            unit.enqueue(RECEIVED_TOPIC, str(child.id))
        return children

    return room.database.write(work)


def child_of(
    room: Workroom, unit: Unit, actor: Actor, parent: Ticket, key: int, text: str
) -> Ticket:
    """A new ticket of the same reporter, not yet stored."""
    fact = Fact.of(
        actor,
        unit.now,
        Subject.TICKET,
        key,
        EventType.TICKET_RECEIVED,
        to_state=TicketState.RECEIVED.value,
        data={"source": parent.source.value, "split_from": parent.number},
    )
    return Ticket(
        id=key,
        state=TicketState.RECEIVED,
        version=1,
        source=parent.source,
        received_at=parent.received_at,
        text=parent.text,
        description=text,
        urgency=parent.urgency,
        case_class=CaseClass.ORDINARY,
        confidential=parent.confidential,
        anonymous=parent.anonymous,
        needs_reply=parent.needs_reply,
        respond_by=register_by(room, unit),
        parent_id=parent.id,
        head_hash=unit.record(fact),
    )


def copy_reporter(room: Workroom, unit: Unit, parent: Ticket, children: list[Ticket]) -> None:
    """Seal the same person's data anew for each child: a sealed value belongs to one row."""
    row = unit.conn.execute(select(reporter).where(reporter.c.ticket_id == parent.id)).mappings()
    stored = row.first()
    if stored is None:
        return
    rows: list[dict[str, Any]] = []
    for child in children:
        values = dict(stored)
        for column in ("name", "phone", "email", "address", "caller_number"):
            if values[column] is not None:
                clear = room.cipher.open(values[column], f"reporter.{column}:{parent.id}")
                values[column] = room.cipher.seal(clear, f"reporter.{column}:{child.id}")
        rows.append(values | {"ticket_id": child.id})
    unit.conn.execute(insert(reporter), rows)
