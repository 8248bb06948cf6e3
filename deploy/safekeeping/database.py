"""Consistent copies of the store, made while the service goes on working."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url

SQLITE_COPY = "minsheng.db"
POSTGRES_COPY = "minsheng.dump"


class DatabaseCopyError(Exception):
    """The database could not be copied or put back; the message says what to do."""


def copy_out(url: str, folder: Path) -> Path:
    """Copy the store into the folder; the file's name tells which kind of database it came from."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return copy_sqlite(Path(address.database or ""), folder / SQLITE_COPY)
    goal = folder / POSTGRES_COPY
    run_client(["pg_dump", "--format=custom", "--no-owner", f"--file={goal}"], address)
    return goal


def copy_sqlite(source: Path, goal: Path) -> Path:
    """SQLite's own online backup, in one step: one moment's state, and writers go on (WAL).

    In several steps it would begin again after every write and never end on a busy day.
    """
    if not source.is_file():
        raise DatabaseCopyError(f"There is no database at {source}: check MINSHENG_DATA.")
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(goal)) as new,
    ):
        old.execute("PRAGMA busy_timeout = 30000")
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")
    check_sqlite(goal)
    return goal


def check_sqlite(file: Path) -> None:
    """Raises DatabaseCopyError unless SQLite finds the file whole."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            verdict = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            verdict = str(error)
    if verdict != "ok":
        raise DatabaseCopyError(f"{file.name} is damaged ({verdict}): use an earlier backup.")


def require_empty_postgres(url: str) -> None:
    """Raises DatabaseCopyError when the database already holds tables."""
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables:
        raise DatabaseCopyError(
            f"The database {make_url(url).database} is not empty ({len(tables)} tables): "
            "create an empty one and name it in MINSHENG_DATABASE_URL."
        )


def copy_in(url: str, dump: Path) -> None:
    """Fill an empty PostgreSQL database from a dump, wholly or not at all."""
    require_empty_postgres(url)
    flags = ["--no-owner", "--exit-on-error", "--single-transaction"]
    address = make_url(url)
    run_client(["pg_restore", *flags, f"--dbname={address.database}", str(dump)], address)


def run_client(command: list[str], address: URL) -> None:
    """Run a PostgreSQL program; the password goes by environment, never by the process list."""
    given = {
        "PGHOST": address.host,
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    }
    environment = os.environ | {name: value for name, value in given.items() if value}
    try:
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise DatabaseCopyError(
            f"{command[0]} is not installed: as root, apt-get install postgresql-client."
        ) from None
    except subprocess.CalledProcessError as error:
        raise DatabaseCopyError(f"{command[0]} failed: {error.stderr.strip()}") from None
