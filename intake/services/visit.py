"""Record what the citizen said about the result, and close or ask for rework (domain.md §5)."""

from dataclasses import dataclass

from sqlalchemy import insert

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
