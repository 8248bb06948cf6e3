"""The migrations make the schema the code expects, on both databases, forth and back."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from intake.store import migrate
from intake.store.engines import migration_engine
from intake.store.tables import metadata
from tests.store_fixtures import KINDS

on_both = pytest.mark.parametrize("empty_url", KINDS, indirect=True)


def tables(url: str) -> set[str]:
    engine = migration_engine(url)
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def mark(url: str, revision: str) -> None:
    engine = migration_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def is_ours(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Everything but the search index, which is no ordinary table."""
    return not (kind == "table" and str(name).startswith("ticket_search"))


def test_migrated_schema_is_the_metadata(store_url: str) -> None:
    engine = migration_engine(store_url)
    options = {"compare_type": True, "include_object": is_ours}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@on_both
def test_up_down_up(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    there = tables(empty_url)
    assert set(metadata.tables) < there
    assert "ticket_search" in there
    migrate.downgrade(empty_url, "base")
    assert tables(empty_url) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert tables(empty_url) == there
    migrate.require_current(empty_url)


@on_both
def test_several_processes_migrate_at_once(empty_url: str) -> None:
    threads = [threading.Thread(target=migrate.upgrade, args=(empty_url,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    migrate.require_current(empty_url)


@on_both
def test_a_store_that_was_never_migrated_is_refused(empty_url: str) -> None:
    with pytest.raises(migrate.SchemaError, match="minsheng prepare"):
        migrate.require_current(empty_url)


def test_asking_makes_no_file(tmp_path: Path) -> None:
    assert migrate.current(f"sqlite:///{tmp_path}/none.db") is None
    assert list(tmp_path.iterdir()) == []


def test_a_store_newer_than_the_code_is_refused(store_url: str) -> None:
    mark(store_url, "9999")
    with pytest.raises(migrate.SchemaError, match="newer than code"):
        migrate.require_current(store_url)
    with pytest.raises(migrate.SchemaError, match="newer than code"):
        migrate.upgrade(store_url)


def test_a_store_older_than_the_code_is_refused(store_url: str) -> None:
    mark(store_url, "0001")
    with pytest.raises(migrate.SchemaError, match="backup"):
        migrate.require_current(store_url)
