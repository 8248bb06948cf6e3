"""The second start: from `minsheng run` to the first page, on a folder that was prepared before."""

import os
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figures, console, middle
from tests.benchmarks.machine import described
from tests.services.network import unused_port

RUNS = 3
PROJECT = Path(__file__).parents[2]


def run() -> None:
    machine = described()
    with TemporaryDirectory(prefix="minsheng-benchmark-") as folder:
        base = {name: value for name, value in os.environ.items() if "MINSHENG_" not in name}
        base["MINSHENG_DATA"] = folder
        command = [sys.executable, "-m", "intake.cli"]
        subprocess.run(
            [*command, "prepare"],
            cwd=PROJECT,
            env=base,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds = []
        for done in range(1, RUNS + 1):
            seconds.append(_start([*command, "run"], base))
            console.print(f"start {done} of {RUNS}: {seconds[-1]:.1f} s")
    figures = Figures("Start")
    figures.add("second start to first page", middle(seconds), "s", 6)
    figures.show(machine)


def _start(command: list[str], environment: dict[str, str]) -> float:
    port = unused_port()
    began = time.monotonic()
    server = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment | {"MINSHENG_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _shows_page(port):
            if server.poll() is not None or time.monotonic() - began > 120:
                raise SystemExit("the service did not start; try `minsheng run` by hand")
            time.sleep(0.05)
        return time.monotonic() - began
    finally:
        server.terminate()
        server.wait(40)


def _shows_page(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Accept": "text/html"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
