"""Mail as a channel: a raw mail in, taken after the commit, decided by a worker."""

import hashlib

from channels.contract import Arrival, Delivery
from channels.email.identity import MailIdentity
from intake.domain.contact import Outcome, Source
from intake.domain.mail import Envelope
from intake.services.mail_reception import MailArrival, MailReception
from intake.services.workroom import Workroom


class EmailChannel:
    """The mail door without its protocol: for mails that come another way than SMTP.

    ``envelope`` stands in for what the session would have told.
    """

    name = "email"
    source = Source.EMAIL

    def __init__(
        self, room: Workroom, reception: MailReception, envelope: Envelope | None = None
    ) -> None:
        self._room = room
        self._reception = reception
        self._envelope = envelope or Envelope(recipients=room.settings.own_addresses[:1])

    async def receive(self, delivery: Delivery) -> Arrival:
        """Take one raw mail under the given external id; its outcome is still open then."""
        identity = MailIdentity()
        identity.update(delivery.payload)
        receipt = await self._reception.take(
            MailArrival(
                external_id=delivery.external_id,
                received_at=delivery.received_at,
                envelope=self._envelope,
                message_id=identity.message_id,
                content_hash=identity.content_hash,
                raw_hash=hashlib.sha256(delivery.payload).hexdigest(),
                size=identity.size,
                raw=delivery.payload,
            )
        )
        return Arrival(Outcome.OPEN, received_at=receipt.received_at, repeated=receipt.repeated)
