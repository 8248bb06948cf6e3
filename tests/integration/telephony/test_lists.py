"""What the PBX must know of our rules: written at a connection, corrected at the next one."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from intake.services.workroom import Workroom
from intake.store.tables import nuisance_number, unit
from tests.integration.telephony.bridging import point_at, running
from tests.services.asterisk import Asterisk


@pytest.fixture
def store_url(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


def list_number(room: Workroom, number: str) -> None:
    digest = room.lookup.digest("phone", number)
    sealed = room.cipher.seal(number, f"nuisance_number.number:{digest.hex()}")
    values = {"number": sealed, "number_hash": digest, "number_shown": "****", "reason": "x"}
    values |= {"added_by": 1, "added_at": room.clock()}
    room.database.write(
        lambda work: work.conn.execute(insert(nuisance_number).values(values)).rowcount
    )


def test_lists_are_compared_at_every_connection(room: Workroom, asterisk: Asterisk) -> None:
    point_at(room, asterisk)
    list_number(room, "+8613800000009")
    values = {"code": "U1", "name": "水务公司", "short_name": "水务", "kind": "COUNTY"}
    values |= {"phone": "0351-2345678", "town_code": ""}
    room.database.write(lambda work: work.conn.execute(insert(unit).values(values)).rowcount)
    with running(room) as bridge:
        bridge.books.until(lambda: "13800000009" in asterisk.cli("database show minsheng-nuisance"))
        bridge.books.until(
            lambda: "03512345678" in asterisk.cli("database show minsheng-directory")
        )
        bridge.books.until(lambda: "/minsheng/open" in asterisk.cli("database show minsheng"))
    room.database.write(lambda work: work.conn.execute(delete(nuisance_number)).rowcount)
    list_number(room, "+863512345679")
    with running(room) as bridge:
        bridge.books.until(lambda: "03512345679" in asterisk.cli("database show minsheng-nuisance"))
        bridge.books.until(
            lambda: "13800000009" not in asterisk.cli("database show minsheng-nuisance")
        )
