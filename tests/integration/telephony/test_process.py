"""`minsheng telephony` as a process: one for each PBX, and killed at the worst moment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from intake.domain.agent import Device
from intake.domain.call import CallOutcome, LinkState, Purpose
from intake.domain.people import Actor, Role
from intake.sample.seed import seed_sample
from intake.services.agents import sign_in_agent
from intake.services.call_numbers import read_number
from intake.services.return_attempts import Dial, begin_attempt
from intake.services.workroom import Workroom
from intake.store.tables import dial_attempt, pbx
from tests.integration.telephony.bridging import Books, point_at
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

OPERATOR = Actor(Role.OPERATOR, "接线员", 1)
PROJECT = Path(__file__).parents[3]


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@contextmanager
def process(room: Workroom, asterisk: Asterisk) -> Iterator[subprocess.Popen[bytes]]:
    """The command itself, with settings from the environment."""
    keep = {name: value for name, value in os.environ.items() if "MINSHENG_" not in name}
    told = {
        "MINSHENG_DATA": str(room.settings.data),
        "MINSHENG_DATABASE_URL": room.database.url,
        "MINSHENG_PBX_NAME": "pbxtest",
        "MINSHENG_PBX_AMI_PORT": str(asterisk.plan.ami_port),
        "MINSHENG_PBX_AMI_USER": asterisk.plan.ami_user,
        "MINSHENG_PBX_AMI_SECRET": asterisk.keys.ami,
        "MINSHENG_PBX_LOGS": str(asterisk.folder / "log"),
        "MINSHENG_AREA_CODE": asterisk.plan.area_code,
    }
    with (room.settings.data / "telephony.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "intake.cli", "telephony"],
            cwd=PROJECT,
            env=keep | told,
            stdout=log,
            stderr=log,
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.terminate()
            started.wait(60)


@pytest.fixture
def hotline(room: Workroom, asterisk: Asterisk) -> Workroom:
    """A room with the sample county, as a process wants it, pointed at this PBX."""
    seed_sample(room.settings, room.database, lambda _what: None)
    return point_at(room, asterisk)


def holder(room: Workroom) -> str:
    with room.database.read() as conn:
        return str(conn.execute(select(pbx.c.holder)).scalar() or "")


def attempt(room: Workroom) -> Any:
    with room.database.read() as conn:
        return conn.execute(select(dial_attempt)).one()


def test_killed_between_originate_and_answer_one_dial_stays_one_call(
    hotline: Workroom, asterisk: Asterisk, telephones: Telephones
) -> None:
    books = Books(hotline)
    with process(hotline, asterisk) as first:
        books.until_live()
        sign_in_agent(hotline, OPERATOR, "8001", Device.PHONE)
        telephones.agent(ring_ms=100)
        citizen = telephones.citizen(ring_ms=3000, stay_ms=14_000)
        number = read_number(hotline, "13800000000")
        dial = Dial(number, Purpose.CLICK)
        key = hotline.database.write(
            lambda unit: begin_attempt(hotline, unit, OPERATOR, dial, "8001")
        )
        books.until(lambda: "trunk" in asterisk.cli("core show channels"))
        first.kill()
        first.wait()
    with process(hotline, asterisk) as second:
        books.until(lambda: holder(hotline).endswith(f":{second.pid}"))
        books.until_live()
        (call,) = books.until(books.calls)
        assert (call.linkedid, call.attempt_id, call.extension) == (key, key, "8001")
        books.until(lambda: books.calls()[0].answered_at)
        (call,) = books.until_ended(seconds=30)
        assert call.outcome == CallOutcome.OUT_ANSWERED
        assert call.purpose == Purpose.CLICK
        books.until(lambda: attempt(hotline).ended_at)
        assert attempt(hotline).call_id == call.id
        assert len(books.calls()) == 1
        citizen.went_well()


def test_killed_and_the_dial_ended_while_nobody_looked(
    hotline: Workroom, asterisk: Asterisk, telephones: Telephones
) -> None:
    books = Books(hotline)
    with process(hotline, asterisk) as first:
        books.until_live()
        sign_in_agent(hotline, OPERATOR, "8001", Device.PHONE)
        telephones.agent(ring_ms=2_000)
        telephones.citizen(response="486 Busy Here")
        dial = Dial(read_number(hotline, "13800000000"), Purpose.CLICK)
        hotline.database.write(lambda unit: begin_attempt(hotline, unit, OPERATOR, dial, "8001"))
        books.until(lambda: "agent-8001" in asterisk.cli("core show channels"))
        first.kill()
        first.wait()
        books.until(lambda: "0 active channels" in asterisk.cli("core show channels"))
    with process(hotline, asterisk):
        books.until(lambda: books.calls() and books.calls()[0].outcome == CallOutcome.BUSY, 40)
        books.until(lambda: attempt(hotline).ended_at)


def test_only_one_process_follows_a_pbx(hotline: Workroom, asterisk: Asterisk) -> None:
    books = Books(hotline)
    with process(hotline, asterisk) as first, process(hotline, asterisk) as second:
        books.until_live()
        leading, waiting = first, second
        if holder(hotline).endswith(f":{second.pid}"):
            leading, waiting = second, first
        assert asterisk.cli("manager show connected").count(asterisk.plan.ami_user) == 1
        leading.terminate()
        assert leading.wait(60) == 0
        books.until(lambda: holder(hotline).endswith(f":{waiting.pid}"))
        books.until_live()
        assert books.link() is LinkState.LIVE
