"""Behind each figure of the books: the calls and the tickets it was counted from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from intake.domain.call import CallOutcome, Direction, Purpose
from intake.domain.errors import Invalid
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor
from intake.domain.return_visit import Decision, ReturnKind, ReturnState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.workroom import Workroom
from intake.store.tables import account, call, return_task, visit

MOST_ROWS = 500
_ABANDONED = call.c.outcome == CallOutcome.ABANDONED.value
_ANSWERED = call.c.outcome == CallOutcome.ANSWERED.value
_SPOKE = visit.c.outcome == VisitOutcome.ANSWERED.value

CALLS: Mapping[str, str] = {
    "incoming": "呼入",
    "answered": "接通",
    "late": "接通但超过时限",
    "abandoned": "放弃",
    "missed": "漏接",
    "lost": "去向不明",
    "outgoing": "呼出",
}
VISITS: Mapping[str, str] = {
    "due": "应回访",
    "answered": "回访成功",
    "solved": "已解决",
    "dissatisfied": "不满意",
    "unreachable": "未联系到",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call, its number masked."""

    id: int
    started_at: datetime
    direction: Direction
    purpose: Purpose
    outcome: CallOutcome
    shown: str
    wait_seconds: float | None
    talk_seconds: float | None
    agent: str
    ticket: str
    in_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One return task with what was said."""

    task: int
    number: str
    created_at: datetime
    state: ReturnState
    outcome: VisitOutcome | None
    solved: Solved | None
    handling: Satisfaction | None
    reason: str
    decision: Decision | None


def list_calls(
    room: Workroom, actor: Actor, what: str, begin: datetime, end: datetime, who: int | None = None
) -> list[CallRow]:
    """Calls of one figure, oldest first, MOST_ROWS at most; raises Invalid for unknown figures."""
    actor.require(Action.READ_CALLS)
    if what not in CALLS:
        raise Invalid("没有这个指标，请从报表里点开。", field="what")
    query = (
        select(call, account.c.display_name)
        .outerjoin(account, account.c.id == call.c.account_id)
        .where(call.c.started_at >= begin, call.c.started_at < end, *_calls_of(room, what))
        .order_by(call.c.started_at, call.c.id)
        .limit(MOST_ROWS)
    )
    if who is not None:
        query = query.where(call.c.account_id == who)
    with room.database.read() as conn:
        return [_call_row(row) for row in conn.execute(query).mappings()]


def _calls_of(room: Workroom, what: str) -> list[ColumnElement[bool]]:
    coming = call.c.direction == Direction.IN.value
    short = room.settings.short_seconds * 1000
    missed = [one.value for one in CallOutcome if one.missed and one is not CallOutcome.LOST_TRACK]
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "incoming": [coming, call.c.outcome != CallOutcome.OPEN.value],
        "answered": [coming, _ANSWERED],
        "late": [coming, _ANSWERED, call.c.wait_ms > room.settings.service_level_seconds * 1000],
        "abandoned": [coming, _ABANDONED, call.c.wait_ms >= short],
        "missed": [coming, call.c.outcome.in_(missed)],
        "lost": [call.c.outcome == CallOutcome.LOST_TRACK.value],
        "outgoing": [call.c.direction == Direction.OUT.value],
    }
    return conditions[what]


def _call_row(row: Mapping[Any, Any]) -> CallRow:
    return CallRow(
        id=row["id"],
        started_at=row["started_at"],
        direction=Direction(row["direction"]),
        purpose=Purpose(row["purpose"]),
        outcome=CallOutcome(row["outcome"]),
        shown=row["number_shown"],
        wait_seconds=_seconds(row["wait_ms"]),
        talk_seconds=_seconds(row["talk_ms"]),
        agent=row["display_name"] or "",
        ticket=ticket_number(row["ticket_id"]) if row["ticket_id"] else "",
        in_gap=row["in_gap"],
    )


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def list_visits(
    room: Workroom, actor: Actor, what: str, kind: ReturnKind, begin: datetime, end: datetime
) -> list[VisitRow]:
    """Return tasks of one figure, oldest first; raises Invalid for unknown figures."""
    actor.require(Action.VISIT)
    if what not in VISITS:
        raise Invalid("没有这个指标，请从报表里点开。", field="what")
    query = _visits_of(what).where(
        return_task.c.kind == kind.value,
        return_task.c.created_at >= begin,
        return_task.c.created_at < end,
        return_task.c.state != ReturnState.NONE.value,
    )
    with room.database.read() as conn:
        return [_visit_row(row) for row in conn.execute(query).mappings()]


def _visits_of(what: str) -> Select[Any]:
    query = (
        select(
            return_task.c.id,
            return_task.c.ticket_id,
            return_task.c.created_at,
            return_task.c.state,
            return_task.c.decision,
            visit.c.outcome,
            visit.c.solved,
            visit.c.handling,
            visit.c.reason,
        )
        .outerjoin(visit, visit.c.id == return_task.c.visit_id)
        .order_by(return_task.c.created_at, return_task.c.id)
        .limit(MOST_ROWS)
    )
    right = return_task.c.decision != Decision.WRONG_PERSON.value
    bad = [one.value for one in Satisfaction if one.dissatisfied]
    conditions: dict[str, list[ColumnElement[bool]]] = {
        "due": [],
        "answered": [_SPOKE, right],
        "solved": [_SPOKE, right, visit.c.solved == Solved.SOLVED.value],
        "dissatisfied": [_SPOKE, right, visit.c.handling.in_(bad)],
        "unreachable": [return_task.c.state == ReturnState.UNREACHABLE.value],
    }
    return query.where(*conditions[what])


def _visit_row(row: Mapping[Any, Any]) -> VisitRow:
    return VisitRow(
        task=row["id"],
        number=ticket_number(row["ticket_id"]),
        created_at=row["created_at"],
        state=ReturnState(row["state"]),
        outcome=VisitOutcome(row["outcome"]) if row["outcome"] else None,
        solved=Solved(row["solved"]) if row["solved"] else None,
        handling=Satisfaction(row["handling"]) if row["handling"] else None,
        reason=row["reason"] or "",
        decision=Decision(row["decision"]) if row["decision"] else None,
    )
