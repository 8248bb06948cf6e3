"""How the reporter of a ticket can be written to: the way he came, else what he left."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from intake.domain.message import Direction, MessageChannel
from intake.domain.ticket import Ticket
from intake.services.received_message import address_context
from intake.services.reporters import open_reporter
from intake.services.workroom import Workroom
from intake.store.tables import message


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """``address`` is personal data and empty for WEB; ``in_reply_to`` names what is answered."""

    channel: MessageChannel
    address: str = ""
    in_reply_to: str = ""


def return_address(room: Workroom, conn: Connection, sheet: Ticket) -> ReturnAddress:
    """The citizen's last message decides; then his e-mail; then his number; then the web page.

    An anonymous report is answered on the way it came and on no other.
    """
    last = conn.execute(
        select(message.c.channel, message.c.address, message.c.dedupe_key, message.c.external_id)
        .where(message.c.ticket_id == sheet.id, message.c.direction == Direction.IN.value)
        .where(message.c.address.is_not(None))
        .order_by(message.c.id.desc())
        .limit(1)
    ).first()
    if last is not None:
        address = room.cipher.open_text(last.address, address_context(last.dedupe_key))
        return ReturnAddress(MessageChannel(last.channel), address, last.external_id)
    if sheet.anonymous:
        return ReturnAddress(MessageChannel.WEB)
    person = open_reporter(room, conn, sheet.id)
    if person.email and MessageChannel.EMAIL in room.couriers:
        return ReturnAddress(MessageChannel.EMAIL, person.email)
    if person.phone and MessageChannel.SMS in room.couriers:
        return ReturnAddress(MessageChannel.SMS, person.phone)
    return ReturnAddress(MessageChannel.WEB)
