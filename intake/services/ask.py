"""Ask the citizen for more, or give up; withdraw before filing."""

from datetime import timedelta

from intake.domain.errors import Incomplete, WrongState
from intake.domain.events import EventType
from intake.domain.people import CITIZEN, Actor
from intake.domain.progress import WITHDRAWABLE
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step
from intake.services.stepping import find_ticket, for_history, take_step
from intake.services.supplement import keep_words
from intake.services.unmerge import release_followers
from intake.services.workroom import Workroom
from intake.store.unit import Unit


def ask_info(room: Workroom, actor: Actor, number: str, version: int, questions: str) -> Ticket:
    """Put questions to the citizen; the ticket waits for the hours of the setting."""
    asked = questions.strip()
    if not asked:
        raise Incomplete("请写明需要补充的内容。", fields=["questions"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        return take_step(
            unit,
            actor,
            before,
            Step.ASK_INFO,
            EventType.INFO_ASKED,
            version=version,
            data={"questions": asked},
            questions=asked,
            respond_by=unit.now + timedelta(hours=room.settings.information_hours),
        )

    return room.database.write(work)


def give_up(room: Workroom, actor: Actor, number: str, version: int, remark: str) -> Ticket:
    """Close a ticket whose citizen could not be reached for the missing information."""
    if not remark.strip():
        raise Incomplete("请写明联系的经过。", fields=["remark"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        after = take_step(
            unit,
            actor,
            before,
            Step.GIVE_UP,
            EventType.INFO_GIVEN_UP,
            version=version,
            data={"remark": for_history(remark)},
            close_reason="no_contact",
            closed_at=unit.now,
            respond_by=None,
        )
        release_followers(unit, after)
        return after

    return room.database.write(work)


def withdraw(room: Workroom, number: str, reason: str = "") -> Ticket:
    """The citizen takes the report back before it is filed; the record stays.

    ``reason`` is kept beside the ticket like everything the citizen says later.
    """
    said = reason.strip()

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        if before.state not in WITHDRAWABLE:
            raise WrongState("这件反映已进入办理，不能撤回。")
        after = take_step(
            unit,
            CITIZEN,
            before,
            Step.WITHDRAW,
            EventType.TICKET_WITHDRAWN,
            data={"characters": len(said)},
            close_reason="withdrawn",
            closed_at=unit.now,
            respond_by=None,
        )
        if said:
            keep_words(unit, CITIZEN, before, said)
        release_followers(unit, after)
        return after

    return room.database.write(work)
