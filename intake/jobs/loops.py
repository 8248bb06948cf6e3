"""The three ways jobs run: a relay with a broker, a Celery worker, or both in one process."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from celery.signals import worker_process_init

from intake.jobs import runtime
from intake.jobs.celery_app import make_app
from intake.jobs.relay import Relay
from intake.jobs.rings import BrokerRing, PoolRing
from intake.jobs.tasks import Queue
from intake.services.suggest import warm_up
from intake.services.workroom import Workroom
from intake.settings import Settings


def run_embedded(room: Workroom, threads: int = 2) -> None:
    """Relay and tasks in this process until SIGTERM or SIGINT; the embedded default."""
    warm_up(room)
    _run(Relay(room, PoolRing(room, threads)))


def run_relay(room: Workroom) -> None:
    """Ring the broker for due rows until SIGTERM or SIGINT; as many of these as you like."""
    _run(Relay(room, BrokerRing(room)))


def run_worker(
    settings: Settings, *, processes: int = 2, queues: Sequence[Queue] = tuple(Queue)
) -> None:
    """A Celery worker until SIGTERM or SIGINT (which let running tasks end).

    Install the room's factory in ``intake.jobs.runtime`` first. Takes settings instead of a room:
    the worker forks, and no thread or connection may exist before that.
    """
    app = make_app(settings)
    worker_process_init.connect(_warm_up_child, weak=False)
    app.worker_main(
        [
            "worker",
            "--pool=prefork",
            f"--concurrency={processes}",
            f"--queues={','.join(f'minsheng.{queue}' for queue in queues)}",
            f"--loglevel={settings.log_level}",
            "--without-gossip",
            "--without-mingle",
        ]
    )


def _warm_up_child(**_kwargs: object) -> None:
    warm_up(runtime.room())


def _run(relay: Relay) -> None:
    with _stopped_by_signals(relay.stop):
        relay.run()


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` on SIGTERM and SIGINT, if this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_signal: int, _frame: FrameType | None) -> None:
        # In a thread of its own: the interrupted code may hold the very lock that stop takes.
        threading.Thread(target=stop, name="stop").start()

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
