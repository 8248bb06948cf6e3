"""Trouble is seen by who can mend it: retries on the ticket, alarms on whatever page is open."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, insert, update

from intake.domain.contact import Source
from intake.domain.letter import TryLater, Undeliverable
from intake.domain.message import MessageChannel, Origin
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.services.doors import TOO_QUIET
from intake.store.tables import door, outbox
from intake.store.unit import Unit
from tests.e2e.desk.exchange import Exchange
from tests.e2e.desk.steps import ready
from tests.e2e.desk.test_returns import NARROW
from tests.e2e.desk.test_telephone import take_seat
from tests.integration.services.background import work_off
from tests.integration.services.desk import Desk as Centre
from tests.integration.services.postman import Postman

Desk = Callable[..., Page]
Check = Callable[[Page], list[dict[str, Any]]]
MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")


@pytest.fixture
def silent_mail(exchange: Exchange) -> Iterator[None]:
    """No mail has come at an hour when mails come."""
    values = {"channel": "EMAIL", "last_error": "", "alarm": TOO_QUIET}
    at = datetime.now(UTC)

    def silence(unit: Unit) -> None:
        unit.conn.execute(delete(door))
        unit.conn.execute(insert(door).values(alarm_at=at, **values))

    exchange.room.database.write(silence)
    yield
    exchange.room.database.write(lambda unit: unit.conn.execute(delete(door)).rowcount)


def mailed(centre: Centre, fault: Exception, tries: int) -> Ticket:
    """A report by mail whose receipt met ``fault`` so often."""
    room = centre.room
    room.couriers = {MessageChannel.EMAIL: Postman(fault=fault)}
    sheet = centre.received(
        source=Source.EMAIL, origin=MAIL, reporter=ReporterDetails(), uploads=()
    )
    for _ in range(tries):
        due = update(outbox).values(available_at=datetime.now(UTC), lease_until=None)
        room.database.write(lambda unit, due=due: unit.conn.execute(due).rowcount)
        work_off(room)
    return sheet


def test_retries_are_on_the_ticket(
    exchange: Exchange, centre: Centre, seat: Desk, axe: Check, pictures: Path
) -> None:
    sheet = mailed(centre, TryLater("发信服务器连接不上。"), 2)
    page = seat("op1")
    page.goto(f"{exchange.site.address}/desk/tickets/{sheet.number}")
    ready(page)
    receipt = page.locator(".conversation .said-by-house", has_text="受理回执")
    expect(receipt).to_contain_text(re.compile(r"等待发送，已试 2 次，.*\d\d:\d\d 再试"))
    expect(receipt).to_contain_text("原因：发信服务器连接不上。")
    assert axe(page) == []
    receipt.scroll_into_view_if_needed()
    page.screenshot(path=pictures / "desk-retries.png")
    sheet = mailed(centre, Undeliverable("对方邮箱拒收（550）。"), 1)
    page.goto(f"{exchange.site.address}/desk/tickets/{sheet.number}")
    receipt = page.locator(".conversation .bad", has_text="受理回执")
    expect(receipt).to_contain_text("发送失败")
    expect(receipt).to_contain_text("原因：对方邮箱拒收（550）。")


@pytest.mark.usefixtures("silent_mail")
def test_a_silent_door_is_told_on_every_page(
    exchange: Exchange, seat: Desk, axe: Check, pictures: Path
) -> None:
    page = seat("zhiban")
    expect(page.locator(".toast.urgent")).to_contain_text("邮件")
    page.goto(f"{exchange.site.address}/desk/cases")
    ready(page)
    alarm = page.locator("#alarms .alert")
    expect(alarm).to_contain_text("异常安静")
    expect(alarm).to_contain_text("邮件：平时这个时间都有来件")
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-alarm.png")
    alarm.get_by_role("link", name="查看渠道").click()
    page.wait_for_url(re.compile("/desk/doors$"))
    expect(page.locator("#alarms .alert")).to_have_count(1)
    expect(page.locator(".toast.urgent")).to_have_count(0)
    page = seat("zhiban", **NARROW)
    page.goto(f"{exchange.site.address}/desk/cases")
    expect(page.locator("#alarms .alert")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=pictures / "narrow-alarm.png")
    page = seat("op1")
    expect(page.locator("#alarms")).to_have_count(0)


def test_an_operators_dead_line_reaches_the_leader_at_once(exchange: Exchange, seat: Desk) -> None:
    leader, page = seat("zhiban"), seat("op1")
    leader.goto(f"{exchange.site.address}/desk/cases")
    ready(leader)
    take_seat(page)
    record = exchange.answers(exchange.rings())
    expect(page.locator("#seat-state")).to_contain_text("通话")
    tell(page, exchange.key(record), "silent")
    alarm = leader.locator("#alarms .alert")
    expect(alarm).to_contain_text("听不到市民的声音", timeout=15_000)
    expect(alarm.get_by_role("link", name="查看坐席")).to_be_visible()
    tell(page, exchange.key(record), "flowing")
    expect(alarm).to_have_count(0, timeout=15_000)
    tell(page, exchange.key(record), "broken")
    expect(alarm).to_contain_text("声音通路已断", timeout=15_000)
    exchange.ends_all()
    expect(alarm).to_have_count(0, timeout=15_000)


def tell(page: Page, call: int, sound: str) -> None:
    """What the telephone window tells of the media."""
    status = page.evaluate(
        """async ([path, sound]) => {
          const headers = {"Content-Type": "application/json"};
          headers["X-CSRF-Token"] = document.body.dataset.csrf;
          const body = JSON.stringify({sound});
          return (await fetch(path, {method: "POST", headers, body})).status;
        }""",
        [f"/desk/api/calls/{call}/sound", sound],
    )
    assert status == 200
