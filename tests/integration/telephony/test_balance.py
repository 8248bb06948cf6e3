"""The day's balance: calls by the books beside the PBX's own log."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from intake.domain.call import CallOutcome
from intake.domain.numbers import county_day
from intake.services.workroom import Workroom
from intake.store.tables import call
from telephony.balance import balance_calls
from telephony.event_log import NoLog
from tests.integration.telephony.bridging import point_at, running
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


def test_books_and_log_agree_and_what_does_not_is_named(
    room: Workroom,
    new_asterisk: Callable[..., Asterisk],
    telephones_for: Callable[[Asterisk], Telephones],
) -> None:
    asterisk = new_asterisk()
    asterisk.start()
    telephones = telephones_for(asterisk)
    with running(point_at(room, asterisk)) as bridge:
        asterisk.cli("queue add member PJSIP/agent-8001 to hotline")
        telephones.agent(calls=2)
        for _ in range(2):
            telephones.call("13800000000", stay_ms=1200).result()
        asterisk.cli("queue remove member PJSIP/agent-8001 from hotline")
        caller = telephones.call("13800000001")
        bridge.books.until(lambda: "Record" in asterisk.cli("core show channels"))
        caller.hang_up()
        rows = bridge.books.until_ended(3)
    day = county_day(rows[0].started_at)
    folder = asterisk.folder / "log"
    sheet = balance_calls(room, folder, day)
    assert sheet.faults == ()
    assert sheet.books == sheet.logged
    assert sheet.books[CallOutcome.ANSWERED] == 2
    room.database.write(
        lambda unit: (
            unit.conn.execute(
                update(call).where(call.c.id == rows[0].id).values(outcome="ABANDONED")
            ).rowcount
        )
    )
    room.database.write(
        lambda unit: unit.conn.execute(delete(call).where(call.c.id == rows[1].id)).rowcount
    )
    faults = " ".join(balance_calls(room, folder, day).faults)
    assert f"{rows[0].linkedid}: ABANDONED in the books, ANSWERED by the log" in faults
    assert f"call {rows[1].linkedid} is in the PBX's log and not in the books" in faults


def test_a_log_that_is_not_there_is_said_so(room: Workroom, tmp_path: Path) -> None:
    with pytest.raises(NoLog, match="MINSHENG_PBX_LOGS"):
        balance_calls(room, tmp_path, county_day(room.clock()))
