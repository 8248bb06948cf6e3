"""What the store knows about people and mails, asked by the rules for incoming mail."""

from datetime import timedelta

from sqlalchemy import Connection, or_, select

from intake.domain.numbers import ticket_key, ticket_number
from intake.security.email_address import normalise_email
from intake.services.workroom import Workroom
from intake.store.tables import contact, mail, message, reporter, ticket

_MOST_IDS = 50
_DAY = timedelta(days=1)


class MailRecords:
    """Answers for one mail (``contact_id``), which itself never counts."""

    def __init__(self, room: Workroom, contact_id: int) -> None:
        self._room = room
        self._contact_id = contact_id

    def exists(self, number: str) -> bool:
        """Whether there is a ticket with this number."""
        key = ticket_key(number)
        with self._room.database.read() as conn:
            query = select(ticket.c.id).where(ticket.c.id == key)
            return key is not None and conn.execute(query).first() is not None

    def participates(self, address: str, number: str) -> bool:
        """Whether the address is the reporter's, or one that wrote or was written to about it."""
        hashes = self._address(address)
        key = ticket_key(number)
        if key is None or not hashes:
            return False
        queries = (
            select(reporter.c.ticket_id).where(
                reporter.c.ticket_id == key, reporter.c.email_hash.in_(hashes)
            ),
            select(message.c.id).where(
                message.c.ticket_id == key, message.c.address_hash.in_(hashes)
            ),
        )
        with self._room.database.read() as conn:
            return any(conn.execute(query.limit(1)).first() is not None for query in queries)

    def tickets_answered(self, message_ids: tuple[str, ...], subject: str) -> list[str]:
        """Numbers of tickets that came from these mails under the same ``subject`` (canonical)."""
        wanted = [
            digest
            for message_id in message_ids[-_MOST_IDS:]
            for digest in self._room.lookup.candidates("message-id", message_id)
        ]
        query = (
            select(contact.c.ticket_id)
            .select_from(mail.join(contact, contact.c.id == mail.c.contact_id))
            .where(
                mail.c.message_id_hash.in_(wanted),
                mail.c.subject_hash.in_(self._room.lookup.candidates("subject", subject)),
                contact.c.ticket_id.is_not(None),
            )
            .order_by(contact.c.id.desc())
            .limit(5)
        )
        with self._room.database.read() as conn:
            return [ticket_number(key) for key in conn.execute(query).scalars()]

    def same_letter(self, message_id: str, sender: str, text: str) -> str | None:
        """The ticket number (maybe empty) of an earlier copy, None when there is none."""
        with self._room.database.read() as conn:
            return same_letter(self._room, conn, self._contact_id, message_id, sender, text)

    def recent(self, sender: str, most: int) -> int:
        """How many mails of this sender came within a day, counted up to ``most``."""
        newest = (
            select(contact.c.received_at)
            .select_from(mail.join(contact, contact.c.id == mail.c.contact_id))
            .where(
                mail.c.sender_hash.in_(self._address(sender)),
                mail.c.contact_id != self._contact_id,
            )
            .order_by(mail.c.contact_id.desc())
            .limit(most)
        )
        since = self._room.clock() - _DAY
        with self._room.database.read() as conn:
            return sum(1 for at in conn.execute(newest).scalars() if at >= since)

    def _address(self, address: str) -> tuple[bytes, ...]:
        known = normalise_email(address)
        return () if known is None else self._room.lookup.candidates("email", known)


def same_letter(
    room: Workroom, conn: Connection, contact_id: int, message_id: str, sender: str, text: str
) -> str | None:
    """The ticket number (maybe empty) of an earlier decided copy of a mail, or None.

    Looks in ``conn``, so that a writer asks again in his own transaction.
    """
    known = normalise_email(sender)
    if known is None:
        return None
    query = (
        select(contact.c.ticket_id)
        .select_from(mail.join(contact, contact.c.id == mail.c.contact_id))
        .where(
            mail.c.message_id_hash.in_(room.lookup.candidates("message-id", message_id)),
            mail.c.sender_hash.in_(room.lookup.candidates("email", known)),
            mail.c.text_hash.in_(room.lookup.candidates("mail-text", text)),
            contact.c.id != contact_id,
            or_(contact.c.ticket_id.is_not(None), mail.c.rule != ""),
        )
        .order_by(contact.c.id)
        .limit(1)
    )
    row = conn.execute(query).first()
    if row is None:
        return None
    return ticket_number(row.ticket_id) if row.ticket_id is not None else ""
