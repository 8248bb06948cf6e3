"""The receipt a citizen keeps: given again for a report sent again, and signed for the record."""

import hashlib

from sqlalchemy import select

from intake.domain.contact import Source
from intake.domain.events import EventType, Subject
from intake.domain.numbers import ticket_number
from intake.security.receipts import Payload, sign_receipt
from intake.services.accept import Receipt
from intake.services.stepping import find_ticket
from intake.services.ticket_view import history
from intake.services.workroom import Workroom
from intake.store.tables import attachment, contact


def receipt_of(room: Workroom, source: Source, external_id: str) -> Receipt | None:
    """The receipt of a report that was accepted under this external id, or None."""
    query = select(contact.c.ticket_id, contact.c.received_at).where(
        contact.c.source == source.value,
        contact.c.external_id == external_id,
        contact.c.ticket_id.is_not(None),
    )
    with room.database.read() as conn:
        row = conn.execute(query).first()
    if row is None:
        return None
    number = ticket_number(row.ticket_id)
    return Receipt(number, room.query_code(number), row.received_at, repeated=True)


def signed_receipt(room: Workroom, number: str) -> str:
    """The signed receipt as JSON text; raises NotFound (R177, see intake.security.receipts).

    Payload: number, received_at (UTC, ISO 8601), text_sha256 (of the UTF-8 text), photos (their
    number) and photos_sha256 (hashes of the files as they arrived, in order, joined by commas).
    Photos that were added later are not part of it: the same report has one receipt.
    """
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
        first = next(
            fact
            for fact in history(conn, Subject.TICKET, sheet.id)
            if fact.type is EventType.TICKET_RECEIVED
        )
        arrived = int(first.data.get("photos", 0))
        hashes = conn.scalars(
            select(attachment.c.sha256)
            .where(attachment.c.ticket_id == sheet.id, attachment.c.position < arrived)
            .order_by(attachment.c.position)
        ).all()
    payload: Payload = {
        "number": sheet.number,
        "received_at": sheet.received_at.isoformat(timespec="seconds"),
        "text_sha256": hashlib.sha256(sheet.text.encode("utf-8")).hexdigest(),
        "photos": len(hashes),
        "photos_sha256": ",".join(hashes),
    }
    key_id, key = room.keyring.receipt_key
    return sign_receipt(payload, key_id, key)
