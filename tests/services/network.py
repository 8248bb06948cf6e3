"""Loopback ports."""

import socket
from collections.abc import Callable

import pytest


def unused_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def free_port() -> int:
    """One unused loopback port."""
    return unused_port()


@pytest.fixture
def free_ports() -> Callable[[], int]:
    """For tests that start several servers: every call answers another unused port."""
    given: set[int] = set()

    def another() -> int:
        while (port := unused_port()) in given:
            continue
        given.add(port)
        return port

    return another
