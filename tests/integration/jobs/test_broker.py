"""With a broker: relay and workers are processes of their own, and the broker may go away."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.services.workroom import Workroom, utc_now
from intake.store.tables import outbox
from tests.integration.jobs.processes import process
from tests.integration.jobs.watching import open_jobs, suggestions, wait_until
from tests.services.network import unused_port

Report = Callable[..., int]


@pytest.fixture(
    params=[
        pytest.param("rabbitmq_url", marks=pytest.mark.services("rabbitmq", "rabbitmq_admin")),
        pytest.param("redis_url", marks=pytest.mark.services("redis")),
    ]
)
def broker(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


def test_relay_and_worker_do_what_follows_a_report(
    room: Workroom, report: Report, broker: str
) -> None:
    with process("worker", room, broker), process("relay", room, broker):
        keys = [report(str(number)) for number in range(5)]
        wait_until(lambda: open_jobs(room) == 0, 40)
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]


def test_worker_killed_between_effect_and_acknowledgement(
    room: Workroom, report: Report, broker: str
) -> None:
    (room.settings.data / "dies_once").touch()
    with process("worker", room, broker), process("relay", room, broker):
        keys = [report(str(number)) for number in range(3)]
        wait_until(lambda: open_jobs(room) == 0, 60)
        assert not (room.settings.data / "dies_once").exists()
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]


def test_without_its_broker_the_relay_waits_and_complains_once(
    room: Workroom, report: Report, broker: str
) -> None:
    key = report("one")
    log = room.settings.data / "relay.log"
    with process("relay", room, broker_address_without_server(broker)) as relay:
        wait_until(lambda: "broker is away" in log.read_text(), 30)
        wait_until(lambda: released(room), 10)
        assert relay.poll() is None
    assert log.read_text().count("broker is away") == 1
    due = update(outbox).values(available_at=utc_now() - timedelta(seconds=1))
    room.database.write(lambda unit: unit.conn.execute(due).rowcount)
    with process("worker", room, broker), process("relay", room, broker):
        wait_until(lambda: open_jobs(room) == 0, 40)
    assert suggestions(room) == [(key, 1)]


def broker_address_without_server(broker: str) -> str:
    """The same kind of address at a port where nobody listens."""
    kind = broker.partition("://")[0]
    return f"{kind}://127.0.0.1:{unused_port()}/0"


def released(room: Workroom) -> bool:
    with room.database.read() as conn:
        return conn.execute(select(outbox.c.lease_until)).scalar() is None
