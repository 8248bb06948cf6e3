"""Work lists of call-backs and return calls, books and wallboard, by keys, without a PBX."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from intake.domain.agent import Device
from intake.domain.call import CallOutcome, CallRecord, Direction, Purpose
from intake.domain.numbers import ticket_number
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.agent_calls import agent_reachable
from intake.services.agents import sign_in_agent
from intake.services.call_books import CallChange, save_calls
from intake.services.callbacks import settle_call
from intake.store.tables import callback_task, pbx, return_task
from tests.e2e.desk.exchange import Exchange
from tests.e2e.desk.steps import ready
from tests.e2e.desk.test_telephone import take_seat
from tests.integration.services.desk import Desk as Centre
from tests.services.browser import PHONE

Desk = Callable[..., Page]
Check = Callable[[Page], list[dict[str, Any]]]
NARROW = {name: value for name, value in PHONE.items() if name != "is_mobile"}


def came(exchange: Exchange, outcome: CallOutcome, number: str, **ago: float) -> int:
    """A call of today that is over; its call-back task is there."""
    begin = datetime.now(UTC) - timedelta(**ago)
    answered = begin + timedelta(seconds=9) if outcome is CallOutcome.ANSWERED else None
    record = CallRecord(
        pbx="pbx1",
        linkedid=f"{begin.timestamp()}.{number[-4:]}",
        direction=Direction.IN,
        purpose=Purpose.HOTLINE,
        started_at=begin,
        number=number,
        queued_at=begin,
        answered_at=answered,
        ended_at=begin + timedelta(seconds=70),
        outcome=outcome,
    )
    save_calls(exchange.room, [CallChange(record, new=True, ended=True)])
    key = exchange.key(record)
    exchange.room.database.write(lambda unit: settle_call(exchange.room, unit, key))
    return key


def due_now(exchange: Exchange) -> None:
    """Whatever hour the test runs at: the plan says that these calls are made now."""
    now = datetime.now(UTC) - timedelta(minutes=1)
    exchange.room.database.write(
        lambda unit: (
            unit.conn.execute(
                update(return_task).where(return_task.c.done_at.is_(None)).values(next_at=now)
            ).rowcount
        )
    )


def waits(exchange: Exchange, *minutes: float) -> None:
    """Callers in the queue since so long."""
    now = datetime.now(UTC)
    row = [
        {"linkedid": f"9.{index}", "since": (now - timedelta(minutes=each)).isoformat()}
        for index, each in enumerate(minutes)
    ]
    exchange.room.database.write(
        lambda unit: unit.conn.execute(update(pbx).values(waiting=row)).rowcount
    )


def call_ready(page: Page) -> None:
    """The page of one call hears digits from now on."""
    ready(page)
    page.locator(".question.current").wait_for(state="attached")


def state_of(centre: Centre, sheet: Ticket) -> str:
    query = select(return_task.c.state).where(return_task.c.ticket_id == sheet.id)
    with centre.room.database.read() as conn:
        return str(conn.execute(query.order_by(return_task.c.id.desc())).scalars().first())


def test_call_back_by_keys(exchange: Exchange, seat: Desk, axe: Check, pictures: Path) -> None:
    came(exchange, CallOutcome.ABANDONED, "13800000002", minutes=12)
    came(exchange, CallOutcome.ABANDONED, "13800000002", minutes=7)
    came(exchange, CallOutcome.VOICEMAIL, "13800000003", minutes=3)
    page = seat("op1")
    take_seat(page)
    page.goto(f"{exchange.site.address}/desk/callbacks")
    ready(page)
    rows = page.locator("#list tr.row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("138****0002")
    expect(rows.first).to_contain_text("2 次")
    assert "13800000002" not in page.content()
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-callbacks.png")
    page.keyboard.press("f")
    expect(page.locator(".toast")).to_have_text("正在拨打，请接听您的话机")
    expect(rows.first).to_contain_text("正在拨打")
    asked = [kind for kind, _ in exchange.carries_out()]
    assert asked[-1] == "originate"
    came(exchange, CallOutcome.ANSWERED, "13800000002", minutes=-1)
    expect(rows).to_have_count(1)
    ready(page)
    page.keyboard.press("e")
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.press("4")
    dialog.locator("[name=remark]").fill("已在窗口办理")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_have_text("已办完")
    with exchange.room.database.read() as conn:
        outcomes = set(conn.execute(select(callback_task.c.outcome)).scalars())
    assert outcomes == {"CALLED_AGAIN", "NOT_NEEDED"}


def test_answers_by_digits_and_the_next(
    exchange: Exchange, centre: Centre, seat: Desk, axe: Check, pictures: Path
) -> None:
    first, second = centre.checked(), centre.checked()
    due_now(exchange)
    page = seat("op1")
    page.goto(f"{exchange.site.address}/desk/returns")
    ready(page)
    expect(page.locator("tr.row")).to_have_count(2)
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-returns.png")
    page.keyboard.press("f")
    expect(page.locator("h1")).to_contain_text(first.number)
    call_ready(page)
    content = page.locator(".say .after").first
    expect(content).to_be_hidden()
    page.keyboard.press("y")
    expect(content).to_be_visible()
    page.keyboard.press("a")
    for digit in "1115":
        page.keyboard.press(digit)
    page.locator("#answer [name=reason]").select_option("处理不彻底")
    page.locator("#answer [name=more]").fill("扫了一半")
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-return-call.png")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_have_text("已登记")
    assert state_of(centre, first) == "REVIEW"
    ready(page)
    page.keyboard.press("e")
    expect(page.locator("h1")).to_contain_text(second.number)
    call_ready(page)
    page.keyboard.press("y")
    page.keyboard.press("a")
    for digit in "1111":
        page.keyboard.press(digit)
    page.keyboard.press("s")
    page.wait_for_url(re.compile(r"/desk/returns\?"))
    assert state_of(centre, second) == "DONE"


def test_refused_answers_stay_on_the_page(exchange: Exchange, centre: Centre, seat: Desk) -> None:
    sheet = centre.checked()
    due_now(exchange)
    page = seat("op2")
    page.goto(f"{exchange.site.address}/desk/returns/next")
    call_ready(page)
    page.keyboard.press("a")
    page.keyboard.press("2")
    page.keyboard.press("3")
    page.keyboard.press("s")
    expect(page.locator(".fault")).to_contain_text("请记录原因")
    expect(page.locator("#answer [name=solved][value=UNSOLVED]")).to_be_checked()
    expect(page.locator("#answer [name=contacted][value=no]")).to_be_checked()
    ready(page)
    page.keyboard.press("x")
    page.keyboard.press("s")
    page.wait_for_url(re.compile(r"/desk/returns\?"))
    assert state_of(centre, sheet) == "WAITING"


def test_the_shift_leader_decides(
    exchange: Exchange, centre: Centre, seat: Desk, axe: Check
) -> None:
    page = seat("zhiban")
    page.goto(f"{exchange.site.address}/desk/returns?tab=review")
    ready(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#decide-title").wait_for()
    ready(page)
    assert axe(page) == []
    page.keyboard.press("1")
    page.locator("[name=opinion]").first.fill("仍有残留，退回重办")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_have_text("已审核")
    with centre.room.database.read() as conn:
        query = select(return_task.c.ticket_id).where(return_task.c.decision == "REWORK")
        key = conn.execute(query).scalar_one()
    assert centre.ticket(ticket_number(key)).state is TicketState.REWORK


def test_wallboard_moves_by_itself(
    exchange: Exchange, centre: Centre, seat: Desk, axe: Check, pictures: Path
) -> None:
    sign_in_agent(exchange.room, centre.operator, "8001", Device.PHONE)
    page = seat("zhiban", viewport={"width": 1920, "height": 1080})
    page.goto(f"{exchange.site.address}/desk/wallboard")
    ready(page)
    queue = page.locator(".wall .queue")
    expect(queue).to_contain_text("没有人在等")
    waits(exchange, 2.5, 0.3)
    exchange.room.database.write(lambda unit: agent_reachable(unit, "8001", True))
    came(exchange, CallOutcome.ABANDONED, "13800000009", minutes=1)
    expect(queue.locator("li")).to_have_count(2)
    expect(queue.locator("li").first).to_have_class(re.compile("long"))
    expect(page.locator(".seat .timer")).to_have_text(re.compile(r"\d\d:\d\d"))
    found = axe(page)
    assert [one["nodes"][0]["html"] for one in found] == []
    page.screenshot(path=pictures / "desk-wallboard.png")
    waits(exchange)


def test_books_and_what_is_behind(
    exchange: Exchange, seat: Desk, axe: Check, pictures: Path
) -> None:
    page = seat("zhiban")
    page.goto(f"{exchange.site.address}/desk/books")
    ready(page)
    total = page.locator("tfoot")
    expect(total).to_contain_text("%")
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-books.png", full_page=True)
    page.locator("tbody a").last.click()
    ready(page)
    expect(page.locator("tr.row").first).to_contain_text("138****")
    page.keyboard.press("e")
    page.wait_for_url(re.compile("/desk/books$"))
    page = seat("op1")
    page.goto(f"{exchange.site.address}/desk/books")
    expect(page.locator("main")).to_contain_text("您只看到自己的一行")


@pytest.mark.parametrize(
    "path", ["callbacks", "returns", "returns/next", "quiet", "books", "wallboard"]
)
def test_narrow_screens(exchange: Exchange, seat: Desk, path: str, pictures: Path) -> None:
    came(exchange, CallOutcome.ABANDONED, "13800000005", minutes=2)
    page = seat("zhiban", **NARROW)
    page.goto(f"{exchange.site.address}/desk/{path}")
    ready(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path=pictures / f"narrow-{path.replace('/', '-')}.png")
    assert width <= 390, f"{path} is {width} wide"
