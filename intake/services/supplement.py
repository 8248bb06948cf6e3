"""Take what is said later about a report: words and photos, once per delivery (decision 1)."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from intake.domain.contact import Outcome
from intake.domain.errors import Incomplete, KeyReused, WrongState
from intake.domain.events import EventType
from intake.domain.message import MessageKind, Origin
from intake.domain.people import Actor
from intake.domain.progress import WITHDRAWABLE
from intake.domain.submission import Arrival, Upload
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, TicketState
from intake.services.accept import attachment_rows, contact_row, register_by
from intake.services.received_message import received_row
from intake.services.stepping import find_ticket, take_step
from intake.services.workroom import Workroom
from intake.store.tables import attachment, contact, message, supplement
from intake.store.unit import Unit

PHOTOS_TOPIC = "photos.clean"


def add_supplement(
    room: Workroom,
    actor: Actor,
    number: str,
    text: str,
    uploads: Sequence[Upload] = (),
    arrival: Arrival | None = None,
) -> Ticket:
    """Add what the citizen says later; a waiting ticket goes back to the operators.

    ``arrival`` is the delivery at a door; the same one again changes nothing, and with other
    content raises KeyReused. Without it a person at the desk writes down what was said. Raises
    WrongState once the ticket is filed or closed: then a new report is the way.
    """
    said = text.strip()
    if not said and not uploads:
        raise Incomplete("请填写补充内容或添加照片。", fields=["text"])

    def work(unit: Unit) -> Ticket:
        before = find_ticket(unit.conn, number)
        contact_id = _keep_arrival(room, unit, before, arrival)
        origin = None if arrival is None else arrival.origin
        return write_supplement(room, unit, actor, before, said, uploads, contact_id, origin)

    try:
        return room.database.write(work)
    except IntegrityError:
        if arrival is None:
            raise
        return _taken_before(room, number, arrival)


def write_supplement(
    room: Workroom,
    unit: Unit,
    actor: Actor,
    before: Ticket,
    said: str,
    uploads: Sequence[Upload] = (),
    contact_id: int | None = None,
    origin: Origin | None = None,
) -> Ticket:
    """The supplement within a transaction of the caller's; raises NotAllowed and WrongState.

    ``origin`` is given by doors that can be answered: it becomes the way back.
    """
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
    keep_words(unit, actor, before, said, contact_id)
    if origin is not None:
        row = received_row(room, unit, before.id, origin, MessageKind.SUPPLEMENT, said)
        unit.conn.execute(insert(message).values(row | {"contact_id": contact_id}))
    if uploads:
        rows = attachment_rows(unit, before.id, uploads, first=before.photos)
        unit.conn.execute(insert(attachment), rows)
        unit.enqueue(PHOTOS_TOPIC, after.number, {"ticket": after.id})
    return after


def keep_words(
    unit: Unit, actor: Actor, sheet: Ticket, said: str, contact_id: int | None = None
) -> None:
    """Keep the words beside the ticket, not in its history: they are the citizen's own."""
    unit.conn.execute(
        insert(supplement).values(
            ticket_id=sheet.id,
            contact_id=contact_id,
            at=unit.now,
            by_role=actor.role.value,
            text=said,
        )
    )


def _keep_arrival(room: Workroom, unit: Unit, sheet: Ticket, arrival: Arrival | None) -> int | None:
    if arrival is None:
        return None
    row = contact_row(room, unit, sheet.id, arrival, Outcome.SUPPLEMENT)
    key: int = unit.conn.execute(insert(contact).values(row).returning(contact.c.id)).scalar_one()
    return key


def _taken_before(room: Workroom, number: str, arrival: Arrival) -> Ticket:
    with room.database.read() as conn:
        raw_hash = conn.execute(
            select(contact.c.raw_hash).where(
                contact.c.source == arrival.source.value,
                contact.c.external_id == arrival.external_id,
            )
        ).scalar()
        if raw_hash != arrival.raw_hash:
            raise KeyReused("这个提交编号已经用于另一份内容，请刷新页面后重新提交。")
        return find_ticket(conn, number, lock=False)
