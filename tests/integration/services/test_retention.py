"""Personal data goes when its time is over; the record of what was done stays."""

from sqlalchemy import select

from intake.domain.events import EventType
from intake.services.ask import withdraw
from intake.services.retention import forget_deliveries, forget_reporters
from intake.store.tables import contact, reporter
from tests.integration.services.desk import Desk

_ALREADY_OVER = -2  # days: what happened today counts as long ago


def _reporters(desk: Desk) -> set[int]:
    with desk.room.database.read() as conn:
        return set(conn.execute(select(reporter.c.ticket_id)).scalars())


def test_reporters_of_closed_tickets_are_forgotten_and_the_fact_is_written(desk: Desk) -> None:
    closed = withdraw(desk.room, desk.received().number)
    still_open = desk.received()
    assert {closed.id, still_open.id} <= _reporters(desk)

    assert forget_reporters(desk.room) == 0, "nothing is old enough yet"

    desk.room.settings.reporter_days = _ALREADY_OVER
    assert forget_reporters(desk.room) == 1
    assert closed.id not in _reporters(desk)
    assert still_open.id in _reporters(desk)
    assert desk.facts(closed.number)[-1][0] == EventType.REPORTER_FORGOTTEN
    assert forget_reporters(desk.room) == 0
    desk.check_history()


def test_raw_deliveries_are_emptied_and_their_hash_stays(desk: Desk) -> None:
    sheet = desk.received()
    desk.room.settings.raw_days = _ALREADY_OVER

    assert forget_deliveries(desk.room) >= 1

    with desk.room.database.read() as conn:
        row = conn.execute(select(contact).where(contact.c.ticket_id == sheet.id)).one()
    assert row.raw == b""
    assert len(row.raw_hash) > 0
    assert forget_deliveries(desk.room) == 0
