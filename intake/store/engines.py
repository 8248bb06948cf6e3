"""Engines for SQLite (embedded) and PostgreSQL (production) with the settings that make them safe.

SQLite: WAL, synchronous=FULL (an acknowledged complaint survives power loss), foreign keys on,
and every write transaction begins IMMEDIATE: a deferred one that reads first and writes later fails
at once when another writer came between. Errors never quote bound values: they may be personal.
"""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool, QueuePool

_BUSY_SECONDS = 10


def _tune_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "temp_store=MEMORY",
        "cache_size=-32768",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _tune_sqlite_reader(connection: sqlite3.Connection, record: object) -> None:
    _tune_sqlite(connection, record)
    connection.execute("PRAGMA query_only=ON")


def _tune_sqlite_migration(connection: sqlite3.Connection, record: object) -> None:
    _tune_sqlite(connection, record)
    connection.execute("PRAGMA foreign_keys=OFF")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def is_sqlite(url: str) -> bool:
    """Whether ``url`` names the embedded store."""
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_path(url: str) -> Path:
    """The file behind a ``sqlite:///`` address; in-memory databases are not supported."""
    database = make_url(url).database
    if not database:
        raise ValueError("an in-memory SQLite store cannot be shared; give a file path")
    return Path(database)


def writer_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for writing: one connection on SQLite, a pool on PostgreSQL."""
    if is_sqlite(url):
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=30,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"connect_timeout": 3, "prepare_threshold": 2},
    )


def reader_engine(url: str, *, pool_size: int = 8) -> Engine:
    """A read-only pool on SQLite; PostgreSQL readers use the same kind of pool as writers."""
    if is_sqlite(url):
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _tune_sqlite_reader)
        event.listen(engine, "begin", _begin_deferred)
        return engine
    return writer_engine(url, pool_size=pool_size)


def migration_engine(url: str) -> Engine:
    """One connection at a time, foreign keys off on SQLite while tables are rebuilt."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if is_sqlite(url):
        event.listen(engine, "connect", _tune_sqlite_migration)
        event.listen(engine, "begin", _begin_immediate)
    return engine
