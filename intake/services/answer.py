"""Answer, decline or refer a ticket: the three ways that end without a case."""

from sqlalchemy import select

from intake.domain.appeal import AppealType, CaseClass
from intake.domain.errors import Incomplete, Invalid, NotAllowed
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.reasons import DECLINE_REASONS, DeclineCode
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, TicketState
from intake.services.stepping import find_ticket, require_step, take_step
from intake.services.unmerge import release_followers
from intake.services.workroom import Workroom
from intake.store.tables import referral
from intake.store.unit import Unit

SETTLE_TOPIC = "ticket.settle"


def answer(room: Workroom, actor: Actor, number: str, version: int, text: str) -> Ticket:
    """Answer on the spot (R111); ``text`` is what the citizen reads.

    Questions, suggestions and praise are answered; a matter that makes a case only after a
    verification found nothing or its filing was refused (domain.md §4.2). Raises Incomplete.
    """
    told = _required(text, "请填写答复内容。")

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.ANSWER, version)
        _require_answerable(before)
        after = take_step(
            unit,
            actor,
            before,
            Step.ANSWER,
            EventType.TICKET_ANSWERED,
            version=version,
            data={"text": told},
            public_answer=told,
        )
        return _settle_later(unit, after)

    return room.database.write(work)


def decline(
    room: Workroom, actor: Actor, number: str, version: int, code: str, text: str = ""
) -> Ticket:
    """Not accepted, with a coded reason and the text told to the citizen (domain.md §2.8).

    ``text`` empty takes the reason's own wording. Reports of violations and emergencies are
    declined by the shift leader only. Raises Invalid and NotAllowed.
    """
    if code not in set(DeclineCode):
        raise Invalid("请选择一个不予受理的原因。", field="code")
    reason = DECLINE_REASONS[DeclineCode(code)]
    told = text.strip() or reason.text

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.DECLINE, version)
        guarded = before.appeal is AppealType.REPORT or before.case_class is CaseClass.EMERGENCY
        if guarded and actor.role is not Role.SHIFT_LEADER:
            raise NotAllowed("举报件和突发件不予受理须由值班长决定。")
        after = take_step(
            unit,
            actor,
            before,
            Step.DECLINE,
            EventType.TICKET_DECLINED,
            version=version,
            data={"code": code, "text": told},
            public_answer=told,
            close_reason=code,
        )
        return _settle_later(unit, after)

    return room.database.write(work)


def refer(
    room: Workroom, actor: Actor, number: str, version: int, target: str, how: str, text: str = ""
) -> Ticket:
    """Refer to another body; ``how`` tells whether connected, number told or letter forwarded."""
    manner = _required(how, "请说明转介方式：电话转接、告知号码或转送函件。")

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        require_step(unit.conn, actor, before, Step.REFER, version)
        row = unit.conn.execute(select(referral).where(referral.c.code == target)).first()
        if row is None:
            raise Invalid("请选择转介的单位。", field="target")
        told = text.strip() or row.text
        after = take_step(
            unit,
            actor,
            before,
            Step.REFER,
            EventType.TICKET_REFERRED,
            version=version,
            data={"target": target, "how": manner, "text": told},
            public_answer=told,
        )
        return _settle_later(unit, after)

    return room.database.write(work)


def settle(unit: Unit, actor: Actor, number: str) -> Ticket | None:
    """Close a ticket that was answered, declined or referred, once its reply is on the way."""
    before = find_ticket(unit.conn, number)
    if before.state.terminal:
        return None
    reason = before.close_reason or before.state.value.lower()
    after = take_step(
        unit,
        actor,
        before,
        Step.SETTLE,
        EventType.TICKET_CLOSED,
        data={"reason": reason},
        close_reason=reason,
        closed_at=unit.now,
        respond_by=None,
    )
    release_followers(unit, after)
    return after


def _require_answerable(sheet: Ticket) -> None:
    looked_into = sheet.state in {TicketState.NOT_FOUND, TicketState.FILING_REFUSED}
    if sheet.appeal is not None and sheet.appeal.makes_cases and not looked_into:
        raise Incomplete(
            f"{sheet.appeal.label}件不能直接答复办结：请立案、转介或不予受理；"
            "对方只是询问的，请先把诉求性质改为咨询。",
            fields=["appeal"],
        )


def _settle_later(unit: Unit, after: Ticket) -> Ticket:
    unit.enqueue(SETTLE_TOPIC, after.number, {"ticket": after.id})
    return after


def _required(text: str, advice: str) -> str:
    told = text.strip()
    if not told:
        raise Incomplete(advice, fields=["text"])
    return told
