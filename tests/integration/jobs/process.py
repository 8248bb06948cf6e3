"""A process that works on jobs, for tests that kill it: ``python -m … PART URL FOLDER BROKER``.

With ``dies_once`` in the folder, the process kills itself right after the effect of its first task
was committed and before anybody was told; the file is removed first.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from classifiers.suggestion import Suggestion
from intake.jobs import runtime, tasks
from intake.jobs.loops import run_embedded, run_relay, run_worker
from intake.services.outbox import Job
from intake.services.workroom import Workroom
from intake.settings import Settings
from tests.store_fixtures import SteadySuggester, make_room


class SlowSuggester(SteadySuggester):
    """Takes long enough to be killed in the middle."""

    def suggest(self, text: str, title: str = "") -> Suggestion:
        time.sleep(0.02)
        return super().suggest(text, title)


def main(part: str, url: str, folder: Path, broker: str) -> None:
    settings = Settings(data=folder, database_url=url, broker_url=broker)

    def build() -> Workroom:
        room = make_room(url, folder, broker_url=broker)
        room._suggester = SlowSuggester()
        return room

    runtime.install(build)
    received = tasks.TASKS["ticket.received"]

    def receive(room: Workroom, job: Job) -> None:
        received.run(room, job)
        last_words = folder / "dies_once"
        if last_words.exists():
            last_words.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    tasks.TASKS = {**tasks.TASKS, "ticket.received": replace(received, run=receive)}
    if part == "worker":
        run_worker(settings, processes=1)
    elif part == "relay":
        run_relay(build())
    else:
        run_embedded(build())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
