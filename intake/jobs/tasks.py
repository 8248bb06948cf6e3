"""What is done for each topic of the outbox, and how a row is run from its ring to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from intake.domain.numbers import ticket_number
from intake.domain.people import SYSTEM
from intake.jobs.holding import holding
from intake.services import outbox
from intake.services.answer import settle
from intake.services.callbacks import call_ended
from intake.services.chat_deeds import MEDIA_TOPIC
from intake.services.chat_media import fetch_media
from intake.services.chat_say import say
from intake.services.chats import SAY_TOPIC
from intake.services.deliver_message import deliver
from intake.services.notices import NOTICE_TOPIC, write_notice
from intake.services.outbox import Job
from intake.services.photos import clean_photos
from intake.services.retraining import RETRAIN_TOPIC, run_training
from intake.services.suggest import suggest_changed, suggest_received
from intake.services.workroom import Workroom
from intake.services.write_message import SEND_TOPIC

log = structlog.get_logger()


class Queue(StrEnum):
    """Queues by importance; a worker may serve some of them only."""

    INTAKE = "intake"
    VISITS = "visits"
    NOTICES = "notices"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Task:
    """What a topic asks for. ``run`` ends the row in the transaction of its effect."""

    queue: Queue
    run: Callable[[Workroom, Job], object]


class UnknownTopic(Exception):
    """No task in this version; a newer one wrote the row."""


def ticket_received(room: Workroom, job: Job) -> None:
    """A new ticket: suggestion, search index, photos."""
    suggest_received(room, job.id, int(job.key))


def ticket_changed(room: Workroom, job: Job) -> None:
    """New words in a ticket: search index, and a new suggestion while it is not registered."""
    suggest_changed(room, job.id, int(job.payload["ticket"]))


def ticket_settle(room: Workroom, job: Job) -> None:
    """Answered, declined or referred: nothing is left to do."""
    number = ticket_number(int(job.payload["ticket"]))
    outbox.finish_with(room, job.id, lambda unit: settle(unit, SYSTEM, number))


def photos_clean(room: Workroom, job: Job) -> None:
    """New photos: clean copies and thumbnails."""
    clean_photos(room, job.id, int(job.payload["ticket"]))


def model_retrain(room: Workroom, job: Job) -> None:
    """The nightly training on the county's decisions."""
    done = run_training(room, job.id)
    log.info("training ended", model=done.version, in_force=done.in_force, taught=done.taught)


def call_over(room: Workroom, job: Job) -> None:
    """A call has ended: call-back tasks are made, merged or done, and dials are settled."""
    call_ended(room, job.id, int(job.payload["call"]))


TASKS: dict[str, Task] = {
    "ticket.received": Task(Queue.INTAKE, ticket_received),
    "ticket.changed": Task(Queue.INTAKE, ticket_changed),
    "ticket.settle": Task(Queue.INTAKE, ticket_settle),
    NOTICE_TOPIC: Task(Queue.NOTICES, write_notice),
    SEND_TOPIC: Task(Queue.NOTICES, deliver),
    SAY_TOPIC: Task(Queue.INTAKE, say),
    MEDIA_TOPIC: Task(Queue.NOTICES, fetch_media),
    RETRAIN_TOPIC: Task(Queue.TRAINING, model_retrain),
    "call.ended": Task(Queue.VISITS, call_over),
    "photos.clean": Task(Queue.NOTICES, photos_clean),
}


def join(topic: str, task: Task) -> None:
    """Take on a topic of a part that this room does not know (a door's own work)."""
    TASKS[topic] = task


def queue_of(topic: str) -> Queue:
    """Where a topic waits; unknown ones wait behind everything, to be parked."""
    task = TASKS.get(topic)
    return Queue.TRAINING if task is None else task.queue


def run_job(room: Workroom, job_id: int, attempts: int) -> None:
    """Run one rung row; a failure is put off or parked, never raised.

    Raises StoreUnavailable only: then the row's lease brings it back.
    """
    job = outbox.begin(room, job_id, attempts)
    if job is None:
        return
    try:
        with holding(room, job):
            _task(job.topic).run(room, job)
    except outbox.StoreUnavailable:
        raise
    except Exception as error:
        parked = outbox.failed(room, job, error)
        log.warning(
            "job parked" if parked else "job failed, will be tried again",
            job=job.id,
            topic=job.topic,
            attempts=job.attempts,
            error=outbox.describe(error),
        )


def _task(topic: str) -> Task:
    task = TASKS.get(topic)
    if task is None:
        raise UnknownTopic(f"no task for {topic}; is this worker older than the web process?")
    return task
