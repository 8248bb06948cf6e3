"""What a channel is, and the acceptance contract every channel keeps (architecture decision 1).

1. Whatever arrives is a contact row before it is acknowledged: "201", "250", the confirmed offset
   come after the commit, never before. No acknowledgement without a row, no row lost.
2. The row is unique by source and external id. The external id is derived from what arrived
   (Idempotency-Key or submission id, Message-ID with a hash of the raw mail, update id, linkedid),
   never random, so that a second delivery finds the first.
3. A second delivery of the same content is answered with the first receipt and makes nothing new.
4. The same external id with other content is refused (``idempotency-key-reused``) and makes
   nothing.
5. Every contact ends in exactly one outcome. The day's balance closes with none open.
6. What arrived is kept as it came, sealed.
7. When the store cannot take it, the sender is told to come again, and nothing is half written.

``tests/contract/test_acceptance.py`` holds every channel to this.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake.domain.contact import Outcome, Source


@dataclass(frozen=True, slots=True)
class Delivery:
    """One arrival as the protocol delivered it; ``received_at`` is aware UTC."""

    external_id: str
    payload: bytes
    media_type: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of it. ``number`` is empty when the outcome has no ticket."""

    outcome: Outcome
    number: str = ""
    query_code: str = ""
    received_at: datetime | None = None
    repeated: bool = False


class Channel(Protocol):
    """A door. ``receive`` returns after the commit; it raises the domain's refusals for what
    cannot be taken and StoreUnavailable when the sender should come again."""

    @property
    def name(self) -> str: ...

    @property
    def source(self) -> Source: ...

    async def receive(self, delivery: Delivery) -> Arrival: ...
