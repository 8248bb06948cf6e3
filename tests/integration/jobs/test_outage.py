"""The database goes away for a while: the relay waits and goes on, without a restart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, make_url, text

from intake.services.outbox import StoreUnavailable
from intake.services.workroom import Workroom
from tests.integration.jobs.watching import open_jobs, running, suggestions, wait_until
from tests.services.address import announced_address

Report = Callable[..., int]


@contextmanager
def outage(room: Workroom) -> Iterator[None]:
    """Every connection to the room's database is cut, and new ones are refused."""
    name = make_url(room.database.url).database
    engine = create_engine(announced_address("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        allow(server, name, "false")
        cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        server.execute(cut, {"name": name})
        yield
        allow(server, name, "true")
    engine.dispose()


def allow(server: Connection, name: str | None, answer: str) -> None:
    server.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {answer}'))


def away(room: Workroom) -> bool:
    try:
        room.database.ping()
    except StoreUnavailable:
        return True
    return False


@pytest.mark.parametrize(
    "store_url",
    [pytest.param("postgresql", marks=pytest.mark.services("postgres"))],
    indirect=True,
)
def test_the_relay_outlives_an_outage(
    room: Workroom, report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def says(words: str) -> bool:
        said.append(capsys.readouterr().out)
        return words in "".join(said)

    with running(room):
        keys = [report("before")]
        wait_until(lambda: open_jobs(room) == 0)
        with outage(room):
            wait_until(lambda: away(room))
            wait_until(lambda: says("store is away"))
            with pytest.raises(StoreUnavailable):
                report("meanwhile")
        wait_until(lambda: not away(room))
        keys.append(report("after"))
        wait_until(lambda: open_jobs(room) == 0)
        wait_until(lambda: says("store is back"))
    assert suggestions(room) == [(key, 1) for key in keys]
