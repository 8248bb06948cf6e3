"""Mails whose time is over leave no words behind; files of broken deliveries do not stay."""

import os
from datetime import timedelta

from sqlalchemy import update

from intake.services.mail_retention import forget_mails, remove_stray_mails
from intake.services.mail_stored import find_mail, find_reading
from intake.services.retention import forget_deliveries
from intake.services.upkeep import DUTIES
from intake.store.tables import contact
from tests.integration.mail.conftest import OpenDoor
from tests.mail.office import decide_mails, mails
from tests.mail.writing import plain_mail


async def test_old_mails_are_emptied(door: OpenDoor) -> None:
    room = door.room
    for words in ("短的", "长的一行\n" * 60_000, "新的"):
        assert (await door.send(plain_mail(words))).startswith("250")
    decide_mails(room)
    [_, long, new] = mails(room)
    path = room.settings.uploads / long["file_key"]
    assert path.is_file()
    old = room.clock() - timedelta(days=room.settings.raw_days + 1)
    room.database.write(
        lambda unit: (
            unit.conn.execute(
                update(contact).where(contact.c.id < new["contact_id"]).values(received_at=old)
            ).rowcount
        )
    )
    assert forget_mails(room) == 2
    assert forget_mails(room) == 0
    forget_deliveries(room)
    assert not path.exists()
    for key, kept in ((long["contact_id"], False), (new["contact_id"], True)):
        stored = find_mail(room, key)
        assert stored is not None
        assert bool(stored.heading.sender) is kept
        assert bool(find_reading(room, stored).text) is kept


async def test_strays_of_yesterday_are_removed(door: OpenDoor) -> None:
    room = door.room
    assert (await door.send(plain_mail("长的一行\n" * 60_000))).startswith("250")
    folder = room.settings.uploads / "mail"
    stray = folder / "0123"
    stray.write_bytes(b"half a mail")
    [kept] = [path for path in folder.iterdir() if path != stray]
    for path in (stray, kept):
        os.utime(path, (0, 0))
    fresh = folder / "4567"
    fresh.write_bytes(b"coming in now")
    remove_stray_mails(room)
    assert sorted(folder.iterdir()) == sorted([kept, fresh])


def test_both_come_round_by_the_clock() -> None:
    assert {"forget-mails", "remove-stray-mails"} <= set(DUTIES)
