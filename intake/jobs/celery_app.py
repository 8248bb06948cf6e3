"""The Celery app: the broker is a doorbell, the outbox is the truth (decision 2).

A message carries a row's id and attempt count, nothing else. Losing one loses nothing: the row is
rung again when its lease runs out.
"""

from typing import Any

from celery import Celery
from kombu import Queue as BrokerQueue

from intake.jobs import runtime
from intake.jobs.tasks import Queue, queue_of, run_job
from intake.services.outbox import BROKER_SECONDS, Job
from intake.settings import Settings

RUN = "minsheng.run"
_CHILD_START_SECONDS = 60.0
"""A child opens its store and loads the model before it takes its first task."""


def make_app(settings: Settings) -> Celery:
    """A Celery app on the broker of the settings."""
    address = settings.broker_url.get_secret_value()
    rabbit = address.startswith(("amqp", "pyamqp"))
    app = Celery("minsheng", broker=address, set_as_current=False)
    kind: dict[str, Any] = {"x-queue-type": "quorum"} if rabbit else {}
    app.conf.update(
        task_queues=[
            BrokerQueue(f"minsheng.{queue}", routing_key=queue, queue_arguments=kind)
            for queue in Queue
        ],
        task_default_queue=f"minsheng.{Queue.INTAKE}",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_publish_retry=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_proc_alive_timeout=_CHILD_START_SECONDS,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_timeout=3,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=_transport(rabbit),
    )
    app.task(name=RUN)(_run)
    return app


def ring(app: Celery, job: Job) -> None:
    """Put a row's id into its queue; raises kombu's OperationalError when the broker is away.

    The message dies some leases later, so that rows that no worker takes do not pile up; not with
    the first one, because a worker whose clock is ahead would then refuse every message.
    """
    app.send_task(
        RUN,
        args=(job.id, job.attempts),
        queue=f"minsheng.{queue_of(job.topic)}",
        expires=10 * BROKER_SECONDS,
        ignore_result=True,
        retry=False,
    )


def _run(job_id: int, attempts: int) -> None:
    run_job(runtime.room(), job_id, attempts)


def _transport(rabbit: bool) -> dict[str, Any]:
    if rabbit:
        return {"confirm_publish": True, "max_retries": 0}
    return {"socket_timeout": 5, "socket_connect_timeout": 3, "max_retries": 0}
