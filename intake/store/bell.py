"""Wake up when somebody else committed: data_version on SQLite, LISTEN on PostgreSQL.

A bell may ring too often and, on a lost connection, not at all: whoever waits looks into the
tables after every ring and at least once a second.
"""

import sqlite3
import threading
import time
from typing import Protocol

import psycopg
from sqlalchemy.engine import make_url

from intake.store.engines import is_sqlite, sqlite_path

LOOK_EVERY = 1.0
"""Seconds after which a waiting loop looks anyway."""

_POLL = 0.05
_SLICE = 0.5


class Bell(Protocol):
    """Belongs to one waiting thread; ``stop`` may be called from any thread."""

    def wait(self, seconds: float = LOOK_EVERY) -> bool:
        """Block until a commit, a stop, or ``seconds``; True when it rang."""

    def stop(self) -> None:
        """End the current and every later wait at once."""

    def close(self) -> None:
        """Give the connection back; call it in the thread that waited."""


def open_bell(url: str) -> Bell:
    """A bell on the store at ``url``."""
    return _FileBell(url) if is_sqlite(url) else _NotifyBell(url)


class _FileBell:
    """``PRAGMA data_version`` changes when another connection committed, in any process."""

    def __init__(self, url: str) -> None:
        self._stopped = threading.Event()
        self._connection = sqlite3.connect(sqlite_path(url), check_same_thread=False)
        self._seen = self._version()

    def wait(self, seconds: float = LOOK_EVERY) -> bool:
        end = time.monotonic() + seconds
        while not self._stopped.is_set():
            now = self._version()
            if now != self._seen:
                self._seen = now
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._stopped.wait(min(_POLL, left))
        return False

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._connection.close()

    def _version(self) -> int:
        try:
            row = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.OperationalError:
            return -1
        return int(row[0])


class _NotifyBell:
    """One connection that listens; opened again when it is lost."""

    def __init__(self, url: str) -> None:
        plain = make_url(url).set(drivername="postgresql")
        self._address = plain.render_as_string(hide_password=False)
        self._stopped = threading.Event()
        self._connection: psycopg.Connection | None = None

    def wait(self, seconds: float = LOOK_EVERY) -> bool:
        end = time.monotonic() + seconds
        while not self._stopped.is_set() and (left := end - time.monotonic()) > 0:
            try:
                if self._connection is None:
                    self._connect()
                    return True
                rung = list(self._connection.notifies(timeout=min(_SLICE, left), stop_after=1))
            except psycopg.Error:
                self.close()
                self._stopped.wait(min(_SLICE, left))
                continue
            if rung:
                return True
        return False

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        connection = psycopg.connect(self._address, autocommit=True, connect_timeout=3)
        try:
            connection.execute("LISTEN minsheng_outbox")
            connection.execute("LISTEN minsheng_event")
        except psycopg.Error:
            connection.close()
            raise
        self._connection = connection
