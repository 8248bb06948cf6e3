"""kill -9 of door and worker, and a database away: every mail that was taken is there once, and
its sender hears so.

MINSHENG_TEST_MAIL_KILLS sets the number of kills, MINSHENG_TEST_SEED the randomness,
MINSHENG_TEST_OUTAGE the seconds without a database.
"""

import os
import random
import re
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from intake.domain.contact import Outcome
from intake.domain.numbers import county_day
from intake.services.balance import balance
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.migrate import upgrade
from intake.store.tables import contact, ticket
from tests.integration.survival.gate import gate
from tests.integration.survival.ledger import open_jobs
from tests.integration.survival.load import wait_until
from tests.integration.survival.mail_load import mailing
from tests.integration.survival.mail_sink import MailSink, mail_sink
from tests.integration.survival.parts import open_room
from tests.integration.survival.processes import Part, nursery
from tests.integration.survival.test_outages import through
from tests.mail.office import HOTLINE
from tests.services.network import unused_port

KILLS = int(os.environ.get("MINSHENG_TEST_MAIL_KILLS", "40"))
SEED = int(os.environ.get("MINSHENG_TEST_SEED", "20261122"))
OUTAGE = float(os.environ.get("MINSHENG_TEST_OUTAGE", "30"))
LONGEST_PAUSE = 0.6
_NAME = re.compile(r"编号(sender\d+mail\d+)完")


def settled(port: int, **more: object) -> dict[str, object]:
    return {
        "mail_addresses": HOTLINE,
        "mail_port": port,
        "mail_dns": "off",
        "mail_rate": "1000000/minute",
        "store_threads": 4,
        "job_attempts": 50,
        **more,
    }


def require_each_once(room: Workroom, taken: set[str]) -> int:
    """One ticket for each mail that was taken, one contact for each ticket, nothing left open."""
    with room.database.read() as conn:
        texts = conn.scalars(select(ticket.c.text)).all()
        outcomes = Counter(conn.scalars(select(contact.c.outcome)).all())
    names = Counter(found[1] for text in texts if (found := _NAME.search(text)))
    assert set(names.values()) <= {1}, "a mail has two tickets"
    assert taken <= set(names), f"lost: {sorted(taken - set(names))[:5]}"
    assert set(outcomes) == {Outcome.TICKET.value}, outcomes
    assert outcomes.total() == len(texts) == names.total()
    sheet = balance(room, county_day(room.clock()))
    assert sheet.closed, sheet.faults
    return len(texts)


def require_each_answered(sink: MailSink, taken: set[str]) -> None:
    """One receipt for each sender: sent again after a kill perhaps, but the same message."""
    unheard = {name for name in taken if not sink.came.get(f"{name}@mail.example")}
    assert not unheard, f"never answered: {sorted(unheard)[:5]}"
    twice = {to: came for to, came in sink.came.items() if len(set(came)) > 1}
    assert not twice, f"two messages for one cause: {twice}"


def kill_one(chance: random.Random, parts: list[Part]) -> None:
    time.sleep(chance.uniform(0, LONGEST_PAUSE))
    part = chance.choice(parts)
    part.kill()
    part.start()


@pytest.mark.parametrize(
    "empty_url",
    [
        pytest.param("sqlite", id="sqlite"),
        pytest.param("postgresql", id="postgresql", marks=pytest.mark.services("postgres")),
    ],
    indirect=True,
)
def test_killed_again_and_again(tmp_path: Path, free_port: int, empty_url: str) -> None:
    sink_port = unused_port()
    settings = settled(
        free_port,
        database_url=empty_url,
        mail_out_host="127.0.0.1",
        mail_out_port=sink_port,
        mail_out_tls="none",
    )
    upgrade(empty_url)
    room = open_room(Settings(data=tmp_path, **settings))
    chance = random.Random(SEED)
    try:
        with nursery() as born, mail_sink(sink_port) as sink:
            parts = [Part(born, name, tmp_path, settings) for name in ("mail", "jobs")]
            for part in parts:
                part.start()
            with mailing(free_port, clients=2) as load:
                for _ in range(KILLS):
                    kill_one(chance, parts)
                taken = load.stop()
            # What was taken is answered now: the worker is killed while it sends.
            for _ in range(KILLS // 4):
                kill_one(chance, parts[1:])
            wait_until(lambda: open_jobs(room) == 0, 120, "jobs stay open")
            for part in parts:
                part.end()
        assert not load.faults, load.faults[:3]
        assert require_each_once(room, taken) >= KILLS, "there was no load to speak of"
        require_each_answered(sink, taken)
    finally:
        room.database.close()


def test_without_a_database_for_a_while(
    tmp_path: Path, free_port: int, empty_postgres_url: str
) -> None:
    upgrade(empty_postgres_url)
    where = urlsplit(empty_postgres_url)
    room = open_room(Settings(data=tmp_path, **settled(free_port, database_url=empty_postgres_url)))
    try:
        with gate(where.hostname or "", where.port or 0) as way, nursery() as born:
            settings = settled(free_port, database_url=through(empty_postgres_url, way))
            parts = [Part(born, name, tmp_path, settings) for name in ("mail", "jobs")]
            for part in parts:
                part.start()
            with mailing(free_port, clients=3) as load:
                wait_until(lambda: len(load.taken) > 20, 60, "nothing is taken")
                way.shut()
                time.sleep(1)
                before, put_off = len(load.taken), load.put_off
                time.sleep(OUTAGE)
                assert len(load.taken) == before, "taken without a database"
                way.open()
                wait_until(lambda: len(load.taken) > before + 20, 60, "not taken again")
                taken = load.stop()
            assert load.put_off > put_off
            assert not load.faults, load.faults[:3]
            wait_until(lambda: open_jobs(room) == 0, 120, "jobs stay open")
            for part in parts:
                part.keep_alive()
                part.end()
        require_each_once(room, taken)
    finally:
        room.database.close()
