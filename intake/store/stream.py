"""The history as it grows, handed to any number of asyncio readers (decision 8).

One thread a process watches the store and keeps the newest rows in memory; a reader that is
further behind reads the store itself. Event ids become visible in ascending order (``Unit.flush``),
so a reader that remembers the last id it saw misses nothing, whichever process it resumes in.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import func, select

from intake.store.bell import Bell, open_bell
from intake.store.database import Database, StoreUnavailable
from intake.store.tables import event

_KEPT = 1_000
_BATCH = 200
_COLUMNS = (
    event.c.id,
    event.c.subject,
    event.c.subject_id,
    event.c.type,
    event.c.from_state,
    event.c.to_state,
    event.c.at,
    event.c.actor_name,
    event.c.data,
)


@dataclass(frozen=True, slots=True)
class EventRow:
    """What a stream tells of one event; ``id`` is the cursor to resume from."""

    id: int
    subject: str
    subject_id: int
    type: str
    from_state: str
    to_state: str
    at: datetime
    actor_name: str
    data: Mapping[str, Any]


class EventTail:
    """One per process. ``follow`` starts the watching thread when first used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bell: Bell | None = None
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._rows: deque[EventRow] = deque()
        self._complete_after = 0
        self._newest = 0
        self._readers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def newest(self) -> int:
        """The id of the newest event now; blocks for one short query."""
        with self._database.read() as conn:
            return int(conn.execute(select(func.coalesce(func.max(event.c.id), 0))).scalar_one())

    async def follow(self, after: int) -> AsyncIterator[list[EventRow]]:
        """Yield batches of rows with ids above ``after``, forever, in order.

        Raises StoreUnavailable when a reader that is behind cannot read; resume with the last id.
        Ends when the tail is closed.
        """
        await asyncio.to_thread(self._start)
        woken = asyncio.Event()
        with self._lock:
            self._readers[woken] = asyncio.get_running_loop()
        try:
            while not self._stopped.is_set():
                woken.clear()
                rows = self._kept_after(after)
                if rows is None:
                    reading = self._database.submit(partial(self._read, after))
                    rows = await asyncio.wrap_future(reading)
                if rows:
                    after = rows[-1].id
                    yield rows
                else:
                    await woken.wait()
        finally:
            with self._lock:
                del self._readers[woken]

    def close(self) -> None:
        """End the thread and every reader."""
        self._stopped.set()
        if self._bell is not None:
            self._bell.stop()
        self._wake_readers()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None or self._stopped.is_set():
                return
            self._newest = self._complete_after = self.newest()
            self._bell = open_bell(self._database.url)
            self._thread = threading.Thread(
                target=self._watch, args=(self._bell,), name="event-tail", daemon=True
            )
            self._thread.start()

    def _watch(self, bell: Bell) -> None:
        try:
            while not self._stopped.is_set():
                try:
                    more = self._take_new()
                except StoreUnavailable:
                    more = False
                if not more:
                    bell.wait()
        finally:
            bell.close()

    def _take_new(self) -> bool:
        rows = self._read(self._newest)
        if not rows:
            return False
        with self._lock:
            self._rows.extend(rows)
            while len(self._rows) > _KEPT:
                self._complete_after = self._rows.popleft().id
            self._newest = rows[-1].id
        self._wake_readers()
        return True

    def _kept_after(self, after: int) -> list[EventRow] | None:
        """Rows above ``after`` from memory; None when some of them are no longer there."""
        with self._lock:
            if after < self._complete_after:
                return None
            if after >= self._newest:
                return []
            return [row for row in self._rows if row.id > after]

    def _read(self, after: int) -> list[EventRow]:
        query = select(*_COLUMNS).where(event.c.id > after).order_by(event.c.id).limit(_BATCH)
        with self._database.read() as conn:
            return [EventRow(*row) for row in conn.execute(query)]

    def _wake_readers(self) -> None:
        with self._lock:
            readers = list(self._readers.items())
        for woken, loop in readers:
            with suppress(RuntimeError):  # the reader's loop has ended meanwhile
                loop.call_soon_threadsafe(woken.set)
