"""Numbered databases on the Redis that deploy/test starts."""

import os
from collections.abc import Iterator

import pytest
from redis import Redis

from tests.services.address import announced_address


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty database, another one for each xdist worker; emptied again at the end."""
    server = announced_address("redis").rpartition("/")[0]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{server}/{int(worker) + 1}"
    with Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()
