"""Silence at a door that is usually used is an alarm; silence at night is not."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from intake.domain.contact import Outcome, Source
from intake.domain.errors import NotAllowed
from intake.services.doors import read_doors, watch_doors
from intake.services.workroom import utc_now
from intake.store.tables import contact
from tests.integration.services.desk import Desk


def came(desk: Desk, days_ago: int, times: int) -> None:
    """Web reports at this hour on an earlier day."""
    moment = utc_now() - timedelta(days=days_ago, minutes=10)
    for _ in range(times):
        desk.received(received_at=moment, uploads=())


def alarmed(desk: Desk) -> list[Source]:
    watch_doors(desk.room)
    doors, _ = read_doors(desk.room, desk.leader)
    return [one.source for one in doors if one.too_quiet_since]


def test_a_door_that_falls_silent_is_told_and_forgiven(desk: Desk) -> None:
    for day in range(1, 15):
        came(desk, day, 3)
    assert alarmed(desk) == [Source.WEB]
    assert alarmed(desk) == [Source.WEB]
    came(desk, 0, 1)
    assert alarmed(desk) == []


def test_a_quiet_hour_is_no_alarm(desk: Desk) -> None:
    for day in range(1, 15):
        came(desk, day, 1)
    assert alarmed(desk) == []


def test_what_waits_is_counted(desk: Desk) -> None:
    desk.received(uploads=())
    open_ = update(contact).values(outcome=Outcome.OPEN.value)
    desk.room.database.write(lambda unit: unit.conn.execute(open_).rowcount)
    doors, _ = read_doors(desk.room, desk.leader)
    [web] = [one for one in doors if one.source is Source.WEB]
    with desk.room.database.read() as conn:
        first = conn.execute(select(contact.c.received_at)).scalar_one()
    assert (web.waiting, web.waiting_since, web.today) == (1, first, 1)


def test_operators_do_not_read_it(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        read_doors(desk.room, desk.operator)
