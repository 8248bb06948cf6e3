"""`minsheng run`: doors and desk in one child process, jobs in another (architecture §4).

They share nothing but the store, so that heavy work never makes a citizen wait. A child that dies
is started again, after a pause that grows while it keeps dying.
"""

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

from intake.settings import Settings

log = logging.getLogger(__name__)

PARTS = ("web", "jobs")
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 20.0
_STOP_SECONDS = 20.0


@dataclass(slots=True)
class Child:
    """One part of the service and how it is doing."""

    part: str
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "intake.cli", self.part])
        self.started = time.monotonic()

    def exit_code(self) -> int | None:
        return None if self.process is None else self.process.poll()

    def rest(self) -> None:
        """Plan the next start: soon after a long life, later and later after short ones."""
        lived = time.monotonic() - self.started
        self.pause = 0.5 if lived > _STEADY_SECONDS else min(self.pause * 2, _LONGEST_PAUSE)
        self.again_at = time.monotonic() + self.pause
        self.process = None


def parts_of(settings: Settings) -> tuple[str, ...]:
    """What this installation runs: telephony and mail only where they are configured."""
    telephony = ("telephony",) if settings.has_pbx else ()
    mail = ("mail",) if settings.has_mail else ()
    bot = ("bot",) if settings.telegram == "polling" else ()
    return (*PARTS, *telephony, *mail, *bot)


def supervise(parts: Sequence[str] = PARTS) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code for the shell.

    A part that refuses to start (exit code 2: settings, port, store) stops everything at once,
    because trying again cannot help.
    """
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    children = [Child(part) for part in parts]
    code = 0
    while not stopping:
        for child in children:
            code = _attend(child)
            if code == 2:
                stopping = True
                break
        time.sleep(0.1)
    _stop_all(children)
    return code


def _attend(child: Child) -> int:
    """Start or restart one child when it is time; returns 2 when it refused to start."""
    if child.process is None:
        if time.monotonic() >= child.again_at:
            child.start()
        return 0
    code = child.exit_code()
    if code is None:
        return 0
    if code == 2:
        return 2
    log.error("part ended and is started again", extra={"part": child.part, "exit_code": code})
    child.rest()
    return 0


def _stop_all(children: Sequence[Child]) -> None:
    alive = [child.process for child in children if child.process and child.process.poll() is None]
    for process in alive:
        process.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for process in alive:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
