"""Missed calls become one task a number, and end when somebody was reached (domain.md §5.1)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from intake.domain.agent import Device
from intake.domain.call import CallOutcome, Direction, Purpose
from intake.domain.callback import CallbackOutcome
from intake.domain.contact import Outcome
from intake.domain.errors import Incomplete, NotAllowed, StaleVersion, WrongState
from intake.domain.people import Actor
from intake.services.agents import sign_in_agent
from intake.services.ask import ask_info
from intake.services.audit import verify
from intake.services.callbacks import (
    claim_callback,
    dial_callback,
    dial_completion,
    finish_callback,
    release_callback,
    settle_call,
)
from intake.services.dial_upkeep import settle_dials, settle_missed
from intake.services.pbx_commands import open_value
from intake.store.tables import call, callback_task, contact, dial_attempt, pbx, pbx_command
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import Telephone

WORKING = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
OTHER = "13900000001"


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    desk.room.clock = lambda: WORKING
    sign_in_agent(desk.room, desk.operator, "8001", Device.PHONE)
    return made


def missed(
    telephone: Telephone,
    number: str = PHONE,
    outcome: CallOutcome = CallOutcome.ABANDONED,
    at: datetime = WORKING,
) -> int:
    """A caller who gave up."""
    call_id = telephone.comes(number, started_at=at, ended_at=at, outcome=outcome.value)
    settle(telephone, call_id)
    return call_id


def answered(telephone: Telephone, at: datetime, number: str = PHONE, **fields: Any) -> int:
    outcome = CallOutcome.ANSWERED.value
    call_id = telephone.comes(
        number, started_at=at, answered_at=at, ended_at=at, outcome=outcome, **fields
    )
    settle(telephone, call_id)
    return call_id


def settle(telephone: Telephone, call_id: int) -> None:
    telephone.room.database.write(lambda unit: settle_call(telephone.room, unit, call_id))


def tasks(telephone: Telephone) -> list[Any]:
    with telephone.room.database.read() as conn:
        return list(conn.execute(select(callback_task).order_by(callback_task.c.id)))


def contact_outcomes(telephone: Telephone) -> list[tuple[str, str]]:
    with telephone.room.database.read() as conn:
        rows = conn.execute(select(contact.c.outcome, contact.c.remark).order_by(contact.c.id))
        return [(row.outcome, row.remark) for row in rows]


def dialled(telephone: Telephone, attempt: str, outcome: CallOutcome, **fields: Any) -> int:
    """The PBX's word about a dial of ours."""
    spoke = WORKING if outcome is CallOutcome.OUT_ANSWERED else None
    call_id = telephone.comes(
        PHONE,
        direction=Direction.OUT.value,
        purpose=Purpose.CALLBACK.value,
        attempt_id=attempt,
        started_at=WORKING,
        answered_at=spoke,
        ended_at=WORKING,
        outcome=outcome.value,
        **fields,
    )
    settle(telephone, call_id)
    return call_id


def test_one_task_a_number_until_reached(telephone: Telephone) -> None:
    first = missed(telephone)
    second = missed(telephone, outcome=CallOutcome.OVERFLOW, at=WORKING + timedelta(minutes=3))
    missed(telephone, OTHER)
    mine, other = tasks(telephone)
    assert (mine.missed, mine.first_call_id, mine.last_call_id) == (2, first, second)
    assert mine.due_at == WORKING + timedelta(minutes=30)
    assert mine.number_shown == "138****0000"
    assert PHONE not in repr(tuple(mine))
    assert other.missed == 1
    assert contact_outcomes(telephone) == [("CALLBACK", "")] * 3
    settle(telephone, first)
    settle(telephone, second)
    assert [task.missed for task in tasks(telephone)] == [2, 1], "told again changes nothing"
    assert verify(telephone.room).sound


@pytest.mark.parametrize("number", ["anonymous", "", "8003"])
def test_who_cannot_be_called_back_makes_no_task_but_is_counted(
    telephone: Telephone, number: str
) -> None:
    missed(telephone, number, CallOutcome.AFTER_HOURS)
    assert tasks(telephone) == []
    assert contact_outcomes(telephone) == [("REFUSED", "withheld")]


