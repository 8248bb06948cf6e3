"""Submit for filing, send back for correction, or refuse to file."""

from intake.domain.errors import Incomplete
from intake.domain.events import EventType
from intake.domain.filing import failed
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step
from intake.services.accept import register_by
from intake.services.checklist import filing_facts
from intake.services.stepping import find_ticket, for_history, require_step, take_step
from intake.services.workroom import Workroom
from intake.store.unit import Unit


def submit_for_filing(
    room: Workroom, actor: Actor, number: str, version: int, incomplete_reason: str = ""
) -> Ticket:
    """Hand the ticket to the shift leader (提请立案).

    When rules of the checklist fail, ``incomplete_reason`` must say why it is submitted all the
    same; otherwise Incomplete lists every failed rule.
    """

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.SUBMIT, version)
        missing = failed(filing_facts(room, unit.conn, before))
        if missing and not incomplete_reason.strip():
            raise Incomplete(
                "立案条件不齐，请补齐，或写明理由后提请值班长决定。",
                failed=[{"rule": rule.rule.value, "advice": rule.advice} for rule in missing],
            )
        return take_step(
            unit,
            actor,
            before,
            Step.SUBMIT,
            EventType.FILING_SUBMITTED,
            version=version,
            data={"failed": [rule.rule.value for rule in missing]},
            incomplete_reason=incomplete_reason.strip(),
            submitted_by=actor.account_id,
            submitted_at=unit.now,
            respond_by=None,
        )

    return room.database.write(work)


def return_for_correction(
    room: Workroom, actor: Actor, number: str, version: int, opinion: str
) -> Ticket:
    """Back to the operator with an opinion; it must be amended before it is submitted again."""
    return _decide(
        room, actor, number, version, Step.RETURN, EventType.FILING_RETURNED, opinion, {}
    )


def refuse_filing(room: Workroom, actor: Actor, number: str, version: int, reason: str) -> Ticket:
    """Not filed; the operator still owes the citizen a reply."""
    return _decide(
        room,
        actor,
        number,
        version,
        Step.REFUSE_FILING,
        EventType.FILING_REFUSED,
        reason,
        {"close_reason": "filing_refused"},
    )


def _decide(
    room: Workroom,
    actor: Actor,
    number: str,
    version: int,
    step: Step,
    kind: EventType,
    opinion: str,
    changes: dict[str, str],
) -> Ticket:
    said = for_history(opinion)
    if not said:
        raise Incomplete("请写明意见。", fields=["opinion"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        return take_step(
            unit,
            actor,
            before,
            step,
            kind,
            version=version,
            data={"opinion": said},
            respond_by=register_by(room, unit),
            **changes,
        )

    return room.database.write(work)
