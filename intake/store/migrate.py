"""Bring a database to the schema this code needs, or say clearly that it is not there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from intake.store.engines import is_sqlite, migration_engine, sqlite_path

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x4D54


class SchemaError(Exception):
    """The database and this code do not fit; the message says what to do."""


def _config(conn: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = conn
    return config


def head() -> str:
    """The revision this code needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise SchemaError("this installation carries no migrations; install it again")
    return revision


def current(url: str) -> str | None:
    """The revision of the database, None when it was never migrated (or has no file yet)."""
    if is_sqlite(url) and not sqlite_path(url).exists():
        return None
    engine = migration_engine(url)
    try:
        with engine.connect() as conn:
            return MigrationContext.configure(conn).get_current_revision()
    except OperationalError as error:
        raise SchemaError(
            f"the database does not answer ({type(error).__name__}); start it, "
            "or correct MINSHENG_DATABASE_URL"
        ) from error
    finally:
        engine.dispose()


def upgrade(url: str) -> None:
    """Migrate to the newest revision in one transaction; several processes may try at once.

    Raises SchemaError when the database is newer than this code.
    """
    if is_sqlite(url):
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    _refuse_newer(current(url))
    engine = migration_engine(url)
    try:
        with engine.begin() as conn:
            _alone(conn)
            command.upgrade(_config(conn), "head")
    finally:
        engine.dispose()


def downgrade(url: str, revision: str) -> None:
    """Go back to ``revision`` (``base`` removes every table and all data)."""
    engine = migration_engine(url)
    try:
        with engine.begin() as conn:
            _alone(conn)
            command.downgrade(_config(conn), revision)
    finally:
        engine.dispose()


def require_current(url: str) -> None:
    """Raise SchemaError unless the database has exactly the schema of this code."""
    found = current(url)
    if found is None:
        raise SchemaError("the database is not migrated: run `minsheng prepare` first")
    _refuse_newer(found)
    if found != head():
        raise SchemaError(
            f"the database is at revision {found}, this code needs {head()}: "
            "stop the service, make a backup and run `minsheng prepare`"
        )


def _refuse_newer(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaError(
            f"database newer than code: it is at revision {found}, this code knows up to {head()}. "
            "Install the newer version of minsheng again, or restore the backup made before it"
        )


def _alone(conn: Connection) -> None:
    """Hold others back until the commit; on SQLite BEGIN IMMEDIATE already does."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