def test_after_hours_are_due_after_the_next_opening(telephone: Telephone) -> None:
    night = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    missed(telephone, outcome=CallOutcome.AFTER_HOURS, at=night)
    assert tasks(telephone)[0].due_at == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def test_a_message_on_tape_is_called_back_and_keeps_its_own_outcome(telephone: Telephone) -> None:
    missed(telephone, outcome=CallOutcome.VOICEMAIL)
    assert tasks(telephone)[0].reason == "VOICEMAIL"
    assert contact_outcomes(telephone) == [("OPEN", "")]


def test_done_when_the_citizen_calls_again_and_is_answered(telephone: Telephone) -> None:
    missed(telephone)
    answered(telephone, WORKING - timedelta(minutes=1))
    assert tasks(telephone)[0].done_at is None, "a talk before the missed call ends nothing"
    answered(telephone, WORKING + timedelta(minutes=9))
    done = tasks(telephone)[0]
    assert done.outcome == CallbackOutcome.CALLED_AGAIN
    missed(telephone, at=WORKING + timedelta(hours=1))
    assert len(tasks(telephone)) == 2, "the next missed call begins anew"


def test_told_late_of_a_call_that_was_made_good(telephone: Telephone) -> None:
    answered(telephone, WORKING + timedelta(minutes=9))
    missed(telephone)
    done = tasks(telephone)[0]
    assert done.outcome == CallbackOutcome.CALLED_AGAIN
    assert done.done_at == WORKING + timedelta(minutes=9)


def test_a_lost_call_that_was_answered_is_not_missed(telephone: Telephone) -> None:
    lost = telephone.comes(
        started_at=WORKING,
        answered_at=WORKING,
        ended_at=WORKING,
        outcome=CallOutcome.LOST_TRACK.value,
    )
    settle(telephone, lost)
    assert tasks(telephone) == []


def test_dial_and_reach(telephone: Telephone, desk: Desk) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    attempt = dial_callback(desk.room, desk.operator, task.id)
    kind, payload = telephone.asked()[-1]
    assert kind == "originate"
    assert payload["attempt_id"] == attempt
    assert payload["extension"] == "8001"
    assert payload["purpose"] == "CALLBACK"
    assert PHONE not in repr(payload)
    assert open_value(desk.room, "number", attempt, payload["number"]) == f"+86{PHONE}"
    with desk.refused(WrongState):
        dial_callback(desk.room, desk.operator, task.id)
    dialled(telephone, attempt, CallOutcome.OUT_ANSWERED)
    (done,) = tasks(telephone)
    assert (done.outcome, done.done_by) == ("REACHED", desk.operator.account_id)
    with desk.refused(WrongState):
        dial_callback(desk.room, desk.operator, task.id)


def test_three_calls_in_vain(telephone: Telephone, desk: Desk) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    for tries in (1, 2):
        dialled(telephone, dial_callback(desk.room, desk.operator, task.id), CallOutcome.BUSY)
        (waiting,) = tasks(telephone)
        assert (waiting.attempts, waiting.done_at, waiting.claimed_by) == (tries, None, None)
        assert waiting.next_at == WORKING + timedelta(minutes=30)
    dialled(telephone, dial_callback(desk.room, desk.operator, task.id), CallOutcome.NO_ANSWER)
    (done,) = tasks(telephone)
    assert (done.attempts, done.outcome) == (3, "NOT_REACHED")


@pytest.mark.parametrize(
    ("outcome", "result"), [(CallOutcome.INVALID, "INVALID_NUMBER"), (CallOutcome.FAILED, "")]
)
def test_the_line_itself(
    telephone: Telephone, desk: Desk, outcome: CallOutcome, result: str
) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    dialled(telephone, dial_callback(desk.room, desk.operator, task.id), outcome)
    (after,) = tasks(telephone)
    assert (after.outcome, after.attempts) == (result, 0)


def test_claims(telephone: Telephone, desk: Desk) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    claim_callback(desk.room, desk.operator, task.id)
    with desk.refused(NotAllowed):
        claim_callback(desk.room, desk.colleague, task.id)
    with desk.refused(NotAllowed):
        release_callback(desk.room, desk.colleague, task.id)
    with desk.refused(NotAllowed):
        claim_callback(desk.room, desk.dispatcher, task.id)
    release_callback(desk.room, desk.leader, task.id)
    claim_callback(desk.room, desk.colleague, task.id)
    assert tasks(telephone)[0].claimed_by == desk.colleague.account_id


