"""File a ticket as a case (立案): operator, shift leader, or a leader's instruction."""

from sqlalchemy import select

from intake.domain.errors import Incomplete, NotAllowed
from intake.domain.events import EventType
from intake.domain.filing import (
    FilingAuthority,
    FilingFacts,
    FilingRule,
    RuleResult,
    failed,
    leader_reasons,
)
from intake.domain.people import Actor, Role
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step
from intake.services.checklist import filing_facts
from intake.services.open_case import open_case
from intake.services.stepping import find_ticket, for_history, require_step, take_step
from intake.services.workroom import Workroom
from intake.store.tables import account
from intake.store.unit import Unit

_WITHOUT_THESE_NO_CASE = {
    FilingRule.CATEGORY,
    FilingRule.LIMIT_AND_LEAD,
    FilingRule.NOT_DUPLICATE,
    FilingRule.PRIVACY,
}


_NOT_EVEN_BY_INSTRUCTION = _WITHOUT_THESE_NO_CASE - {FilingRule.NOT_DUPLICATE}


def file_ticket(
    room: Workroom,
    actor: Actor,
    number: str,
    version: int,
    opinion: str = "",
    deputy_reason: str = "",
) -> Ticket:
    """File; the case number is on the case of ``ticket.case_id``.

    Operators file ordinary, complete tickets when ``filing_authority`` lets them; the shift leader
    files the rest and may overrule soft rules with an ``opinion``. Where the authority is the
    shift leader's, one account may not both prepare and file a ticket (R84) except as a deputy
    with ``deputy_reason``, which is kept in the history. Raises Incomplete and NotAllowed.
    """

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.FILE, version)
        facts = filing_facts(room, unit.conn, before)
        missing = failed(facts)
        as_deputy = _require_authority(room, unit, actor, before, facts, deputy_reason.strip())
        _require_complete(missing, opinion)
        note = {
            "failed": [rule.rule.value for rule in missing],
            "opinion": for_history(opinion),
            "deputy_reason": for_history(deputy_reason) if as_deputy else "",
        }
        case = open_case(room, unit, actor, before, note=opinion.strip())
        return take_step(
            unit,
            actor,
            before,
            Step.FILE,
            EventType.CASE_FILED,
            data=note | {"case": case.number},
            case_id=case.id,
            respond_by=None,
        )

    return room.database.write(work)


def file_by_instruction(
    room: Workroom, actor: Actor, number: str, version: int, reference: str, opinion: str = ""
) -> Ticket:
    """A leader's written instruction files directly (R125); ``reference`` names the document.

    Category and filing condition are still needed, because a case without limit and lead unit
    cannot be dispatched; and a case never names a confidential reporter, whoever instructs. The
    case is supervised from the start.
    """
    document = reference.strip()
    if not document:
        raise Incomplete("请填写批示文号或批示件名称。", fields=["reference"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.FILE_BY_INSTRUCTION, version)
        hard = [
            rule
            for rule in failed(filing_facts(room, unit.conn, before))
            if rule.rule in _NOT_EVEN_BY_INSTRUCTION
        ]
        _require_complete(tuple(hard), opinion)
        case = open_case(room, unit, actor, before, note=opinion.strip(), leader_reference=document)
        return take_step(
            unit,
            actor,
            before,
            Step.FILE_BY_INSTRUCTION,
            EventType.CASE_FILED,
            data={
                "case": case.number,
                "reference": for_history(document),
                "opinion": for_history(opinion),
            },
            case_id=case.id,
            respond_by=None,
            leader_reference=document,
        )

    return room.database.write(work)


def _require_complete(missing: tuple[RuleResult, ...], opinion: str) -> None:
    hard = [rule for rule in missing if rule.rule in _WITHOUT_THESE_NO_CASE]
    if hard or (missing and not opinion.strip()):
        raise Incomplete(
            "立案条件不齐，请先补齐。" if hard else "立案条件不齐，请补齐，或写明仍予立案的意见。",
            failed=[{"rule": rule.rule.value, "advice": rule.advice} for rule in missing],
        )


def _require_authority(
    room: Workroom,
    unit: Unit,
    actor: Actor,
    sheet: Ticket,
    facts: FilingFacts,
    deputy_reason: str,
) -> bool:
    """Whether the account files as a deputy; raises NotAllowed when it may not file at all."""
    authority = room.settings.filing_authority
    if actor.role is Role.OPERATOR:
        reasons = leader_reasons(authority, sheet.case_class, facts)
        if not reasons:
            return False
        if not (_is_deputy(unit, actor) and deputy_reason):
            raise NotAllowed(
                "这件须由值班长立案：" + "、".join(reason.label for reason in reasons) + "。",
                reasons=[reason.value for reason in reasons],
            )
    # Without an account nobody can say that it was not the same person.
    prepared_it = actor.account_id in {None, sheet.registered_by, sheet.submitted_by}
    if authority is FilingAuthority.SHIFT_LEADER and prepared_it and not deputy_reason:
        raise NotAllowed(
            "同一账号不能既登记或提请又立案；确需代班办理的，请写明代办理由。",
            reasons=["same_account"],
        )
    return bool(deputy_reason)


def _is_deputy(unit: Unit, actor: Actor) -> bool:
    query = select(account.c.deputy).where(account.c.id == actor.account_id, account.c.active)
    return bool(unit.conn.execute(query).scalar())
