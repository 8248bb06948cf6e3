"""The worklist of return calls, and everything a caller needs to see about one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from intake.domain.case import Case
from intake.domain.dial_windows import may_dial
from intake.domain.errors import NotFound
from intake.domain.numbers import COUNTY_ZONE, ticket_number
from intake.domain.people import Action, Actor
from intake.domain.phone_scripts import RETURN_SCRIPTS
from intake.domain.return_visit import (
    Decision,
    NoVisit,
    ReturnChannel,
    ReturnKind,
    ReturnState,
)
from intake.domain.ticket import Ticket
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.reporters import MaskedReporter, mask, open_reporter
from intake.services.returns import ReturnTask, task_of
from intake.services.wordings import spoken
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import account, dial_attempt, return_task, ticket, visit

TABS: Mapping[str, str] = {"open": "待回访", "review": "不满意待审核", "done": "最近完成"}
_MOST = 200
_DONE_SHOWN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    """One task as the list shows it; what was reported is shown only to who may read tickets."""

    id: int
    number: str
    kind: ReturnKind
    state: ReturnState
    channel: ReturnChannel
    due_at: datetime
    next_at: datetime
    asked_for: datetime | None
    attempts: int
    description: str
    address: str
    confidential: bool
    holder: str
    dialling: bool
    decision: str
    reason: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLine:
    """One attempt that was written down."""

    id: int
    at: datetime
    by: str
    outcome: VisitOutcome
    contacted: bool | None
    solved: Solved | None
    service: Satisfaction
    handling: Satisfaction
    reason: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnView:
    """A task with its ticket, its attempts and what to say; ``hours`` whether it may ring now."""

    task: ReturnTask
    sheet: Ticket
    case_number: str
    result: str
    reporter: MaskedReporter
    holder: str
    dialling: bool
    hours: bool
    visits: list[VisitLine]
    scripts: Mapping[str, str]
    decision: Decision | None
    no_visit: str


def list_returns(room: Workroom, actor: Actor, tab: str = "open") -> list[ReturnLine]:
    """One tab: what is to be called now first; what waits for the shift leader; what was done."""
    actor.require(Action.VISIT)
    query = _lines().limit(_MOST)
    task = return_task.c
    if tab == "review":
        query = query.where(task.state == ReturnState.REVIEW.value).order_by(task.done_at)
    elif tab == "done":
        since = room.clock() - _DONE_SHOWN
        query = query.where(task.done_at >= since).order_by(task.done_at.desc())
    else:
        query = query.where(task.done_at.is_(None)).order_by(task.next_at, task.due_at, task.id)
    with room.database.read() as conn:
        rows = conn.execute(query).mappings().all()
    return [_line(row) for row in rows]


def count_review(room: Workroom) -> int:
    """How many wait for the shift leader, at most as many as are shown."""
    query = select(return_task.c.id).where(return_task.c.state == ReturnState.REVIEW.value)
    with room.database.read() as conn:
        return len(conn.execute(query.limit(_MOST)).all())


def _lines() -> Select[Any]:
    return (
        select(
            return_task,
            ticket.c.description,
            ticket.c.address,
            ticket.c.confidential,
            account.c.display_name,
            dial_attempt.c.id.label("dialling"),
            visit.c.reason,
        )
        .join(ticket, ticket.c.id == return_task.c.ticket_id)
        .outerjoin(account, account.c.id == return_task.c.claimed_by)
        .outerjoin(
            dial_attempt,
            (dial_attempt.c.return_task_id == return_task.c.id) & dial_attempt.c.ended_at.is_(None),
        )
        .outerjoin(visit, visit.c.id == return_task.c.visit_id)
    )


def _line(row: RowMapping) -> ReturnLine:
    return ReturnLine(
        id=row["id"],
        number=ticket_number(row["ticket_id"]),
        kind=ReturnKind(row["kind"]),
        state=ReturnState(row["state"]),
        channel=ReturnChannel(row["channel"]),
        due_at=row["due_at"],
        next_at=row["next_at"],
        asked_for=row["asked_for"],
        attempts=row["attempts"],
        description=row["description"],
        address=row["address"],
        confidential=row["confidential"],
        holder=row["display_name"] or "",
        dialling=row["dialling"] is not None,
        decision=Decision(row["decision"]).label if row["decision"] else "",
        reason=row["reason"] or "",
        done_at=row["done_at"],
    )


def view_return(room: Workroom, actor: Actor, key: int) -> ReturnView:
    """Everything about one task; the reporter masked. Raises NotFound."""
    actor.require(Action.VISIT)
    with room.database.read() as conn:
        row = conn.execute(select(return_task).where(return_task.c.id == key)).mappings().first()
        sheet = None if row is None else load(conn, Ticket, row["ticket_id"])
        if row is None or sheet is None:
            raise NotFound("没有这项回访，请刷新列表。")
        task = task_of(row)
        case = None if task.case_id is None else load(conn, Case, task.case_id)
        ringing = select(dial_attempt.c.id).where(
            dial_attempt.c.return_task_id == key, dial_attempt.c.ended_at.is_(None)
        )
        return ReturnView(
            task=task,
            sheet=sheet,
            case_number=case.number if case else "",
            result=sheet.public_answer or (case.result if case else ""),
            reporter=mask(open_reporter(room, conn, sheet.id)),
            holder=_name(conn, task.claimed_by),
            dialling=conn.execute(ringing.limit(1)).first() is not None,
            hours=may_dial(room.clock(), room.calendar, task.asked_for),
            visits=_visits(conn, task),
            scripts=_scripts(room, conn, actor, sheet, case),
            decision=Decision(task.decision) if task.decision else None,
            no_visit=NoVisit(task.remark).label if task.state is ReturnState.NONE else "",
        )


def _scripts(
    room: Workroom, conn: Connection, actor: Actor, sheet: Ticket, case: Case | None
) -> dict[str, str]:
    local = sheet.received_at.astimezone(COUNTY_ZONE)
    values = {
        "工号": str(actor.account_id or ""),
        "日期": f"{local.month}月{local.day}日",
        "地点": sheet.address or sheet.landmark,
        "问题": sheet.description,
        "答复": sheet.public_answer or (case.result if case else ""),
        "编号": sheet.number,
    }
    return {one.key: spoken(room, conn, one, values) for one in RETURN_SCRIPTS}


def _visits(conn: Connection, task: ReturnTask) -> list[VisitLine]:
    query = (
        select(visit, account.c.display_name)
        .outerjoin(account, account.c.id == visit.c.by_account)
        .where(visit.c.ticket_id == task.ticket_id, visit.c.at >= task.created_at)
        .order_by(visit.c.id)
    )
    return [
        VisitLine(
            id=row.id,
            at=row.at,
            by=row.display_name or "系统",
            outcome=VisitOutcome(row.outcome),
            contacted=row.contacted,
            solved=Solved(row.solved) if row.solved else None,
            service=Satisfaction(row.service),
            handling=Satisfaction(row.handling),
            reason=row.reason,
            remark=row.remark,
        )
        for row in conn.execute(query)
    ]


def _name(conn: Connection, account_id: int | None) -> str:
    if account_id is None:
        return ""
    found = conn.execute(select(account.c.display_name).where(account.c.id == account_id))
    return str(found.scalar() or "")