def test_finished_by_hand(telephone: Telephone, desk: Desk) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    sheet = desk.received()
    not_needed = CallbackOutcome.NOT_NEEDED
    with desk.refused(Incomplete):
        finish_callback(desk.room, desk.operator, task.id, task.version, not_needed)
    with desk.refused(StaleVersion):
        finish_callback(desk.room, desk.operator, task.id, 9, CallbackOutcome.REACHED)
    finish_callback(
        desk.room, desk.operator, task.id, task.version, CallbackOutcome.REACHED, "", sheet.number
    )
    (done,) = tasks(telephone)
    assert (done.outcome, done.ticket_id) == ("REACHED", sheet.id)


def _waits(telephone: Telephone) -> None:
    row = [{"linkedid": "1.1", "since": WORKING.isoformat()}]
    telephone.room.database.write(lambda unit: unit.conn.execute(pbx.update().values(waiting=row)))


def _night(telephone: Telephone) -> None:
    telephone.room.clock = lambda: WORKING + timedelta(hours=13)


@pytest.mark.parametrize("hindrance", [_waits, _night])
def test_not_before_those_who_wait_and_not_at_night(
    telephone: Telephone, desk: Desk, hindrance: Callable[[Telephone], None]
) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    hindrance(telephone)
    with desk.refused(WrongState):
        dial_callback(desk.room, desk.operator, task.id)


def test_only_from_a_telephone_of_ones_own(telephone: Telephone, desk: Desk) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    with desk.refused(WrongState):
        dial_callback(desk.room, desk.colleague, task.id)
    with desk.refused(NotAllowed):
        dial_callback(desk.room, Actor(desk.mayor.role, "县领导", 901), task.id)


def test_a_completion_call(telephone: Telephone, desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(WrongState):
        dial_completion(desk.room, desk.operator, sheet.number)
    sheet = ask_info(desk.room, desk.operator, sheet.number, sheet.version, "在哪个路口？")
    attempt = dial_completion(desk.room, desk.operator, sheet.number)
    assert telephone.asked()[-1][1]["purpose"] == "CLICK"
    dialled(telephone, attempt, CallOutcome.NO_ANSWER)
    with desk.room.database.read() as conn:
        row = conn.execute(select(dial_attempt)).one()
    assert (row.state, row.outcome, row.ticket_id) == ("DONE", "NO_ANSWER", sheet.id)
    dial_completion(desk.room, desk.operator, sheet.number)


def test_what_nobody_reported_is_found(telephone: Telephone, desk: Desk) -> None:
    missed(telephone)
    (task,) = tasks(telephone)
    attempt = dial_callback(desk.room, desk.operator, task.id)
    assert settle_dials(desk.room) == 0
    dead = {"state": "EXPIRED", "ended_at": WORKING}
    desk.room.database.write(
        lambda unit: unit.conn.execute(pbx_command.update().values(dead)).rowcount
    )
    assert settle_dials(desk.room) == 1
    (again,) = tasks(telephone)
    assert (again.attempts, again.claimed_by) == (0, None)
    with desk.room.database.read() as conn:
        row = conn.execute(select(dial_attempt).where(dial_attempt.c.id == attempt)).one()
    assert row.state == "NOT_MADE"
    second = dial_callback(desk.room, desk.operator, task.id)
    telephone.comes(
        PHONE,
        direction=Direction.OUT.value,
        attempt_id=second,
        ended_at=WORKING,
        outcome=CallOutcome.NO_ANSWER.value,
    )
    assert settle_dials(desk.room) == 1
    assert tasks(telephone)[0].attempts == 1


def test_missed_calls_of_the_log_are_found(telephone: Telephone) -> None:
    call_id = missed(telephone)
    undone = {"outcome": Outcome.OPEN.value}

    def forget(unit: Any) -> None:
        unit.conn.execute(callback_task.delete())
        unit.conn.execute(contact.update().values(undone))

    telephone.room.database.write(forget)
    assert settle_missed(telephone.room) == 1
    assert tasks(telephone)[0].first_call_id == call_id
    assert settle_missed(telephone.room) == 0
    with telephone.room.database.read() as conn:
        assert conn.execute(select(call.c.id)).scalar_one() == call_id
