"""The PBX of deploy/run lives exactly as long as the script that started it."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.services.asterisk import Asterisk

PROJECT = Path(__file__).parents[3]
SCRIPT = """
set -euo pipefail
project=$1
say() { echo "$@"; }
fail() { echo "$@" >&2; exit 1; }
source "$project/deploy/asterisk/instance.sh"
asterisk_folder=$2
trap stop_asterisk EXIT
trap 'exit 143' TERM
start_asterisk
sleep 60 &
minsheng=$!
wait "$minsheng"
"""


def pbx_of(folder: Path) -> list[psutil.Process]:
    """Every process that runs on this folder's configuration."""
    config = str(folder / "etc" / "asterisk.conf")
    found = psutil.process_iter(["cmdline"])
    return [one for one in found if config in (one.info["cmdline"] or []) and "-f" in one.cmdline()]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_pbx_is_started_again_and_ends_with_its_script(
    new_asterisk: Callable[..., Asterisk],
) -> None:
    asterisk = new_asterisk()
    folder = asterisk.folder
    (folder / "log").mkdir(exist_ok=True)
    script = subprocess.Popen(
        ["bash", "-c", SCRIPT, "instance", str(PROJECT), str(folder)],
        env={"MINSHENG_ASTERISK_PROGRAM": str(asterisk.program), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert script.stdout is not None
        assert script.stdout.readline().startswith("The PBX answers: Asterisk")
        [first] = pbx_of(folder)
        first.kill()
        until(lambda: any(one.pid != first.pid for one in pbx_of(folder)))
        script.send_signal(signal.SIGTERM)
        assert script.wait(40) == 143
        assert pbx_of(folder) == []
    finally:
        script.kill()
        for left in pbx_of(folder):
            left.kill()
