"""When the model learns: planned at night by the clock, run as a job, never in anybody's way."""

import os
import sys
import threading
from contextlib import suppress

from intake.domain.numbers import COUNTY_ZONE
from intake.services.learning import Training, retrain
from intake.services.outbox import finish_with
from intake.services.workroom import Workroom

RETRAIN_TOPIC = "model.retrain"
_NICENESS = 15


def plan_training(room: Workroom) -> None:
    """Asked every hour: at the hour of the setting, put one training into the outbox."""
    now = room.clock().astimezone(COUNTY_ZONE)
    if now.hour == room.settings.retrain_hour:
        room.database.write(lambda unit: unit.enqueue(RETRAIN_TOPIC, f"{now:%Y-%m-%d}"))


def run_training(room: Workroom, job_id: int) -> Training:
    """Train at the lowest priority and end the job; raises what the training raises."""
    done = _in_the_background(room)
    finish_with(room, job_id, lambda _unit: None)
    return done


def _in_the_background(room: Workroom) -> Training:
    """A thread of its own: on Linux a thread may be put behind all others, but never back."""
    outcome: list[Training | BaseException] = []

    def work() -> None:
        if sys.platform == "linux":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        try:
            outcome.append(retrain(room))
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, name="training")
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
