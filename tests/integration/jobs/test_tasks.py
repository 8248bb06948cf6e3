"""What the smaller tasks do."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from intake.domain.numbers import ticket_number
from intake.jobs import runtime, tasks
from intake.jobs.celery_app import make_app
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.tables import event, ticket
from intake.store.unit import Unit
from tests.integration.jobs.watching import open_jobs, running, wait_until

Report = Callable[..., int]


def test_an_answered_ticket_is_settled_once(room: Workroom, report: Report) -> None:
    key = report("one")
    answered = update(ticket).values(state="ANSWERED", public_answer="已答复")

    def answer(unit: Unit) -> None:
        unit.conn.execute(answered)
        for _ in range(2):
            unit.enqueue("ticket.settle", ticket_number(key), {"ticket": key})

    room.database.write(answer)
    with running(room):
        wait_until(lambda: open_jobs(room) == 0)
    with room.database.read() as conn:
        assert conn.execute(select(ticket.c.state)).scalar_one() == "CLOSED"
        closings = select(event.c.id).where(event.c.to_state == "CLOSED")
        assert len(conn.execute(closings).all()) == 1


def test_every_topic_has_a_queue() -> None:
    queues = {topic: str(tasks.queue_of(topic)) for topic in [*tasks.TASKS, "unknown"]}
    expected = {
        "ticket.received": "intake",
        "ticket.changed": "intake",
        "ticket.settle": "intake",
        "photos.clean": "notices",
        "call.ended": "visits",
        "message.send": "notices",
        "model.retrain": "training",
        "unknown": "training",
    }
    assert expected.items() <= queues.items()
    assert set(queues.values()) <= set(tasks.Queue)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("amqp://guest@127.0.0.1/", {"x-queue-type": "quorum"}),
        ("redis://127.0.0.1/0", {}),
    ],
)
def test_queues_are_replicated_where_the_broker_can(address: str, kind: dict[str, str]) -> None:
    app = make_app(Settings(broker_url=address))
    assert [queue.name for queue in app.conf.task_queues] == [
        "minsheng.intake",
        "minsheng.visits",
        "minsheng.notices",
        "minsheng.training",
    ]
    assert all(queue.queue_arguments == kind for queue in app.conf.task_queues)


def test_a_worker_without_a_way_to_a_room_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_factories", [])
    runtime.room.cache_clear()
    with pytest.raises(RuntimeError, match="install"):
        runtime.room()


def test_a_process_has_one_room(room: Workroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_factories", [])
    made: list[Workroom] = []

    def build() -> Workroom:
        made.append(room)
        return room

    runtime.install(build)
    assert runtime.room() is runtime.room()
    assert len(made) == 1
    runtime.room.cache_clear()
