"""What other subsystems report about a case, and how its tickets follow (domain.md §4.6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from intake.domain.case import Case
from intake.domain.case_steps import CASE_TRANSITIONS, CaseStep, next_case_state
from intake.domain.deadlines import Pause, due_at, parse_limit
from intake.domain.errors import Incomplete, Invalid, NotAllowed, WrongState
from intake.domain.events import EventType
from intake.domain.people import SYSTEM, Actor, Role
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TRANSITIONS, Step, TicketState, next_state
from intake.services.cases import find_case, write_case_fact
from intake.services.returns import begin_returns, cancel_returns
from intake.services.stepping import for_history, write_fact
from intake.services.visit import tickets_without_consent
from intake.services.workroom import Workroom
from intake.store.records import from_row
from intake.store.tables import account, case_limit, case_pause, ticket, ticket_link, unit
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """One event of a case. Which fields it must carry depends on the step (CASE_TRANSITIONS)."""

    step: CaseStep
    unit: str = ""
    assist_units: tuple[str, ...] = ()
    opinion: str = ""
    result: str = ""
    until: datetime | None = None


_MOST_REWORKS = 2
"""After so many the case is put under supervision (督办; domain.md §5.2)."""

_LONGEST_SUSPENSION = timedelta(days=366)

_FOLLOW: dict[CaseStep, Step] = {
    CaseStep.DISPATCHED: Step.DISPATCHED,
    CaseStep.CHECK_PASSED: Step.CHECKED,
    CaseStep.REWORK: Step.REWORK,
    CaseStep.CLOSED: Step.CASE_CLOSED,
    CaseStep.VOIDED: Step.CASE_CLOSED,
}


def report_case(
    room: Workroom, actor: Actor, number: str, report: CaseReport, version: int | None = None
) -> Case:
    """Advance a case and every ticket that hangs on it, in one transaction.

    Raises WrongState; Incomplete when a field the step must carry is missing; NotAllowed when one
    account would both dispatch and close (R84), or a department acts on another's case. Closing
    before every reporter has been asked and is content needs an opinion (domain.md §5.2).
    """
    return room.database.write(lambda unit: advance(room, unit, actor, number, report, version))


def advance(
    room: Workroom,
    work: Unit,
    actor: Actor,
    number: str,
    report: CaseReport,
    version: int | None = None,
) -> Case:
    """The same inside the caller's transaction."""
    transition = CASE_TRANSITIONS[report.step]
    actor.require(transition.action)
    before = find_case(work.conn, number)
    state = next_case_state(before.state, report.step)
    _require_fields(work, report, transition.must)
    _require_separation(actor, before, report.step)
    _require_own_unit(work, actor, before)
    _require_consent(work, before, report)
    changes = _changes(room, work, actor, before, report)
    after = write_case_fact(
        work, actor, before, version=version, data=_told(report), state=state, **changes
    )
    if report.step in _FOLLOW:
        _follow(room, work, after, report)
    return after


def _told(report: CaseReport) -> dict[str, Any]:
    told: dict[str, Any] = {"step": report.step.value}
    for name in ("unit", "opinion", "result"):
        if getattr(report, name).strip():
            told[name] = for_history(getattr(report, name))
    if report.assist_units:
        told["assist_units"] = list(report.assist_units)
    if report.until:
        told["until"] = report.until.isoformat()
    return told


def _require_fields(work: Unit, report: CaseReport, must: tuple[str, ...]) -> None:
    missing = [name for name in must if not str(getattr(report, name) or "").strip()]
    if missing:
        raise Incomplete("办理信息不全，请补充后再提交。", fields=missing)
    codes = [code for code in (report.unit, *report.assist_units) if code]
    if codes:
        known = set(work.conn.execute(select(unit.c.code).where(unit.c.code.in_(codes))).scalars())
        if unknown := [code for code in codes if code not in known]:
            raise Invalid(f"没有代码为“{unknown[0]}”的单位。", field="unit")


def _require_separation(actor: Actor, case: Case, step: CaseStep) -> None:
    same = actor.account_id is not None and actor.account_id == case.dispatched_by
    if step is CaseStep.CLOSED and same and actor.role is not Role.SUBSYSTEM:
        raise NotAllowed("派遣和结案不能由同一账号办理。")


def _require_own_unit(work: Unit, actor: Actor, case: Case) -> None:
    """A person of a department acts on cases his unit leads or assists; machines act for all."""
    if actor.role is not Role.DEPARTMENT_USER or actor.account_id is None:
        return
    query = select(account.c.unit_code).where(account.c.id == actor.account_id)
    if work.conn.execute(query).scalar() not in {case.lead_unit, *case.assist_units}:
        raise NotAllowed("这件案卷不由您的单位办理。")


