"""Virtual hosts on the RabbitMQ that deploy/test starts."""

import base64
import json
import secrets
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.services.address import announced_address


def administer(method: str, path: str, body: dict[str, str] | None = None) -> None:
    """One call to the broker's own HTTP interface; a refusal fails the test."""
    address = urlsplit(announced_address("rabbitmq_admin"))
    login = base64.b64encode(f"{address.username}:{address.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.request(method, f"/api/{path}", json.dumps(body or {}), headers)
        answer = connection.getresponse()
        assert answer.status < 300, answer.read()
    finally:
        connection.close()


@pytest.fixture
def rabbitmq_url() -> Iterator[str]:
    """A virtual host of this test's own: no queue, no message of another test."""
    server = announced_address("rabbitmq")
    name = f"minsheng-{secrets.token_hex(6)}"
    user = urlsplit(server).username
    administer("PUT", f"vhosts/{name}")
    administer(
        "PUT", f"permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"}
    )
    yield f"{server.rstrip('/')}/{name}"
    administer("DELETE", f"vhosts/{name}")
