"""A workroom on a migrated, empty store: once on SQLite, once on PostgreSQL."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from classifiers.suggestion import Guess, Suggestion
from intake.domain.calendar import WorkCalendar, monday_to_friday
from intake.domain.contact import Source
from intake.domain.numbers import ticket_key
from intake.domain.submission import ReporterDetails, Submission
from intake.geo.county import County
from intake.sample.county import load_sample
from intake.security import keyring
from intake.services.accept import accept
from intake.services.workroom import Workroom, utc_now
from intake.settings import Settings
from intake.store.database import Database
from intake.store.migrate import upgrade
from tests.services.address import announced_address

KINDS = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.services("postgres")),
)


class SteadySuggester:
    """Suggests the same for every text, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def suggest(self, text: str, title: str = "") -> Suggestion:
        self.asked.append(f"{title}{text}")
        if "毒药" in text:
            raise RuntimeError("poison")
        guess = Guess("E06010", "EVENT", "06010", "暴露垃圾", 0.9, ("垃圾",))
        return Suggestion(
            (guess,), False, "投诉", 0.8, "一般", (), "中山路", None, "steady-1", "2026", 0.1
        )


@cache
def sample_county() -> County:
    """The sample county's geography, read once."""
    return load_sample().county


def make_room(url: str, folder: Path, **settings: Any) -> Workroom:
    """A workroom on a migrated store, with its keys and files in ``folder``."""
    return Workroom(
        settings=Settings(data=folder, database_url=url, **settings),
        database=Database(url),
        keyring=keyring.load_or_create(folder / "keys"),
        county=sample_county(),
        calendar=WorkCalendar(workday=monday_to_friday),
        _suggester=SteadySuggester(),
    )


def submission(name: str, words: str = "中山路路口垃圾成堆", **fields: Any) -> Submission:
    """A report by web; ``name`` makes its external id."""
    raw = words.encode()
    return Submission(
        source=Source.WEB,
        external_id=f"test-{name}",
        received_at=utc_now(),
        text=words,
        raw=raw,
        raw_hash=hashlib.sha256(raw).hexdigest(),
        reporter=fields.pop("reporter", ReporterDetails(phone="13800000000")),
        **fields,
    )


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite store, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Callable[[], str]]:
    """Makes databases from one migrated template; drops them all at the end."""
    server = make_url(announced_address("postgres"))
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def another(template: str) -> str:
        name = f"minsheng_{secrets.token_hex(6)}"
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE {template}'))
        made.append(name)
        return name

    def address(name: str) -> str:
        return server.set(database=name).render_as_string(hide_password=False)

    first = another("template0")
    upgrade(address(first))
    yield lambda: address(another(f'"{first}"'))
    with engine.connect() as connection:
        for name in made:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture(params=KINDS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated, empty store of this test's own, on each database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"
    make: Callable[[], str] = request.getfixturevalue("migrated_postgres")
    return make()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store without any table; parametrise indirectly with a database kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
def room(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workroom]:
    """A workroom on an empty store with the sample county and a fake suggester."""
    for name in [name for name in os.environ if name.startswith("MINSHENG_")]:
        if not name.startswith("MINSHENG_TEST_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MINSHENG_DATA", str(tmp_path))
    made = make_room(store_url, tmp_path)
    yield made
    made.database.close()


@pytest.fixture
def report(room: Workroom) -> Callable[..., int]:
    """Accept a report; answers the ticket's key."""

    def send(name: str, words: str = "中山路路口垃圾成堆", **fields: Any) -> int:
        receipt = accept(room, submission(name, words, **fields))
        key = ticket_key(receipt.number)
        assert key is not None
        return key

    return send
