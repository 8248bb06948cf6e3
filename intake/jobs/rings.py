"""Two ways to have a leased row run: through the broker, or by threads of this process."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog
from kombu.exceptions import OperationalError

from intake.jobs.celery_app import make_app, ring
from intake.jobs.tasks import run_job
from intake.services import outbox
from intake.services.outbox import Job
from intake.services.workroom import Workroom

log = structlog.get_logger()

_BATCH = 100
_REST_SECONDS = 2.0
_MOMENT = 0.05


class Ring(Protocol):
    """Takes leased rows on their way; they are rung again after ``seconds`` if nobody begins."""

    seconds: float

    def capacity(self) -> int:
        """How many rows it would take now; waits a moment before it says none."""

    def ring(self, jobs: Sequence[Job]) -> None:
        """Have these rows run; raises StoreUnavailable."""

    def close(self) -> None:
        """Finish what runs here."""


class BrokerRing:
    """Rings the broker. While it is away, rows are given back and it is left alone for 2 s."""

    seconds = outbox.BROKER_SECONDS

    def __init__(self, room: Workroom) -> None:
        self._room = room
        self._app = make_app(room.settings)
        connection = self._app.connection_for_write()
        self._broken: tuple[type[BaseException], ...] = (
            OperationalError,
            OSError,
            *connection.connection_errors,
            *connection.channel_errors,
        )
        self._rest_until = 0.0
        self._away = False

    def capacity(self) -> int:
        if time.monotonic() < self._rest_until:
            time.sleep(_MOMENT)
            return 0
        return _BATCH

    def ring(self, jobs: Sequence[Job]) -> None:
        for position, job in enumerate(jobs):
            try:
                ring(self._app, job)
            except self._broken as error:
                self._rest(error)
                outbox.give_back(self._room, jobs[position:], _REST_SECONDS)
                return
            if self._away:
                self._away = False
                log.info("broker is back")

    def close(self) -> None:
        self._app.close()

    def _rest(self, error: BaseException) -> None:
        self._rest_until = time.monotonic() + _REST_SECONDS
        if not self._away:
            self._away = True
            log.error("broker is away, rows wait in the outbox", error=type(error).__name__)


class PoolRing:
    """Runs rows in a small thread pool of this process: the embedded default, no broker."""

    seconds = outbox.OWN_SECONDS

    def __init__(self, room: Workroom, threads: int = 2) -> None:
        self._room = room
        self._most = 4 * threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="job")
        self._running = 0
        self._changed = threading.Condition()

    def capacity(self) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._most, timeout=_MOMENT)
            return self._most - self._running

    def ring(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            with self._changed:
                self._running += 1
            self._pool.submit(self._run, job)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _run(self, job: Job) -> None:
        try:
            run_job(self._room, job.id, job.attempts)
        except outbox.StoreUnavailable as error:
            log.warning("job put off, the store is away", job=job.id, error=str(error))
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify()
