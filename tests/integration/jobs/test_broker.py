"""With a broker: relay and workers are processes of their own, and the broker may go away."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest
from redis import Redis
from sqlalchemy import select, update

from intake.services.workroom import Workroom, utc_now
from intake.store.tables import outbox
from tests.integration.jobs.processes import process
from tests.integration.jobs.watching import open_jobs, suggestions, wait_until
from tests.services.address import announced_address
from tests.services.network import unused_port

Report = Callable[..., int]


pytestmark = pytest.mark.parametrize(
    ("store_url", "broker"),
    [
        pytest.param("postgresql", "rabbitmq_url", id="rabbitmq"),
        pytest.param("postgresql", "redis_url", id="redis"),
    ],
    indirect=True,
)


@pytest.fixture
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


def test_every_connection_to_the_broker_is_cut(room: Workroom, report: Report, broker: str) -> None:
    log = room.settings.data / "relay.log"
    with process("worker", room, broker), process("relay", room, broker) as relay:
        keys = [report("before")]
        wait_until(lambda: open_jobs(room) == 0, 40)
        cut_connections(broker)
        keys += [report(str(number)) for number in range(3)]
        wait_until(lambda: open_jobs(room) == 0, 90)
        assert relay.poll() is None
    assert sorted(suggestions(room)) == [(key, 1) for key in keys]
    assert "Traceback" not in log.read_text()


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


def cut_connections(broker: str) -> None:
    if broker.startswith("redis"):
        with Redis.from_url(broker) as client:
            client.client_kill_filter(_type="normal", skipme=True)
        return
    wait_until(lambda: bool(rabbit_connections(broker)), 30)
    for name in rabbit_connections(broker):
        ask_rabbit("DELETE", f"connections/{quote(name, safe='')}")


def rabbit_connections(broker: str) -> list[str]:
    """Names of the connections to the test's own virtual host, once the server lists them."""
    host = broker.rpartition("/")[2]
    listed = json.loads(ask_rabbit("GET", f"vhosts/{host}/connections"))
    return [connection["name"] for connection in listed]


def ask_rabbit(method: str, path: str) -> bytes:
    address = urlsplit(announced_address("rabbitmq_admin"))
    login = b64encode(f"{address.username}:{address.password}".encode()).decode()
    connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request(method, f"/api/{path}", headers={"Authorization": f"Basic {login}"})
        return connection.getresponse().read()
    finally:
        connection.close()
