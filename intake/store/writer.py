"""The single writer thread of the embedded store, with group commit.

Jobs that wait together share one transaction and one fsync. When any of them raises, the whole
group is rolled back and each job runs again alone: no savepoint is paid for on the common path,
and nobody's error touches another's work. Jobs therefore have no effect but on the database.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from intake.store.unit import Unit

_GROUP_SIZE = 64


@dataclass(slots=True)
class _Job:
    work: Callable[[Unit], Any]
    future: Future[Any]


class StoreClosed(Exception):
    """The process is stopping: nothing was written."""


class GroupWriter:
    """Runs write jobs one after another in one thread; ``submit`` from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Unit], Any]) -> Future[Any]:
        """Queue ``work``; the future resolves after its transaction is on disk.

        Raises StoreClosed after ``close``: a job behind the last one would wait for ever.
        """
        future: Future[Any] = Future()
        with self._door:
            if self._closed:
                raise StoreClosed
            self._jobs.put(_Job(work, future))
        return future

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._door:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            group, stop = self._gather(job)
            live = [member for member in group if member.future.set_running_or_notify_cancel()]
            if live:
                self._commit(live)
            if stop:
                return

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < _GROUP_SIZE:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _commit(self, group: list[_Job]) -> None:
        try:
            results = self._transact([job.work for job in group])
        except BaseException as error:
            if len(group) == 1:
                group[0].future.set_exception(error)
                return
            for job in group:
                self._commit([job])
            return
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)

    def _transact(self, works: list[Callable[[Unit], Any]]) -> list[Any]:
        with self._engine.begin() as conn:
            results = []
            for work in works:
                unit = Unit(conn)
                results.append(work(unit))
                unit.flush()
            return results
