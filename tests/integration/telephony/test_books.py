"""The books of calls and the row of the link, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from intake.domain.call import CallOutcome, CallRecord, Direction, LinkState, Purpose
from intake.http.operations import check_dependencies
from intake.services.audit import verify
from intake.services.call_books import CALL_ENDED_TOPIC, CallChange, save_calls
from intake.services.call_log import open_calls
from intake.services.pbx_link import (
    close_gap,
    gap_filled,
    gaps_to_fill,
    give_up_lease,
    open_gap,
    read_link,
    take_lease,
    tell_link,
    tell_seen,
)
from intake.services.workroom import Workroom, utc_now
from intake.store.tables import agent, contact, outbox, pbx
from tests.integration.telephony.bridging import Books

BEGAN = utc_now().replace(microsecond=0)


def record(**changes: Any) -> CallRecord:
    given = CallRecord(
        pbx="pbx1",
        linkedid="pbx1-1.1",
        direction=Direction.IN,
        purpose=Purpose.HOTLINE,
        started_at=BEGAN,
        number="13800000000",
        queued_at=BEGAN + timedelta(seconds=4),
    )
    return replace(given, **changes)


RINGING = record(ringing_at=BEGAN + timedelta(seconds=5), extension="8001")
TALKING = replace(RINGING, answered_at=BEGAN + timedelta(seconds=9))
ENDED = replace(TALKING, ended_at=BEGAN + timedelta(seconds=60), outcome=CallOutcome.ANSWERED)


def sit(room: Workroom, extension: str = "8001", account: int = 7) -> None:
    """Somebody is ready at an extension."""
    values = {"device": "PHONE", "state": "READY", "reason": "", "since": BEGAN}
    values |= {"reachable": True, "version": 1}
    room.database.write(
        lambda unit: (
            unit.conn.execute(
                insert(agent).values(extension=extension, account_id=account, **values)
            ).rowcount
        )
    )


def state(room: Workroom, extension: str = "8001") -> str:
    with room.database.read() as conn:
        return str(
            conn.execute(select(agent.c.state).where(agent.c.extension == extension)).scalar()
        )


def jobs(room: Workroom) -> int:
    with room.database.read() as conn:
        rows = conn.execute(select(outbox.c.topic).where(outbox.c.topic == CALL_ENDED_TOPIC))
        return len(rows.all())


def test_a_call_from_first_ring_to_end(room: Workroom) -> None:
    sit(room)
    books = Books(room)
    save_calls(room, [CallChange(RINGING, new=True, rung=("8001",))])
    assert state(room) == "RINGING"
    save_calls(room, [CallChange(TALKING, talking=("8001",))])
    assert state(room) == "TALKING"
    save_calls(room, [CallChange(ENDED, freed=("8001",))])
    assert state(room) == "WRAP_UP"
    (row,) = books.calls()
    assert (row.account_id, row.outcome, row.wait_ms, row.talk_ms) == (7, "ANSWERED", 5000, 51000)
    assert row.number_shown == "138****0000"
    assert b"13800000000" not in row.number
    assert [fact.type for fact in books.facts()] == ["CallRang", "CallAnswered", "CallEnded"]
    told = books.facts()[0].data
    assert (told["extension"], told["account"], told["call"]) == ("8001", 7, row.id)
    assert "13800000000" not in str([fact.data for fact in books.facts()])
    assert jobs(room) == 1
    assert verify(room).sound


def test_a_batch_written_again_changes_nothing(room: Workroom) -> None:
    books = Books(room)
    for _ in range(2):
        save_calls(room, [CallChange(ENDED, new=True)])
    assert len(books.calls()) == len(books.contacts()) == 1
    assert [fact.type for fact in books.facts()] == ["CallAnswered", "CallEnded"]
    assert jobs(room) == 1


def test_what_the_log_corrects_is_told_again(room: Workroom) -> None:
    books = Books(room)
    lost = replace(RINGING, ended_at=BEGAN + timedelta(seconds=9), outcome=CallOutcome.LOST_TRACK)
    save_calls(room, [CallChange(lost, new=True)])
    save_calls(room, [CallChange(ENDED)])
    kinds = [(fact.type, fact.from_state, fact.to_state) for fact in books.facts()]
    assert kinds[0] == ("CallLostTrack", "", "LOST_TRACK")
    assert kinds[-1] == ("CallEnded", "LOST_TRACK", "ANSWERED")
    assert jobs(room) == 2


@pytest.mark.parametrize(
    ("outcome", "remark"), [(CallOutcome.SHORT, "short"), (CallOutcome.NUISANCE, "nuisance")]
)
def test_who_wants_nothing_is_counted_and_closed(
    room: Workroom, outcome: CallOutcome, remark: str
) -> None:
    ended = record(ended_at=BEGAN + timedelta(seconds=2), outcome=outcome)
    save_calls(room, [CallChange(ended, new=True)])
    (arrival,) = Books(room).contacts()
    assert (arrival.outcome, arrival.remark) == ("REFUSED", remark)


def test_a_contact_that_was_decided_stays_decided(room: Workroom) -> None:
    save_calls(room, [CallChange(RINGING, new=True)])
    room.database.write(
        lambda unit: unit.conn.execute(update(contact).values(outcome="CALLBACK")).rowcount
    )
    ended = record(ended_at=BEGAN + timedelta(seconds=2), outcome=CallOutcome.SHORT)
    save_calls(room, [CallChange(ended)])
    assert Books(room).contacts()[0].outcome == "CALLBACK"


def test_a_dial_of_ours_is_no_arrival(room: Workroom) -> None:
    dial = record(direction=Direction.OUT, purpose=Purpose.CLICK, attempt_id="ms-1", queued_at=None)
    save_calls(room, [CallChange(dial, new=True)])
    assert Books(room).contacts() == []
    assert Books(room).calls()[0].attempt_id == "ms-1"


def test_open_calls_are_read_back_without_their_number(room: Workroom) -> None:
    save_calls(room, [CallChange(TALKING, new=True)])
    (again,) = open_calls(room, "pbx1")
    assert again == replace(TALKING, number="")


def test_one_process_holds_a_pbx(room: Workroom) -> None:
    assert take_lease(room, "pbx1", "a:1")
    assert take_lease(room, "pbx1", "a:1")
    assert not take_lease(room, "pbx1", "b:2")
    give_up_lease(room, "pbx1", "b:2")
    assert not take_lease(room, "pbx1", "b:2")
    give_up_lease(room, "pbx1", "a:1")
    assert take_lease(room, "pbx1", "b:2")
    past = utc_now() - timedelta(seconds=1)
    room.database.write(
        lambda unit: unit.conn.execute(update(pbx).values(lease_until=past)).rowcount
    )
    assert take_lease(room, "pbx1", "c:3")


def test_the_link_is_told_once_for_each_change(room: Workroom) -> None:
    take_lease(room, "pbx1", "a:1")
    for _ in range(2):
        tell_link(room, "pbx1", LinkState.LIVE, connection=3, epoch=BEGAN)
    tell_seen(room, "pbx1", BEGAN, [{"linkedid": "x", "since": BEGAN.isoformat()}])
    row = read_link(room, "pbx1")
    assert row is not None
    assert (row.state, row.connection, row.epoch, row.held) == (LinkState.LIVE, 3, BEGAN, True)
    assert row.waiting[0]["linkedid"] == "x"
    assert [fact.type for fact in Books(room).facts("PBX")] == ["PbxLinkChanged"]


def test_a_link_that_lives_was_heard_from_then_on(room: Workroom) -> None:
    take_lease(room, "pbx1", "a:1")
    tell_link(room, "pbx1", LinkState.CONNECTING, connection=1)
    row = read_link(room, "pbx1")
    assert row is not None
    assert row.last_event_at is None
    tell_link(room, "pbx1", LinkState.LIVE, connection=1)
    row = read_link(room, "pbx1")
    assert row is not None
    assert row.last_event_at is not None
    tell_seen(room, "pbx1", BEGAN, [])
    tell_link(room, "pbx1", LinkState.LIVE, connection=2)
    row = read_link(room, "pbx1")
    assert row is not None
    assert row.last_event_at == BEGAN


def test_gaps_open_once_close_and_are_filled(room: Workroom) -> None:
    later = BEGAN + timedelta(minutes=5)
    open_gap(room, "pbx1", BEGAN)
    open_gap(room, "pbx1", later)
    assert gaps_to_fill(room, "pbx1") == []
    close_gap(room, "pbx1", later, restarted=True)
    (gap,) = gaps_to_fill(room, "pbx1")
    assert (gap.lost_at, gap.resumed_at, gap.restarted) == (BEGAN, later, True)
    gap_filled(room, gap, 4)
    assert gaps_to_fill(room, "pbx1") == []
    assert Books(room).gaps()[0].calls_filled == 4


def test_health_names_the_pbx_only_where_there_is_one(room: Workroom) -> None:
    assert "pbx" not in check_dependencies(room)
    room.settings.pbx_ami_user = "minsheng"
    room.settings.pbx_name = "pbx1"
    told = check_dependencies(room)["pbx"]
    assert (told["ok"], "minsheng telephony" in told["advice"]) == (False, True)
    take_lease(room, "pbx1", "a:1")
    tell_link(room, "pbx1", LinkState.WRONG_PASSWORD, connection=1, detail="compare the secret")
    told = check_dependencies(room)["pbx"]
    assert (told["ok"], told["advice"]) == (False, "compare the secret")
    tell_link(room, "pbx1", LinkState.LIVE, connection=1)
    assert check_dependencies(room)["pbx"]["ok"]