def _require_consent(work: Unit, case: Case, report: CaseReport) -> None:
    if report.step is not CaseStep.CLOSED or report.opinion.strip():
        return
    if waiting := tickets_without_consent(work.conn, _tickets_of(work, case)):
        raise Incomplete(
            "还有反映人没有回访到或不满意，请先回访或返工；仍要结案的，请写明意见。",
            fields=["opinion"],
            tickets=[sheet.number for sheet in waiting],
        )


def _require_plan_date(now: datetime, case: Case, until: datetime | None) -> None:
    """挂账 ends at a planned date within a year, and is too late once overdue (domain.md §2.6)."""
    if until is None or until.tzinfo is None:
        raise Invalid("挂账的计划恢复时间要带时区。", field="until")
    if not now < until <= now + _LONGEST_SUSPENSION:
        raise Invalid("挂账的计划恢复时间应在今后一年之内。", field="until")
    if case.due_at is not None and case.due_at < now:
        raise WrongState("案卷已超期，不能再挂账。", state=case.state.value, step="suspended")


def _changes(
    room: Workroom, work: Unit, actor: Actor, case: Case, report: CaseReport
) -> dict[str, Any]:
    match report.step:
        case CaseStep.DISPATCHED:
            return {
                "lead_unit": report.unit,
                "assist_units": list(report.assist_units),
                "dispatched_by": actor.account_id,
            }
        case CaseStep.HANDLED:
            return {"result": report.result}
        case CaseStep.CHECK_FAILED | CaseStep.REWORK:
            times = case.rework_count + 1
            return {"rework_count": times, "supervised": case.supervised or times > _MOST_REWORKS}
        case CaseStep.SUSPENDED:
            _require_plan_date(work.now, case, report.until)
            work.conn.execute(
                insert(case_pause).values(case_id=case.id, began_at=work.now, reason=report.opinion)
            )
            return {"suspended_until": report.until}
        case CaseStep.RESUMED:
            return {"suspended_until": None, "due_at": _resume(room, work, case)}
        case CaseStep.CLOSED | CaseStep.VOIDED:
            return {"closed_at": work.now, "suspended_until": None}
        case _:
            return {}


def _resume(room: Workroom, work: Unit, case: Case) -> datetime | None:
    """End the running pause and push every milestone out; returns the last due time."""
    work.conn.execute(
        update(case_pause)
        .where(case_pause.c.case_id == case.id, case_pause.c.ended_at.is_(None))
        .values(ended_at=work.now)
    )
    rows = work.conn.execute(
        select(case_pause.c.began_at, case_pause.c.ended_at).where(case_pause.c.case_id == case.id)
    ).all()
    pauses = [Pause(row.began_at, row.ended_at) for row in rows]
    last = case.due_at
    limits = work.conn.execute(
        select(case_limit.c.id, case_limit.c.term)
        .where(case_limit.c.case_id == case.id)
        .order_by(case_limit.c.position)
    ).all()
    for row in limits:
        last = due_at(case.filed_at, parse_limit(row.term), room.calendar, pauses)
        work.conn.execute(update(case_limit).where(case_limit.c.id == row.id).values(due_at=last))
    return last


def _follow(room: Workroom, work: Unit, case: Case, report: CaseReport) -> None:
    """Move every ticket filed as or merged into the case, however often it was merged on.

    A check makes one return task for each reporter; every other step ends those still open.
    """
    moved: list[Ticket] = []
    for sheet in _tickets_of(work, case):
        step = _FOLLOW[report.step]
        unasked = report.step is CaseStep.CHECK_PASSED and not sheet.needs_reply
        if unasked or sheet.state not in TRANSITIONS[step].sources:
            continue
        state = next_state(sheet.state, step)
        closing: dict[str, Any] = {}
        if state is TicketState.CLOSED:
            closing = {"close_reason": f"case_{report.step.value}", "closed_at": work.now}
            if report.step is CaseStep.CLOSED:
                closing["public_answer"] = case.result
        if report.step is CaseStep.CHECK_PASSED:
            closing = {"public_answer": case.result}
        moved.append(
            write_fact(
                work,
                SYSTEM,
                sheet,
                EventType.TICKET_FOLLOWED_CASE,
                data={"case": case.number, "step": report.step.value},
                state=state,
                **closing,
            )
        )
    cancel_returns(room, work, [sheet.id for sheet in moved], report.step.value)
    if report.step is CaseStep.CHECK_PASSED:
        begin_returns(room, work, case, moved)


def _tickets_of(work: Unit, case: Case) -> list[Ticket]:
    hanging = select(ticket.c.id).where(ticket.c.case_id == case.id).cte("hanging", recursive=True)
    merged = select(ticket_link.c.ticket_id).where(
        ticket_link.c.kind == "MERGED_INTO", ticket_link.c.other_ticket_id == hanging.c.id
    )
    hanging = hanging.union(merged)
    rows = work.conn.execute(
        select(ticket)
        .where(ticket.c.id.in_(select(hanging.c.id)))
        .order_by(ticket.c.id)
        .with_for_update()
    ).mappings()
    return [from_row(Ticket, row) for row in rows]
