"""A bridge at work for tests: in a thread of its own, between a PBX and a store."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from intake.domain.call import LinkState
from intake.services.pbx_link import read_link, take_lease
from intake.services.workroom import Workroom
from intake.store.tables import call, contact, event, pbx_gap
from telephony.bridge import Bridge, make_bridge
from telephony.connection import Timing
from tests.services.asterisk import Asterisk

QUICK = Timing(
    connect=2.0, answer=2.0, boot=10.0, ping_every=0.5, first_pause=0.1, longest_pause=0.5
)
PATIENCE = 30.0


def point_at(room: Workroom, asterisk: Asterisk, port: int = 0) -> Workroom:
    """Settings of the room's telephony process: this PBX, or what stands before it at ``port``."""
    settings = room.settings
    settings.pbx_name = "pbxtest"
    settings.pbx_ami_port = port or asterisk.plan.ami_port
    settings.pbx_ami_user = asterisk.plan.ami_user
    settings.pbx_ami_secret = SecretStr(asterisk.keys.ami)
    settings.pbx_queue = asterisk.plan.queue
    settings.pbx_logs = asterisk.folder / "log"
    settings.pbx_always_open = True
    settings.area_code = asterisk.plan.area_code
    return room


class Books:
    """What the store says, read with patience."""

    def __init__(self, room: Workroom) -> None:
        self.room = room

    def calls(self) -> list[Any]:
        return self._all(select(call).order_by(call.c.id))

    def contacts(self) -> list[Any]:
        return self._all(select(contact).order_by(contact.c.id))

    def gaps(self) -> list[Any]:
        return self._all(select(pbx_gap).order_by(pbx_gap.c.id))

    def facts(self, subject: str = "CALL") -> list[Any]:
        query = select(event).where(event.c.subject == subject)
        return self._all(query.order_by(event.c.id))

    def link(self) -> LinkState | None:
        row = read_link(self.room, "pbxtest")
        return None if row is None else row.state

    def until(self, holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """What ``holds`` answers once that is true; fails with the books as they stand."""
        deadline = time.monotonic() + seconds
        while not (answer := holds()):
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.02)
        return answer

    def until_live(self) -> None:
        self.until(lambda: self.link() is LinkState.LIVE)

    def until_ended(self, count: int = 1, seconds: float = PATIENCE) -> list[Any]:
        def ended() -> list[Any]:
            rows = self.calls()
            done = len(rows) >= count and all(row.ended_at for row in rows)
            return rows if done else []

        rows: list[Any] = self.until(ended, seconds)
        return rows

    def told(self) -> str:
        lines = [
            f"{row.linkedid} {row.direction} {row.outcome or 'open'} {row.extension}"
            for row in self.calls()
        ]
        return "\n".join([f"link {self.link()}", *lines, *map(str, self.gaps())])

    def _all(self, query: Any) -> list[Any]:
        with self.room.database.read() as conn:
            return list(conn.execute(query).all())


class Running:
    """One bridge in its thread; ``stop`` ends it in order."""

    def __init__(self, room: Workroom, timing: Timing = QUICK) -> None:
        self.room = room
        self.books = Books(room)
        self.bridge: Bridge
        self._timing = timing
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._task: asyncio.Task[None]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        assert take_lease(self.room, self.room.settings.pbx_name, "test")
        self._thread.start()
        assert self._ready.wait(30)

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(10)
            assert not self._thread.is_alive(), "the bridge does not end"

    def _run(self) -> None:
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self.bridge = make_bridge(self.room, timing=self._timing)
        self._task = asyncio.create_task(self.bridge.run())
        self._ready.set()
        await asyncio.wait({self._task})
        if not self._task.cancelled() and self._task.exception():
            raise self._task.exception() or AssertionError


@contextmanager
def running(room: Workroom, *, live: bool = True, timing: Timing = QUICK) -> Iterator[Running]:
    """A bridge that is live when the block begins, and gone when it ends."""
    made = Running(room, timing)
    made.start()
    try:
        if live:
            made.books.until_live()
        yield made
    finally:
        made.stop()
