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

``tests/contract/test_acceptance.py`` holds every channel to this. The telephone is no channel in
this sense: one ordered follower tells of a call many times, each time with more, so that rule 4
cannot hold there; its own tests close the balance of callers and their messages.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from intake.domain.contact import Outcome, Source
from intake.domain.errors import KeyReused
from intake.services.chats import ChatReception, Update, standing_of
from intake.services.workroom import Workroom


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


@dataclass(frozen=True, slots=True)
class ChatChannel:
    """The door of any messenger; ``read`` makes an update of what its protocol delivered.

    What ``read`` raises for things that are no update goes through to the protocol.
    """

    name: str
    room: Workroom
    reception: ChatReception
    read: Callable[[bytes, datetime], Update]

    @property
    def source(self) -> Source:
        return Source.BOT

    async def take(self, raw: bytes, received_at: datetime) -> None:
        """Store one update; returns after the commit.

        Under a number that was used for other content the first stays: a messenger that is told so
        would only deliver it again.
        """
        try:
            await self.reception.take(self.read(raw, received_at))
        except KeyReused:
            return

    async def receive(self, delivery: Delivery) -> Arrival:
        """Take one update; what it becomes is known once its report is handed in."""
        update = self.read(delivery.payload, delivery.received_at)
        named = replace(update, external_id=delivery.external_id)
        repeated = await self.reception.take(named)
        stands = await asyncio.to_thread(standing_of, self.room, named.external_id)
        code = self.room.query_code(stands.number) if stands.number else ""
        return Arrival(stands.outcome, stands.number, code, stands.received_at, repeated)
