"""Void a mistaken ticket (作废): the shift leader only; the record stays."""

from intake.domain.errors import Incomplete, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step
from intake.services.stepping import find_ticket, take_step
from intake.services.workroom import Workroom
from intake.store.unit import Unit


def void(room: Workroom, actor: Actor, number: str, version: int, reason: str) -> Ticket:
    """Void with a reason. A ticket with a case is voided through its case."""
    said = reason.strip()
    if not said:
        raise Incomplete("请写明作废的理由。", fields=["reason"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        if before.case_id is not None:
            raise WrongState("已立案的受理单请在案卷上作废。")
        return take_step(
            unit,
            actor,
            before,
            Step.VOID,
            EventType.TICKET_VOIDED,
            version=version,
            data={"reason": said},
            close_reason="voided",
            closed_at=unit.now,
        )

    return room.database.write(work)
