"""Sign-in, the end of a session, the live stream's cursor, notes, and accessibility."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.e2e.desk.conftest import WIDE, Site, asked
from tests.e2e.desk.steps import open_ticket, ready
from tests.services.browser import watched_page

Desk = Callable[[str], Page]
Check = Callable[[Page], list[dict[str, Any]]]


def end_sessions(site: Site) -> None:
    """What the idle time-out does, at once."""
    with sqlite3.connect(site.data / "minsheng.db", timeout=10) as store:
        store.execute("DELETE FROM session")


def test_wrong_password_is_told_and_nothing_is_given(site: Site, chromium: Browser) -> None:
    with watched_page(chromium, **WIDE) as page:
        page.goto(f"{site.address}/desk/sign-in?next=//elsewhere.example/")
        page.get_by_label("用户名").fill("op2")
        page.get_by_label("密码").fill("not-the-password")
        page.keyboard.press("Enter")
        expect(page.locator(".fault")).to_contain_text("用户名或密码不对")
        expect(page.get_by_label("用户名")).to_have_value("op2")
        expect(page.locator("[name=next]")).to_have_attribute("value", "/desk")


def test_after_the_time_out_work_goes_on_where_it_was(site: Site, desk: Desk) -> None:
    number = site.report("广场上的健身器材坏了，转盘晃得厉害。")
    page = desk("op2")
    open_ticket(page, site.address, number)
    page.get_by_label("起因经过").fill("打到一半的话")
    end_sessions(site)
    page.reload()
    expect(page).to_have_url(f"{site.address}/desk/sign-in?next=/desk/tickets/{number}")
    page.get_by_label("用户名").fill("op2")
    page.get_by_label("密码").fill(site.passwords["op2"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/desk/tickets/{number}")
    expect(page.get_by_label("起因经过")).to_have_value("打到一半的话")
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "reporter_" not in kept


def test_live_stream_resumes_without_a_gap(site: Site, desk: Desk) -> None:
    page = desk("op1")
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    live = page.locator("body").get_attribute("data-live") or ""
    first = site.report("第一件：路口的树枝断了。")
    seen = dict(islice(events(site.address + live, cookie), 1))
    assert first in next(iter(seen.values()))
    missed = [site.report(f"断线时的第 {index} 件：树枝断了。") for index in range(3)]
    resumed = events(site.address + live, cookie, next(iter(seen)))
    told = [next(resumed)[1] for _ in missed]
    assert [number in line for number, line in zip(missed, told, strict=True)] == [True] * 3


def events(address: str, cookie: str, last: str = "") -> Iterator[tuple[str, str]]:
    """(id, data) of arrivals; facts of accounts only move the cursor."""
    headers = {"Cookie": cookie} | ({"Last-Event-ID": last} if last else {})
    with asked(address, headers) as on:
        key = ""
        for raw in on:
            line = raw.decode().strip()
            if line.startswith("id: "):
                key = line.removeprefix("id: ")
            if line.startswith("data: ") and "TicketReceived" in line:
                yield key, line


def test_live_stream_needs_a_session(site: Site) -> None:
    with asked(f"{site.address}/desk/live?after=0", {"Accept": "text/event-stream"}) as answer:
        assert answer.status == 401


def test_note_by_phone_suggests_while_typing(site: Site, desk: Desk, axe: Check) -> None:
    page = desk("op1")
    page.keyboard.press("n")
    ready(page)
    page.get_by_label("反映内容").press_sequentially("垃圾桶满溢，没人清运", delay=20)
    expect(page.locator("#suggestion")).to_contain_text("满溢")
    assert axe(page) == []
    page.get_by_label("电话", exact=True).last.fill("123")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".fault")).to_contain_text("电话号码不对")
    ready(page)
    page.get_by_label("电话", exact=True).last.fill("13800000000")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".heading")).to_contain_text("电话")
    expect(page.locator(".original")).to_have_text("垃圾桶满溢，没人清运")


def test_nobody_at_the_desk_is_signed_out(site: Site, desk: Desk) -> None:
    number = site.report("凉亭的瓦片掉了几块。")
    page = desk("op2")
    page.clock.install()
    open_ticket(page, site.address, number)
    page.clock.fast_forward("20:30")
    expect(page.locator(".note", has_text="没有操作")).to_be_visible()
    expect(page.locator("[name=next]")).to_have_attribute("value", f"/desk/tickets/{number}")
    page.go_back()
    expect(page.get_by_label("用户名")).to_be_visible()


def test_an_open_inbox_notices_that_its_session_ended(site: Site, desk: Desk) -> None:
    page = desk("op1")
    expect(page.locator("#link")).to_have_text("实时更新中")
    end_sessions(site)
    page.wait_for_url("**/desk/sign-in?idle=1*", timeout=60_000)


def test_who_was_signed_out_is_told_no_more_however_busy_the_day(site: Site, desk: Desk) -> None:
    page = desk("op1")
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    page.close()
    told: list[bytes] = []
    with asked(f"{site.address}/desk/live", {"Cookie": cookie}) as stream:
        end_sessions(site)
        for _ in range(100):
            site.report("路边的垃圾桶满了。", photo=False)
            time.sleep(0.3)
            while line := stream.readline().strip():
                told.append(line)
            if told[-2:] == [b"event: signed-out", b"data: {}"]:
                return
    raise AssertionError(told[-6:])


def test_a_window_whose_stream_is_refused_asks_why(site: Site, desk: Desk) -> None:
    page = desk("op1")
    page.route("**/desk/live*", lambda route: route.fulfill(status=401))
    page.reload()
    expect(page.locator("#link")).not_to_have_text("实时更新中")
    end_sessions(site)
    page.wait_for_url("**/desk/sign-in?idle=1*", timeout=60_000)
