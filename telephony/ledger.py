"""The way into the store: batches and notes in order, kept and tried again while it is away.

Nothing here runs in the event path. What cannot be kept any longer is given up with a gap row, so
that the books say where they are blind.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import time
from typing import TypeVar

import structlog

from intake.services.call_books import CallChange, save_calls
from intake.services.outbox import StoreUnavailable
from intake.services.patience import in_time
from intake.services.pbx_link import close_gap, open_gap
from intake.services.workroom import Workroom
from telephony.exchange import Exchange

log = structlog.get_logger()
T = TypeVar("T")

BATCH_SECONDS = 0.05
BUSY_SECONDS = 0.1
_BUSY = 8
_BATCH = 300
_REST_SECONDS = 1.0
_MOST_NOTES = 1_000


@dataclass(slots=True)
class Ledger:
    """Writes what the exchange knows; ``note`` adds other pieces of work, done in order."""

    room: Workroom
    exchange: Exchange
    batches: int = 0
    spoiled: int = 0
    away: bool = False
    _notes: deque[Callable[[], object]] = field(default_factory=deque)
    _away_since: datetime | None = None
    _dropped: int = 0

    async def call(self, work: Callable[[], T]) -> T:
        """Run a blocking service in the store's threads; raises StoreUnavailable."""
        return await in_time(asyncio.wrap_future(self.room.database.submit(work)))

    def note(self, work: Callable[[], object]) -> None:
        """Have this written soon, after everything noted before; tried until it succeeds."""
        if len(self._notes) < _MOST_NOTES:
            self._notes.append(work)

    async def run(self) -> None:
        """Write for ever, less often while there is much to write; cancel it after ``flush``."""
        written = 0
        while True:
            await asyncio.sleep(BUSY_SECONDS if written > _BUSY else BATCH_SECONDS)
            try:
                written = await self.flush()
            except StoreUnavailable as error:
                self._went_away(str(error))
                await asyncio.sleep(_REST_SECONDS)

    async def flush(self) -> int:
        """Write everything that is due now; returns how many calls. Raises StoreUnavailable."""
        while self._notes:
            try:
                await self.call(self._notes[0])
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("a note could not be written and is left out")
            self._notes.popleft()
        now = time()
        changes = self.exchange.due(now)
        for first in range(0, len(changes), _BATCH):
            await self._save(changes[first : first + _BATCH])
        self.exchange.tidy(now)
        if self.away:
            await self._came_back()
        return len(changes)

    async def _save(self, batch: list[CallChange]) -> None:
        """Write a batch; one call that cannot be written does not keep the others back."""
        try:
            await self.call(partial(save_calls, self.room, batch))
        except StoreUnavailable:
            raise
        except Exception:
            if len(batch) > 1:
                for change in batch:
                    await self._save([change])
                return
            log.exception("a call could not be written", linkedid=batch[0].record.linkedid)
            self.spoiled += 1
        self.exchange.told(batch)
        self.batches += 1

    def _went_away(self, why: str) -> None:
        if not self.away:
            self.away = True
            self._away_since = datetime.now(UTC)
            self._dropped = self.exchange.dropped
            log.error("store is away; calls are kept in memory", reason=why)
        self.exchange.tidy(time())

    async def _came_back(self) -> None:
        lost = self.exchange.dropped - self._dropped
        since = self._away_since or datetime.now(UTC)
        if lost:
            name, now = self.room.settings.pbx_name, datetime.now(UTC)
            await self.call(partial(open_gap, self.room, name, since))
            await self.call(partial(close_gap, self.room, name, now, restarted=False))
        self.away = False
        log.info("store is back", calls_lost=lost)
