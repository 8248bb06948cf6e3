"""A process that has imported everything and forks the parts of the service when told to.

Starting a part takes milliseconds instead of seconds, so that hundreds of kills fit into a minute.
Leases are shorter than in service, so that the work of a killed process comes round in seconds.
It is asked by lines of JSON on its standard input and answers each with one on its output; when
its input ends, it ends every process it started.
"""

import contextlib
import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from intake.services import outbox

outbox.BROKER_SECONDS = outbox.OWN_SECONDS = 3.0
outbox.RUN_SECONDS = 2.0
parts = import_module("tests.integration.survival.parts")  # reads the times when it is imported


def main() -> None:
    parts.warm()
    started: set[int] = set()
    answer({"ready": os.getpid()})
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "start":
            started.add(pid := start(asked["part"], Path(asked["folder"]), asked["settings"]))
            answer({"pid": pid})
        else:
            answer(ended(asked["pid"], wait=asked["do"] == "wait"))
    for pid in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def answer(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def start(part: str, folder: Path, settings: dict[str, Any]) -> int:
    """Fork a part; it leads a process group of its own and writes to a log of its own."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        log = os.open(folder / f"{part}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        parts.run_part(part, folder, settings)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(pid: int, *, wait: bool) -> dict[str, Any]:
    """How a started process ended: exit code, negative signal number, or null while it lives."""
    found, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
    return {"code": os.waitstatus_to_exitcode(status) if found else None}


if __name__ == "__main__":
    main()
