"""Cases as lists and pages show them: keyset pages, one case with its limits, tickets, history."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from intake.domain.case import Case
from intake.domain.case_steps import CASE_TRANSITIONS, CaseState, CaseStep
from intake.domain.errors import Invalid, NotFound
from intake.domain.events import Subject
from intake.domain.numbers import ticket_number
from intake.domain.people import Action, Actor, Role
from intake.services.cases import find_case
from intake.services.ticket_view import HistoryLine, history
from intake.services.workroom import Workroom
from intake.store.records import from_row
from intake.store.tables import account, case_limit, case_pause, casefile, ticket


@dataclass(frozen=True, slots=True)
class CasePage:
    """``next`` is the ``after`` of the following page, empty on the last one."""

    rows: list[Case]
    next: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case page: the case, its running limits and pauses, its tickets, its history."""

    case: Case
    limits: list[dict[str, Any]]
    pauses: list[dict[str, Any]]
    tickets: list[str]
    history: list[HistoryLine]
    steps: tuple[CaseStep, ...]


def list_cases(
    room: Workroom,
    actor: Actor,
    state: CaseState | None = None,
    after: str = "",
    limit: int = 50,
) -> CasePage:
    """Cases, newest first; at most two statements a page. Departments see their own."""
    _require_reading(actor)
    if not 1 <= limit <= 200:
        raise Invalid("每页条数应在1到200之间。", field="limit")
    query = select(casefile).order_by(casefile.c.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(casefile.c.state == state.value)
    if after:
        query = query.where(casefile.c.id < _position(after))
    with room.database.read() as conn:
        unit = _own_unit(conn, actor)
        if unit is not None:
            query = query.where(casefile.c.lead_unit == unit)
        rows = [from_row(Case, row) for row in conn.execute(query).mappings()]
    more = len(rows) > limit
    return CasePage(rows[:limit], str(rows[limit - 1].id) if more else "")


def view_case(room: Workroom, actor: Actor, number: str) -> CaseView:
    """Read one case; raises NotAllowed and NotFound (also for another department's case)."""
    _require_reading(actor)
    with room.database.read() as conn:
        case = find_case(conn, number, lock=False)
        unit = _own_unit(conn, actor)
        if unit is not None and unit not in {case.lead_unit, *case.assist_units}:
            raise NotFound("没有这个编号的案卷，或者不由贵单位办理。")
        keys = conn.execute(
            select(ticket.c.id).where(ticket.c.case_id == case.id).order_by(ticket.c.id)
        ).scalars()
        return CaseView(
            case=case,
            limits=_rows(conn, case_limit, case.id),
            pauses=_rows(conn, case_pause, case.id),
            tickets=[ticket_number(key) for key in keys],
            history=history(conn, Subject.CASE, case.id),
            steps=tuple(
                step
                for step, transition in CASE_TRANSITIONS.items()
                if case.state in transition.sources and actor.may(transition.action)
            ),
        )


def _require_reading(actor: Actor) -> None:
    if not actor.may(Action.HANDLE):
        actor.require(Action.READ_TICKETS)


def _own_unit(conn: Connection, actor: Actor) -> str | None:
    """The unit whose cases a department's account is limited to; None sees all."""
    if actor.role is not Role.DEPARTMENT_USER:
        return None
    found = conn.execute(select(account.c.unit_code).where(account.c.id == actor.account_id))
    return str(found.scalar() or "")


def _position(after: str) -> int:
    if not (after.isascii() and after.isdecimal() and len(after) <= 18):
        raise Invalid("翻页位置不对，请从第一页重新打开。", field="after")
    return int(after)


def _rows(conn: Connection, table: Any, key: int) -> list[dict[str, Any]]:
    rows = conn.execute(select(table).where(table.c.case_id == key).order_by(table.c.id))
    return [dict(row) for row in rows.mappings()]
