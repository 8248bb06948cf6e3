"""The relay: wakes when somebody commits, folds tallies, plans notices, runs due duties and
rings due rows.

Any number of relays may run on one store; leases keep them apart.
"""

import threading
import time

import structlog

from intake.jobs.rings import Ring
from intake.services import outbox, upkeep
from intake.services.notices import plan_notices
from intake.services.workroom import Workroom

log = structlog.get_logger()

_DUTIES_EVERY = 1.0


class Relay:
    """``run`` blocks until ``stop`` is called, from a signal handler or another thread."""

    def __init__(self, room: Workroom, ring: Ring) -> None:
        self._room = room
        self._ring = ring
        self._bell = outbox.bell(room)
        self._stopped = threading.Event()
        self._planned = False
        self._away = False
        self._duties_at = 0.0

    def stop(self) -> None:
        """End ``run`` after the round that is under way."""
        self._stopped.set()
        self._bell.stop()

    def run(self) -> None:
        """Relay until stopped; a store that is away is waited for."""
        log.info("relay started")
        try:
            while not self._stopped.is_set():
                if not self._round_or_rest():
                    self._bell.wait()
        finally:
            self._ring.close()
            self._bell.close()
            log.info("relay stopped")

    def round(self) -> bool:
        """One round; True when there may be more to do at once. Raises StoreUnavailable."""
        upkeep.fold_tallies(self._room)
        plan_notices(self._room)
        self._run_duties()
        batch = self._ring.capacity()
        jobs = outbox.take_due(self._room, batch, self._ring.seconds) if batch else []
        if jobs:
            self._ring.ring(jobs)
        return len(jobs) == batch

    def _round_or_rest(self) -> bool:
        try:
            more = self.round()
        except outbox.StoreUnavailable as error:
            if not self._away:
                self._away = True
                log.error("store is away", error=str(error))
            self._stopped.wait(1.0)
            return True
        if self._away:
            self._away = False
            log.info("store is back")
        return more

    def _run_duties(self) -> None:
        if time.monotonic() < self._duties_at:
            return
        self._duties_at = time.monotonic() + _DUTIES_EVERY
        if not self._planned:
            upkeep.plan_duties(self._room)
            self._planned = True
        for name in upkeep.run_due_duties(self._room):
            log.error("duty failed, see the schedule table", duty=name)
