"""Return calls and call-backs on a real Asterisk: from the check of the case to its closing."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from intake.domain.agent import Device
from intake.domain.case_steps import CaseState, CaseStep
from intake.sample.seed import seed_sample
from intake.services.agents import make_ready, sign_in_agent
from intake.services.call_books import CALL_ENDED_TOPIC
from intake.services.callbacks import dial_callback, settle_call
from intake.services.dial_upkeep import settle_dials
from intake.services.return_plan import plan_automatic
from intake.services.workroom import Workroom
from intake.store.tables import (
    agent,
    callback_task,
    dial_attempt,
    outbox,
    return_task,
    visit,
)
from tests.integration.services.desk import Desk
from tests.integration.telephony.bridging import Running, point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

NUMBER = "13800000000"


class Jobs(threading.Thread):
    """Does what ends of calls ask for, as the jobs process would."""

    def __init__(self, room: Workroom) -> None:
        super().__init__(daemon=True)
        self.room, self.ended = room, threading.Event()

    def run(self) -> None:
        done: set[int] = set()
        query = select(outbox.c.id, outbox.c.payload).where(outbox.c.topic == CALL_ENDED_TOPIC)
        while not self.ended.wait(0.05):
            with self.room.database.read() as conn:
                rows = [row for row in conn.execute(query) if row.id not in done]
            for row in rows:
                key = int(row.payload["call"])
                self.room.database.write(lambda unit, key=key: settle_call(self.room, unit, key))
                done.add(row.id)


class Centre:
    """A desk with checked tickets, a bridge and the jobs at work."""

    def __init__(self, room: Workroom, asterisk: Asterisk) -> None:
        self.room = room
        seed_sample(room.settings, room.database, lambda _what: None)
        self.desk = Desk(room)
        self.asterisk = asterisk
        room.settings.automatic_returns = True

    def sits(self, bridge: Running) -> None:
        """The operator at 8001 is ready and reachable."""
        sign_in_agent(self.room, self.desk.operator, "8001", Device.PHONE)
        make_ready(self.room, self.desk.operator)
        reachable = select(agent.c.reachable).where(agent.c.extension == "8001")

        def seen() -> bool:
            with self.room.database.read() as conn:
                return bool(conn.execute(reachable).scalar())

        bridge.books.until(seen)

    def checked(self) -> Any:
        """A ticket to be asked about, now."""
        sheet = self.desk.checked()
        now = datetime.now(UTC) - timedelta(seconds=1)
        self.room.database.write(
            lambda unit: unit.conn.execute(update(return_task).values(next_at=now)).rowcount
        )
        return sheet

    def rows(self, table: Any) -> list[Any]:
        with self.room.database.read() as conn:
            return list(conn.execute(select(table)))


@pytest.fixture
def centre(room: Workroom, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """Whatever the hour of the test: it is a time to call. Nobody is rung for long."""
    monkeypatch.setattr("telephony.dialing.CITIZEN_SECONDS", 3.0)
    for module in ("return_plan", "return_attempts"):
        monkeypatch.setattr(f"intake.services.{module}.may_dial", lambda *_told: True)
    monkeypatch.setattr("intake.services.callbacks.may_call_back", lambda *_told: True)
    made = Centre(point_at(room, asterisk), asterisk)
    jobs = Jobs(made.room)
    jobs.start()
    yield made
    jobs.ended.set()
    jobs.join(5)


def until(bridge: Running, holds: Callable[[], Any]) -> Any:
    return bridge.books.until(holds, 40)


def test_a_machine_asks_by_key_and_the_case_is_closed(
    centre: Centre, telephones: Telephones
) -> None:
    with running(centre.room) as bridge:
        centre.sits(bridge)
        sheet = centre.checked()
        citizen = telephones.citizen(digits="11112")
        (attempt,) = plan_automatic(centre.room)
        assert plan_automatic(centre.room) == []
        until(bridge, lambda: centre.rows(return_task)[0].done_at)
        bridge.books.until_ended()
    citizen.went_well()
    (said,) = centre.rows(visit)
    assert (said.outcome, said.contacted, said.solved) == ("ANSWERED", True, "SOLVED")
    assert (said.service, said.handling) == ("VERY_SATISFIED", "SATISFIED")
    (row,) = bridge.books.calls()
    assert (row.attempt_id, row.purpose, row.outcome) == (attempt, "AUTO_RETURN", "OUT_ANSWERED")
    case = centre.desk.case(sheet.case_id)
    closed = centre.desk.report(case, CaseStep.CLOSED, centre.desk.leader)
    assert closed.state is CaseState.CLOSED


@pytest.mark.parametrize(
    ("ways", "outcome"),
    [
        ({"silent": True}, "NO_ANSWER"),
        ({"response": "486 Busy Here"}, "BUSY"),
        ({"response": "404 Not Found"}, "INVALID_NUMBER"),
        ({"digits": "2"}, "NOT_REPORTER"),
        ({"stay_ms": 300}, "NO_ANSWER"),
    ],
)
def test_who_was_not_reached_is_not_satisfied(
    centre: Centre, telephones: Telephones, ways: dict[str, Any], outcome: str
) -> None:
    with running(centre.room) as bridge:
        centre.sits(bridge)
        centre.checked()
        telephones.citizen(**ways)
        plan_automatic(centre.room)
        until(bridge, lambda: centre.rows(visit))
    (said,) = centre.rows(visit)
    assert (said.outcome, said.solved, said.handling) == (outcome, None, "NOT_GIVEN")
    (task,) = centre.rows(return_task)
    assert task.state in {"WAITING", "UNREACHABLE"}


def test_the_bridge_goes_between_dial_and_answer(centre: Centre, telephones: Telephones) -> None:
    with running(centre.room) as bridge:
        centre.sits(bridge)
        centre.checked()
        citizen = telephones.citizen(ring_ms=2500, digits="11111", stay_ms=9000)
        plan_automatic(centre.room)
        until(bridge, lambda: "Ring" in centre.asterisk.cli("core show channels"))
    with running(centre.room) as bridge:
        until(bridge, lambda: centre.rows(dial_attempt)[0].ended_at or settle_dials(centre.room))
        bridge.books.until_ended(seconds=20)
    (attempt,) = centre.rows(dial_attempt)
    assert attempt.state == "DONE"
    assert len(bridge.books.calls()) == 1
    assert len(centre.rows(visit)) == 1
    assert citizen.received().count("INVITE sip:") == 1, "the citizen was rung once"


def test_the_operator_calls_back_who_gave_up(centre: Centre, telephones: Telephones) -> None:
    with running(centre.room) as bridge:
        centre.sits(bridge)
        caller = telephones.call(NUMBER, stay_ms=1500)
        until(bridge, lambda: centre.rows(callback_task))
        caller.went_well()
        (task,) = centre.rows(callback_task)
        telephones.agent("8001", stay_ms=4000)
        citizen = telephones.citizen(stay_ms=1500)
        dial_callback(centre.room, centre.desk.operator, task.id)
        until(bridge, lambda: centre.rows(callback_task)[0].done_at)
        citizen.went_well()
    (task,) = centre.rows(callback_task)
    assert (task.outcome, task.done_by) == ("REACHED", centre.desk.operator.account_id)
