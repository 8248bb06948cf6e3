"""Parts of the service as processes of their own, to be stopped politely or killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from intake.services.workroom import Workroom

PROJECT = Path(__file__).parents[3]


def start(part: str, room: Workroom, broker: str = "") -> subprocess.Popen[bytes]:
    """Start ``embedded``, ``relay`` or ``worker`` on the store of ``room``."""
    folder = room.settings.data
    command = [sys.executable, "-m", "tests.integration.jobs.process", part]
    with (folder / f"{part}.log").open("ab") as output:
        return subprocess.Popen(
            [*command, room.database.url, str(folder), broker],
            cwd=PROJECT,
            env=os.environ | {"MINSHENG_DATA": str(folder)},
            stdout=output,
            stderr=output,
        )


@contextmanager
def process(part: str, room: Workroom, broker: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Such a process; it must end by itself when asked politely."""
    started = start(part, room, broker)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(60)
