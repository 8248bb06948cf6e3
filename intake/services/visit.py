"""Record what the citizen said about the result, and close or ask for rework (domain.md §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from intake.domain.errors import Incomplete, WrongState
from intake.domain.events import EventType
from intake.domain.people import Action, Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.stepping import find_ticket, require_version, write_fact
from intake.services.workroom import Workroom
from intake.store.tables import visit
from intake.store.unit import Unit

_ATTEMPTS = 3
_NOBODY_TO_ASK = frozenset(
    {VisitOutcome.REFUSED, VisitOutcome.WRONG_NUMBER, VisitOutcome.INVALID_NUMBER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """One attempt: the outcome, the three questions and the two satisfactions."""

    outcome: VisitOutcome
    contacted: bool | None = None
    solved: Solved | None = None
    service: Satisfaction = Satisfaction.NOT_GIVEN
    handling: Satisfaction = Satisfaction.NOT_GIVEN
    reason: str = ""
    remark: str = ""


def record_visit(
    room: Workroom, actor: Actor, number: str, version: int, record: VisitRecord
) -> Ticket:
    """Write one attempt down; the ticket stays until the shift leader closes or asks for rework.

    Reached and unsolved or dissatisfied needs a reason. What the citizen said is never edited
    later; a correction is a further row.
    """

    def work(unit: Unit) -> Ticket:
        actor.require(Action.VISIT)
        before = find_ticket(unit.conn, number)
        require_version(unit.conn, before, version)
        if before.state is not TicketState.AWAITING_VISIT:
            raise WrongState(f"受理单现在是“{before.state.label}”，不在回访阶段。")
        _require_answers(record)
        unit.conn.execute(
            insert(visit).values(
                ticket_id=before.id,
                case_id=before.case_id,
                at=unit.now,
                by_account=actor.account_id,
                outcome=record.outcome.value,
                contacted=record.contacted,
                solved=record.solved.value if record.solved else None,
                service=record.service.value,
                handling=record.handling.value,
                reason=record.reason.strip(),
                remark=record.remark.strip(),
            )
        )
        told = {
            "outcome": record.outcome.value,
            "service": record.service.value,
            "solved": record.solved.value if record.solved else None,
            "handling": record.handling.value,
        }
        return write_fact(unit, actor, before, EventType.VISIT_RECORDED, data=told)

    return room.database.write(work)


def _require_answers(record: VisitRecord) -> None:
    if record.outcome is not VisitOutcome.ANSWERED:
        return
    if record.solved is None:
        raise Incomplete("请记录市民所说的解决情况。", fields=["solved"])
    unhappy = record.solved is Solved.UNSOLVED or record.handling.dissatisfied
    if unhappy and not record.reason.strip():
        raise Incomplete("市民不满意或未解决，请记录原因。", fields=["reason"])


def tickets_without_consent(conn: Connection, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Tickets whose reporter is still to be asked, or said that it is not solved.

    Final is what the last reached visit says; a refused or impossible visit; or the third attempt
    that reached nobody (domain.md §5.2).
    """
    asked = [sheet for sheet in tickets if sheet.state is TicketState.AWAITING_VISIT]
    rows = conn.execute(
        select(visit.c.ticket_id, visit.c.at, visit.c.outcome, visit.c.solved, visit.c.handling)
        .where(visit.c.ticket_id.in_([sheet.id for sheet in asked]))
        .order_by(visit.c.id)
    ).all()
    return [
        sheet for sheet in asked if not _final([row for row in rows if row.ticket_id == sheet.id])
    ]


def _final(attempts: Sequence[Any]) -> bool:
    reached = [row for row in attempts if row.outcome == VisitOutcome.ANSWERED.value]
    if reached:
        last = reached[-1]
        unhappy = Satisfaction(last.handling).dissatisfied or last.solved == Solved.UNSOLVED.value
        return not unhappy
    impossible = any(VisitOutcome(row.outcome) in _NOBODY_TO_ASK for row in attempts)
    return impossible or len(attempts) >= _ATTEMPTS
