"""What tests of jobs look at, and how they wait for it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from intake.jobs.relay import Relay
from intake.jobs.rings import PoolRing
from intake.services.workroom import Workroom
from intake.store import tallies
from intake.store.tables import outbox, suggestion


@contextmanager
def running(room: Workroom, relays: int = 1) -> Iterator[None]:
    """Embedded relays in threads, as `minsheng jobs` runs one."""
    made = [Relay(room, PoolRing(room)) for _ in range(relays)]
    threads = [threading.Thread(target=relay.run) for relay in made]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for relay in made:
            relay.stop()
        for thread in threads:
            thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Fail unless ``condition`` comes true; the time is a bound, not a measurement."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def open_jobs(room: Workroom) -> int:
    with room.database.read() as conn:
        query = select(func.count()).where(outbox.c.done_at.is_(None))
        return conn.execute(query).scalar_one()


def suggestions(room: Workroom) -> list[tuple[int, int]]:
    """Ticket and version of every suggestion, in the order they were stored."""
    with room.database.read() as conn:
        query = select(suggestion.c.ticket_id, suggestion.c.ticket_version)
        return [(row[0], row[1]) for row in conn.execute(query.order_by(suggestion.c.id))]


def counted(room: Workroom) -> dict[str, int]:
    with room.database.read() as conn:
        return tallies.read(conn)
