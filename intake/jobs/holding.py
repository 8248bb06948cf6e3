"""Tell the store, while a task runs, that somebody is still at it.

One thread a process renews the leases of all running rows. A process that dies stops renewing, and
its rows are due again within seconds, however long their tasks take.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from intake.services import outbox
from intake.services.outbox import Job
from intake.services.workroom import Workroom

_EVERY = outbox.RUN_SECONDS / 4


class _Renewal:
    """The running rows of this process; the thread starts with the first and ends with the last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, tuple[Workroom, Job]] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, room: Workroom, job: Job) -> None:
        with self._lock:
            self._running[job.id] = (room, job)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="job-leases", daemon=True)
                self._thread.start()

    def remove(self, job: Job) -> None:
        with self._lock:
            self._running.pop(job.id, None)

    def _run(self) -> None:
        while not self._wake.wait(_EVERY):
            with self._lock:
                if not self._running:
                    self._thread = None
                    return
                held = list(self._running.values())
            for room, job in held:
                self._renew(room, job)

    def _renew(self, room: Workroom, job: Job) -> None:
        try:
            outbox.extend(room, [job])
        except outbox.StoreUnavailable:
            return


_renewal = _Renewal()


@contextmanager
def holding(room: Workroom, job: Job) -> Iterator[None]:
    """Hold ``job`` until the block ends."""
    _renewal.add(room, job)
    try:
        yield
    finally:
        _renewal.remove(job)
