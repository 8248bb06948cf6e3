"""Keeps the in-memory counts of the ``limits`` library small and cheap.

On its own the library looks through all keys a hundredth of a second after each hit: with 50,000
addresses that takes most of a core (measured), which is what a flood would want. Here each hit
looks at a few keys only, and the number of keys is bounded.
"""

import threading
import time
from collections.abc import Iterator

from limits.storage import MemoryStorage

LARGEST_NUMBER_OF_KEYS = 100_000
KEYS_PER_HIT = 4


class _NeverDue(threading.Timer):
    """Stands where the library keeps its sweep timer and says that one is already on its way."""

    def is_alive(self) -> bool:
        return True


class KeySweep:
    """Forgets expired keys, a few at a time; beyond the bound it forgets the oldest."""

    def __init__(self, storage: MemoryStorage, largest: int = LARGEST_NUMBER_OF_KEYS) -> None:
        self._storage = storage
        self._largest = largest
        self._round: Iterator[str] = iter(())
        self._turn = threading.Lock()
        storage.timer.join()
        storage.timer = _NeverDue(0, _nothing)

    def some(self) -> None:
        """Look at the next few keys; called before each hit. Skips if another thread is at it."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            for _ in range(KEYS_PER_HIT):
                self._look_at_next()
            while len(self._storage.events) > self._largest:
                self._storage.clear(next(iter(self._storage.events)))
        finally:
            self._turn.release()

    def _look_at_next(self) -> None:
        key = next(self._round, None)
        if key is None:
            self._round = iter(tuple(self._storage.events))
            return
        newest_first = self._storage.events.get(key, ())
        if not newest_first or newest_first[0].expiry <= time.time():
            self._storage.clear(key)


def _nothing() -> None:
    """What the stand-in timer would run, were it ever started."""
