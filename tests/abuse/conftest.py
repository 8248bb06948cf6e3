"""A web process under attack, with an empty store of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from intake.services.workroom import Workroom
from tests.services.network import unused_port

PROJECT = Path(__file__).parents[2]


@dataclass(slots=True)
class Target:
    """The process and its room as seen from outside: same store, same folder."""

    port: int
    process: subprocess.Popen[bytes]
    room: Workroom

    def memory(self) -> float:
        """Resident memory in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def healthy(self) -> bool:
        """Whether it still answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def incoming(self) -> list[Path]:
        """Files of uploads that nobody has cleaned yet."""
        folder = self.room.settings.uploads / "incoming"
        return sorted(folder.iterdir()) if folder.is_dir() else []


Start = Callable[..., Target]


@pytest.fixture
def start_target(room: Workroom) -> Iterator[Start]:
    """Starts web processes on the test's store; arguments as of tests.abuse.server."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*more: str) -> Target:
        port = unused_port()
        folder = room.settings.data
        command = [sys.executable, "-m", "tests.abuse.server", str(folder), str(port)]
        keep = {name: value for name, value in os.environ.items() if "MINSHENG_" not in name}
        process = subprocess.Popen(
            [*command, room.database.url, *more],
            cwd=PROJECT,
            env=keep | {"MINSHENG_DATA": str(folder)},
            stdout=subprocess.DEVNULL,
        )
        started.append(process)
        target = Target(port, process, room)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError):
                if target.healthy():
                    return target
            time.sleep(0.05)
        pytest.fail("the web process did not come up")

    yield start
    for process in started:
        process.terminate()
        process.wait(60)


@pytest.fixture
def target(start_target: Start) -> Target:
    """One web process without rate limits."""
    return start_target()
