"""The day's balance closes, and names what does not add up."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Executable, insert, update

from intake.domain.numbers import county_day, ticket_number
from intake.services.balance import BalanceLine, balance
from intake.services.workroom import Workroom, utc_now
from intake.store.tables import contact

Report = Callable[..., int]
OPEN_MAIL = {
    "source": "EMAIL",
    "external_id": "mail-1",
    "media_type": "message/rfc822",
    "raw": b"",
    "raw_hash": "0" * 64,
    "outcome": "OPEN",
    "remark": "",
}


def write(room: Workroom, statement: Executable) -> None:
    room.database.write(lambda unit: unit.conn.execute(statement).rowcount)


def test_a_day_of_reports_closes(room: Workroom, report: Report) -> None:
    report("one")
    report("two")
    report("two")
    sheet = balance(room, county_day(utc_now()))
    assert sheet.lines == (BalanceLine("WEB", "TICKET", 2),)
    assert (sheet.open, sheet.faults, sheet.closed) == (0, (), True)


def test_another_day_is_another_sheet(room: Workroom, report: Report) -> None:
    report("one")
    assert balance(room, county_day(utc_now()) - timedelta(days=1)).lines == ()


def test_an_open_contact_keeps_the_day_open(room: Workroom) -> None:
    write(room, insert(contact).values(OPEN_MAIL | {"received_at": utc_now()}))
    sheet = balance(room, county_day(utc_now()))
    assert (sheet.open, sheet.closed) == (1, False)
    assert sheet.faults == ("1 contacts by EMAIL are still open",)


def test_contact_and_ticket_that_lost_each_other(room: Workroom, report: Report) -> None:
    key = report("one")
    write(room, update(contact).values(ticket_id=None))
    sheet = balance(room, county_day(utc_now()))
    assert sheet.faults == (
        "contact 1 (TICKET) has no ticket",
        f"ticket {ticket_number(key)} has no contact",
    )
