"""Ask the citizen for more, take what comes back, or give up; withdraw before filing."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert

from intake.domain.errors import Incomplete, WrongState
from intake.domain.events import EventType
from intake.domain.people import CITIZEN, Actor
from intake.domain.progress import WITHDRAWABLE
from intake.domain.submission import Upload
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, TicketState
from intake.services.accept import attachment_rows, register_by
from intake.services.stepping import find_ticket, for_history, take_step
from intake.services.unmerge import release_followers
from intake.services.workroom import Workroom
from intake.store.tables import attachment, supplement
from intake.store.unit import Unit

PHOTOS_TOPIC = "photos.clean"


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


def add_supplement(
    room: Workroom,
    actor: Actor,
    number: str,
    text: str,
    uploads: Sequence[Upload] = (),
    contact_id: int | None = None,
) -> Ticket:
    """Add what the citizen says later; a waiting ticket goes back to the operators.

    Raises WrongState once the ticket is filed or closed: then a new report is the way.
    """
    said = text.strip()
    if not said and not uploads:
        raise Incomplete("请填写补充内容或添加照片。", fields=["text"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        waiting = before.state is TicketState.AWAITING_INFO
        if before.state not in WITHDRAWABLE:
            raise WrongState("这件反映已进入办理，不能再补充；有新情况请另行反映。")
        after = take_step(
            unit,
            actor,
            before,
            Step.RESUME if waiting else Step.SUPPLEMENT,
            EventType.SUPPLEMENT_RECEIVED,
            data={"characters": len(said), "photos": len(uploads)},
            photos=before.photos + len(uploads),
            respond_by=register_by(room, unit) if waiting else before.respond_by,
        )
        _keep_words(unit, actor, before, said, contact_id)
        if uploads:
            rows = attachment_rows(unit, before.id, uploads, first=before.photos)
            unit.conn.execute(insert(attachment), rows)
            unit.enqueue(PHOTOS_TOPIC, after.number, {"ticket": after.id})
        return after

    return room.database.write(work)


def _keep_words(
    unit: Unit, actor: Actor, sheet: Ticket, said: str, contact_id: int | None = None
) -> None:
    unit.conn.execute(
        insert(supplement).values(
            ticket_id=sheet.id,
            contact_id=contact_id,
            at=unit.now,
            by_role=actor.role.value,
            text=said,
        )
    )


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
            _keep_words(unit, CITIZEN, before, said)
        release_followers(unit, after)
        return after

    return room.database.write(work)
