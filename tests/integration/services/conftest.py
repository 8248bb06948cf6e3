"""Services work on a store that holds the sample county: places, handbook, units, people."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from intake.domain.filing import FilingAuthority
from intake.domain.message import MessageChannel
from intake.sample.seed import seed_sample
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.database import Database
from tests.integration.services.desk import Desk
from tests.integration.services.postman import Postman


def _seed(url: str, folder: Path) -> None:
    database = Database(url)
    seed_sample(Settings(data=folder, database_url=url), database, lambda _what: None)
    database.close()


@pytest.fixture(scope="session")
def seeded_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with the sample county, to be copied."""
    folder = tmp_path_factory.mktemp("seeded")
    path = folder / "store.db"
    shutil.copy(migrated_file, path)
    _seed(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def seeded_postgres(
    migrated_postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Makes databases that hold the sample county; drops them all at the end."""
    template = make_url(migrated_postgres())
    _seed(template.render_as_string(hide_password=False), tmp_path_factory.mktemp("seeded"))
    engine = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def another() -> str:
        name = f"minsheng_{secrets.token_hex(6)}"
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template.database}"'))
        made.append(name)
        return template.set(database=name).render_as_string(hide_password=False)

    yield another
    with engine.connect() as connection:
        for name in made:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture
def store_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> str:
    """The address of this test's own store with the sample county."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("seeded_file"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path / 'store.db'}"
    make: Callable[[], str] = request.getfixturevalue("seeded_postgres")
    return make()


@pytest.fixture(
    params=[
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgresql", id="postgresql", marks=pytest.mark.services("postgres")),
    ]
)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    name: str = request.param
    return name


@pytest.fixture
def desk(room: Workroom) -> Desk:
    """The call centre where operators file ordinary, complete tickets."""
    return Desk(room)


@pytest.fixture
def postman(desk: Desk) -> Postman:
    """Serves every channel of the room."""
    carrier = Postman()
    desk.room.couriers = dict.fromkeys(
        (MessageChannel.EMAIL, MessageChannel.TELEGRAM, MessageChannel.SMS), carrier
    )
    return carrier


@pytest.fixture
def strict_desk(room: Workroom) -> Desk:
    """The call centre where everything is filed by the shift leader (R136)."""
    authority = {"filing_authority": FilingAuthority.SHIFT_LEADER}
    room.settings = room.settings.model_copy(update=authority)
    return Desk(room)
