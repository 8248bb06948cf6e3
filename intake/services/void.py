"""Void a mistaken ticket (作废): the shift leader only; the record stays."""

from intake.domain.errors import Incomplete, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, TicketState
from intake.services.stepping import find_ticket, for_history, require_step, take_step
from intake.services.unmerge import release_followers
from intake.services.workroom import Workroom
from intake.store.unit import Unit


def void(room: Workroom, actor: Actor, number: str, version: int, reason: str) -> Ticket:
    """Void with a reason. A ticket that was filed is voided through its case."""
    said = for_history(reason)
    if not said:
        raise Incomplete("请写明作废的理由。", fields=["reason"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.VOID, version)
        if before.case_id is not None and before.state is not TicketState.MERGED:
            raise WrongState("已立案的受理单请在案卷上作废。")
        after = take_step(
            unit,
            actor,
            before,
            Step.VOID,
            EventType.TICKET_VOIDED,
            version=version,
            data={"reason": said},
            close_reason="voided",
            closed_at=unit.now,
            respond_by=None,
        )
        release_followers(unit, after)
        return after

    return room.database.write(work)
