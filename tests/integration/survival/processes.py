"""Start, watch and kill the parts of the service as processes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]
_POOL_LOST = "Could not start worker processes"


class Nursery:
    """The other end of ``nursery.py``."""

    def __init__(self) -> None:
        keep = {name: value for name, value in os.environ.items() if "MINSHENG_" not in name}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.survival.nursery"],
            cwd=PROJECT,
            env=keep | {"OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def ask(self, **asked: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """Ends every process that was started."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that forks the others has ended"
        return json.loads(line)


@dataclass(slots=True)
class Part:
    """One part of the service, restarted under the same settings as often as it is killed."""

    nursery: Nursery
    name: str
    folder: Path
    settings: dict[str, Any]
    pid: int = 0

    def start(self) -> None:
        told = self.nursery.ask(
            do="start", part=self.name, folder=str(self.folder), settings=self.settings
        )
        self.pid = told["pid"]

    def kill(self) -> None:
        """SIGKILL to this process alone; its own children find out by themselves."""
        os.kill(self.pid, signal.SIGKILL)
        self._require_killed()

    def kill_with_children(self) -> None:
        """SIGKILL to the process and everything it started, as a container ends."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            # Just forked: it does not lead a group of its own yet and has no children.
            os.kill(self.pid, signal.SIGKILL)
        self._require_killed()

    def _require_killed(self) -> None:
        """It may have given up, for want of a pool, a moment before the signal reached it."""
        code = self.nursery.ask(do="wait", pid=self.pid)["code"]
        assert code == -signal.SIGKILL or _POOL_LOST in self.log(), code

    def kill_one_child(self) -> bool:
        """SIGKILL to a process it started (a worker's pool); False when it has none."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()
        for child in children[-1:]:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        return bool(children)

    def keep_alive(self) -> None:
        """Fail when it ended by itself, but for a worker whose pool was killed while it started.

        Celery gives up then; whoever supervises it starts it again (deploy/systemd: always).
        """
        code = self.nursery.ask(do="poll", pid=self.pid)["code"]
        if code is None:
            return
        assert _POOL_LOST in self.log(), f"{self.name} ended by itself ({code}):\n{self.log()}"
        self.start()

    def end(self) -> None:
        """SIGTERM; it must end in order."""
        os.kill(self.pid, signal.SIGTERM)
        code = self.nursery.ask(do="wait", pid=self.pid)["code"]
        assert code == 0, f"{self.name} did not end in order ({code}):\n{self.log()}"

    def log(self) -> str:
        path = self.folder / f"{self.name}.log"
        return path.read_text("utf-8", errors="replace")[-4000:] if path.exists() else ""


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Whatever was started is gone at the end."""
    made = Nursery()
    try:
        yield made
    finally:
        made.close()
