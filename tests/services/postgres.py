"""Databases on the PostgreSQL that deploy/test starts."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from tests.services.address import announced_address


@contextmanager
def fresh_database(server: URL) -> Iterator[str]:
    """A new, empty database; dropped at the end even while connections are open."""
    name = f"minsheng_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        yield server.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One database for the whole test session (with xdist: for each worker)."""
    with fresh_database(make_url(announced_address("postgres"))) as url:
        yield url


@pytest.fixture
def empty_postgres_url() -> Iterator[str]:
    """A database of this test's own, for migrations and for processes that are killed."""
    with fresh_database(make_url(announced_address("postgres"))) as url:
        yield url
