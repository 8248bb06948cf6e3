"""The store as services see it: write transactions and reading, on either database."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from intake.store.engines import is_sqlite, reader_engine, writer_engine
from intake.store.unit import Unit
from intake.store.writer import GroupWriter, StoreClosed

T = TypeVar("T")

_RETRIED = {"40001", "40P01"}  # serialization_failure, deadlock_detected
_ATTEMPTS = 4


class StoreUnavailable(Exception):
    """The database is away, full or locked: nothing was written; try again shortly."""


def _translate(error: Exception) -> Exception:
    if isinstance(error, IntegrityError) or _is_our_mistake(error):
        return error
    if isinstance(error, PoolTimeout | OperationalError | InterfaceError):
        return StoreUnavailable(f"the store did not answer: {type(error).__name__}")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreUnavailable("the connection to the store was lost")
    return error


def _is_our_mistake(error: Exception) -> bool:
    """SQLite reports a wrong statement and a full disk with the same class of error."""
    cause = str(getattr(error, "orig", ""))
    return cause.startswith(("no such", "near ", "ambiguous", "table ", "incomplete input"))


class Database:
    """One per process. ``write`` and ``read`` block; ``submit`` gives a future for asyncio."""

    def __init__(self, url: str, *, threads: int = 8) -> None:
        self.url = url
        self.embedded = is_sqlite(url)
        self._writer_engine = writer_engine(url, pool_size=threads)
        self._reader_engine = (
            reader_engine(url, pool_size=threads)
            if self.embedded
            else self._writer_engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )
        self._group = GroupWriter(self._writer_engine) if self.embedded else None
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")

    def write(self, work: Callable[[Unit], T]) -> T:
        """Run ``work`` in one transaction and return after the commit.

        Raises StoreUnavailable when the database cannot take it, IntegrityError on a broken
        constraint, and whatever ``work`` raises; in every case nothing was written.
        """
        try:
            if self._group is not None:
                result: T = self._group.submit(work).result()
                return result
            return self._write_pooled(work)
        except StoreClosed:
            raise StoreUnavailable("the store is closing") from None
        except (DBAPIError, PoolTimeout) as error:
            raise _translate(error) from error

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Run any blocking call (a service) in the store's small thread pool.

        Raises StoreUnavailable once the store is being closed.
        """
        try:
            return self._pool.submit(call)
        except RuntimeError:
            raise StoreUnavailable("the store is closing") from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent snapshot and cannot write."""
        try:
            with self._reader_engine.connect() as conn:
                yield conn
        except (DBAPIError, PoolTimeout) as error:
            raise _translate(error) from error

    def ping(self) -> None:
        """Raise StoreUnavailable unless the database answers."""
        with self.read() as conn:
            conn.execute(text("SELECT 1"))

    def close(self) -> None:
        """Finish queued writes and give connections back."""
        self._pool.shutdown(wait=True)
        if self._group is not None:
            self._group.close()
        self._writer_engine.dispose()
        self._reader_engine.dispose()

    def _write_pooled(self, work: Callable[[Unit], T]) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            committing = False
            try:
                with self._writer_engine.begin() as conn:
                    unit = Unit(conn)
                    result = work(unit)
                    unit.flush()
                    committing = True
                return result
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                # A link lost while committing may have committed: doing it again could double it.
                stale = error.connection_invalidated and attempt == 1 and not committing
                if attempt == _ATTEMPTS or not (stale or state in _RETRIED):
                    raise
        raise AssertionError("unreachable")
