"""Whatever breaks between the PBX and the books: what they say afterwards is true."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intake.domain.call import CallOutcome, LinkState
from intake.services.outbox import StoreUnavailable
from intake.services.workroom import Workroom
from telephony.connection import Link
from tests.integration.survival.gate import Gate, gate
from tests.integration.survival.shredder import Forger, Shredder
from tests.integration.telephony.bridging import Books, point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CALLER = "13800000000"
OTHER = "13800000001"

MakeAsterisk = Callable[..., Asterisk]
MakeTelephones = Callable[[Asterisk], Telephones]


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    """The PBX breaks here, not the store: one kind is enough."""
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


def sign_in(asterisk: Asterisk, extension: str = "8001") -> None:
    asterisk.cli(f"queue add member PJSIP/agent-{extension} to hotline")


def answered(books: Books) -> list[Any]:
    return [row for row in books.calls() if row.answered_at]


def outcome_of(books: Books, call: Any) -> str:
    return next(str(row.outcome) for row in books.calls() if row.id == call.id)


def test_a_pbx_killed_in_the_middle_of_calls(
    room: Workroom, new_asterisk: MakeAsterisk, telephones_for: MakeTelephones
) -> None:
    asterisk = new_asterisk()
    asterisk.start()
    telephones = telephones_for(asterisk)
    with running(point_at(room, asterisk)) as bridge:
        books = bridge.books
        sign_in(asterisk)
        telephones.agent()
        telephones.call(CALLER)
        (talking,) = books.until(lambda: answered(books))
        telephones.call(OTHER)
        books.until(lambda: len(books.calls()) == 2 and books.calls()[1].queued_at)
        waiting = books.calls()[1]
        asterisk.kill()
        books.until(lambda: books.link() is not LinkState.LIVE)
        asterisk.start()
        books.until_live()
        books.until_ended(2)
        books.until(lambda: outcome_of(books, talking) == CallOutcome.ANSWERED)
        assert outcome_of(books, waiting) == CallOutcome.LOST_TRACK
        (gap,) = books.gaps()
        assert gap.restarted is True
        assert gap.resumed_at is not None
        books.until(lambda: books.gaps()[0].filled_at)
        kinds = [fact.type for fact in books.facts() if fact.subject_id == talking.id]
        assert kinds[-2:] == ["CallLostTrack", "CallEnded"]
        sign_in(asterisk, "8002")
        telephones.agent("8002")
        telephones.call(CALLER, stay_ms=1000)
        books.until(lambda: len(books.calls()) == 3 and books.calls()[2].ended_at)
        assert books.calls()[2].outcome == CallOutcome.ANSWERED
        assert not books.calls()[2].in_gap


def test_a_link_that_is_cut_leaves_no_call_out(
    room: Workroom, asterisk: Asterisk, telephones: Telephones
) -> None:
    with gate("127.0.0.1", asterisk.plan.ami_port) as door:
        point_at(room, asterisk, door.port)
        with running(room) as bridge:
            books = bridge.books
            sign_in(asterisk)
            telephones.agent(calls=3)
            first = telephones.call(CALLER)
            (before,) = books.until(lambda: answered(books))
            door.shut()
            books.until(lambda: books.link() is LinkState.DISCONNECTED)
            first.hang_up()
            first.result()
            telephones.call(OTHER, stay_ms=2000).result()
            stays = telephones.call("13800000002")
            time.sleep(1.0)
            door.open()
            books.until_live()
            books.until(lambda: outcome_of(books, before) == CallOutcome.ANSWERED)
            books.until(lambda: len(books.calls()) == 3)
            rows = {row.number_shown: row for row in books.calls()}
            missed = rows["138****0001"]
            assert (missed.source, missed.in_gap) == ("BACKFILL", True)
            assert missed.outcome == CallOutcome.ANSWERED
            assert rows["138****0002"].ended_at is None
            assert len(books.contacts()) == 3
            stays.hang_up()
            rows = {row.number_shown: row for row in books.until_ended(3)}
            assert rows["138****0002"].outcome == CallOutcome.ANSWERED
            (gap,) = books.gaps()
            assert (gap.restarted, gap.calls_filled) == (False, 1)


def test_a_frozen_pbx_is_noticed_and_taken_up_again(
    room: Workroom, new_asterisk: MakeAsterisk, telephones_for: MakeTelephones
) -> None:
    asterisk = new_asterisk()
    asterisk.start()
    telephones = telephones_for(asterisk)
    with running(point_at(room, asterisk)) as bridge:
        books = bridge.books
        sign_in(asterisk)
        telephones.agent()
        caller = telephones.call(CALLER)
        books.until(lambda: answered(books))
        asterisk.freeze()
        try:
            books.until(lambda: books.link() is not LinkState.LIVE)
        finally:
            asterisk.thaw()
        books.until_live()
        assert books.calls()[0].ended_at is None
        caller.hang_up()
        (call,) = books.until_ended()
        assert call.outcome == CallOutcome.ANSWERED
        assert books.gaps()[0].restarted is False


@pytest.mark.parametrize("kind", [Shredder, Forger])
def test_a_hostile_line_in_between_changes_nothing(
    room: Workroom, asterisk: Asterisk, telephones: Telephones, kind: type[Gate]
) -> None:
    door = kind("127.0.0.1", asterisk.plan.ami_port)
    try:
        with running(point_at(room, asterisk, door.port)) as bridge:
            sign_in(asterisk)
            telephones.agent()
            telephones.call(CALLER, name='王芳\\"投诉', stay_ms=1000).went_well()
            (call,) = bridge.books.until_ended()
            assert call.outcome == CallOutcome.ANSWERED
            assert call.number_shown == "138****0000"
            assert bridge.bridge.link.connection == 1
    finally:
        door.end()


def away(room: Workroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store takes nothing more."""

    def refuse(_work: object) -> None:
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(room.database, "write", refuse)


def test_calls_while_the_store_is_away_are_in_the_books_afterwards(
    room: Workroom, asterisk: Asterisk, telephones: Telephones, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(point_at(room, asterisk)) as bridge:
        books = bridge.books
        sign_in(asterisk)
        telephones.agent(calls=2)
        with monkeypatch.context() as patch:
            away(room, patch)
            telephones.call(CALLER, stay_ms=1200).went_well()
            last = telephones.call(OTHER)
            books.until(lambda: len(bridge.bridge.exchange.calls) == 2)
            time.sleep(1.0)
            assert books.calls() == []
        books.until(lambda: len(books.calls()) == 2)
        last.hang_up()
        rows = books.until_ended(2)
        assert [row.outcome for row in rows] == [CallOutcome.ANSWERED] * 2
        assert len(books.contacts()) == 2
        assert not any(row.in_gap for row in rows)
        assert books.gaps() == []


def test_what_cannot_be_kept_any_longer_is_a_gap_and_filled_from_the_log(
    room: Workroom, asterisk: Asterisk, telephones: Telephones, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(point_at(room, asterisk)) as bridge:
        books = bridge.books
        bridge.bridge.exchange.most = 1
        with monkeypatch.context() as patch:
            away(room, patch)
            for number in range(3):
                telephones.call(f"1380000000{number}", stay_ms=300).result()
            books.until(lambda: bridge.bridge.exchange.dropped > 0)
        books.until(books.gaps)
        books.until(lambda: len(books.calls()) == 3, 30)
        assert len(books.contacts()) == 3


def test_more_events_than_can_be_taken_in_force_a_resync(
    room: Workroom, asterisk: Asterisk, telephones: Telephones
) -> None:
    with running(point_at(room, asterisk)) as bridge:
        books = bridge.books
        sign_in(asterisk)
        telephones.agent()
        caller = telephones.call(CALLER)
        books.until(lambda: answered(books))
        bridge.bridge.link.inbox._most = 0
        telephones.call(OTHER, stay_ms=300).result()
        books.until(lambda: bridge.bridge.link.inbox.overflows > 0)
        bridge.bridge.link.inbox._most = 50_000
        # It may have overflowed twice before the line above: every time is made good first.
        books.until(lambda: steady(bridge.bridge.link))
        books.until_live()
        caller.hang_up()
        rows = books.until_ended(2)
        assert rows[0].outcome == CallOutcome.ANSWERED
        assert books.gaps()


def steady(link: Link) -> bool:
    """Whether the link has come back and stayed for a second."""
    before = link.connection
    time.sleep(1.0)
    return before > 1 and link.connection == before
