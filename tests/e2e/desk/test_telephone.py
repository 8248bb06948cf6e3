"""The telephone on the desk without a PBX: what the books say is rung into the pages."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk.exchange import CALLER, Exchange
from tests.e2e.desk.steps import ready

Desk = Callable[..., Page]
Check = Callable[[Page], list[dict[str, Any]]]


@pytest.fixture
def telephony(exchange: Exchange) -> Iterator[Exchange]:
    """The exchange; nobody is on the line afterwards."""
    yield exchange
    exchange.ends_all()


def take_seat(page: Page, extension: str = "8001") -> None:
    """Sign in to an extension with a telephone on the table, by keys."""
    page.locator("#seat-in").wait_for()
    page.keyboard.press("Shift+F2")
    page.locator("#seat").wait_for()
    page.locator("#seat [name=extension]").select_option(extension)
    page.get_by_label("桌面话机").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#seat-state")).to_have_text("暂停 · 整理")


def test_a_seat_is_taken_made_ready_paused_and_left(seat: Desk, axe: Check) -> None:
    page = seat("op1")
    take_seat(page)
    expect(page.locator("#seat-place")).to_have_text("分机 8001")
    page.keyboard.press("Shift+F2")
    expect(page.locator("#seat-state")).to_have_text("就绪")
    page.reload()
    ready(page)
    expect(page.locator("#seat-state")).to_have_text("就绪")
    page.locator("#seat-pause").select_option("MEETING")
    expect(page.locator("#seat-state")).to_have_text("暂停 · 会议")
    assert axe(page) == []
    colleague = seat("op2")
    colleague.locator("#seat-in").click()
    expect(colleague.locator("#seat [name=extension] option")).to_have_count(2)
    page.locator("#seat-out").click()
    expect(page.locator("#seat-state")).to_have_text("未签入")


def on_duty(page: Page) -> None:
    """Signed in to 8001 and ready, whatever was before."""
    page.locator("#telephone").wait_for()
    if page.locator("#seat-in").is_visible():
        take_seat(page)
    # After a wrap-up may follow the pause that was asked for during the call.
    for _ in range(2):
        if page.locator("#seat-ready").is_visible():
            page.locator("#seat-ready").click()
            page.wait_for_timeout(500)
    expect(page.locator("#seat-state")).to_have_text("就绪")


def test_the_ring_pops_up_beside_what_is_being_typed(
    telephony: Exchange, seat: Desk, axe: Check, pictures: Path
) -> None:
    number = telephony.site.report_elsewhere("幸福路的井盖松动，车压过去响得厉害。")
    page = seat("op1")
    on_duty(page)
    page.goto(f"{telephony.site.address}/desk/new")
    ready(page)
    expect(page.locator("#seat-state")).to_have_text("就绪")
    text = page.get_by_label("反映内容")
    text.fill("正在写的")
    started = time.perf_counter()
    record = telephony.rings()
    page.locator("#pop-tags .tag").first.wait_for()
    milliseconds = (time.perf_counter() - started) * 1000
    sys.stdout.write(f"\npopped up {milliseconds:.0f} ms after the ring was in the books\n")
    page.keyboard.type("不能被打断")
    expect(text).to_have_value("正在写的不能被打断")
    expect(page.locator("#pop-title")).to_contain_text("来电 138")
    expect(page.locator("#telephone-said")).to_contain_text("来电 138")
    expect(page.locator("#pop-tickets")).to_contain_text(number)
    assert CALLER not in page.content()
    record = telephony.answers(record)
    expect(page.locator("#call-stage")).to_have_text("通话中")
    page.keyboard.press("F7")
    page.keyboard.type("一位老人说井盖还没修，晚上有人绊倒。")
    expect(page.locator("#note-state")).to_contain_text("已保存")
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-call.png")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/tickets/SL*")
    expect(page.locator(".original").first).to_have_text("一位老人说井盖还没修，晚上有人绊倒。")
    expect(page.locator("#pop-ticket")).to_contain_text("SL")
    page.wait_for_timeout(700)
    page.screenshot(path=pictures / "desk-call-ticket.png")
    telephony.ends(record)
    expect(page.locator("#seat-state")).to_have_text("话后整理")
    page.keyboard.press("Shift+F2")
    expect(page.locator("#seat-state")).to_have_text("就绪")


def test_a_note_survives_reload_crash_and_the_end_of_the_call(
    telephony: Exchange, seat: Desk
) -> None:
    page = seat("op1")
    on_duty(page)
    record = telephony.answers(telephony.rings(number="13800000001"))
    note = page.locator("#call-note")
    page.locator("#pop-tags .tag").first.wait_for()
    page.keyboard.press("F7")
    page.keyboard.type("路灯不亮，")
    page.goto(f"{telephony.site.address}/desk/new")
    expect(page.locator("main .banner.warn").first).to_contain_text("您正在和 138****0001 通话")
    expect(note).to_have_value("路灯不亮，")
    page.route("**/note", lambda route: route.abort())
    page.keyboard.press("F7")
    page.keyboard.press("End")
    page.keyboard.type("在学校门口，")
    expect(page.locator("#note-state")).to_contain_text("网络中断")
    telephony.ends(record)
    expect(page.locator("#seat-state")).to_have_text("话后整理")
    page.keyboard.type("三天了")
    page.close()
    again = page.context.new_page()
    again.goto(f"{telephony.site.address}/desk")
    ready(again)
    again.locator("#notes-left").click()
    expect(again.locator("#call-note")).to_have_value("路灯不亮，在学校门口，三天了")
    again.locator("#pop-none").select_option("CONSULT")
    again.locator(".toast", has_text="已记录").wait_for()
    expect(again.locator("#pop")).to_be_hidden()
    expect(again.locator("#notes-left")).to_be_hidden()


def test_two_windows_do_not_write_over_each_other(telephony: Exchange, seat: Desk) -> None:
    page = seat("op1")
    on_duty(page)
    record = telephony.answers(telephony.rings(number="13800000002"))
    page.locator("#pop-tags .tag").first.wait_for()
    other = page.context.new_page()
    other.goto(f"{telephony.site.address}/desk")
    other.locator("#pop-tags .tag").first.wait_for()
    other.locator("#call-note").fill("另一个窗口写的")
    expect(other.locator("#note-state")).to_contain_text("已保存")
    expect(page.locator("#call-note")).to_have_value("另一个窗口写的")
    telephony.ends(record)


def test_control_of_a_telephone_on_the_table(telephony: Exchange, seat: Desk) -> None:
    page = seat("op1")
    on_duty(page)
    telephony.carries_out()
    record = telephony.answers(telephony.rings(number="13800000003"))
    expect(page.locator("#call-stage")).to_have_text("通话中")
    page.keyboard.press("F8")
    page.wait_for_timeout(500)
    assert telephony.carries_out()[-1][0] == "hold"
    page.locator("[data-call=unhold]").wait_for()
    page.keyboard.press("F10")
    page.locator("#transfer").wait_for()
    page.keyboard.type("119")
    expect(page.locator("#targets input")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)
    (kind, payload) = telephony.carries_out(done=False, message="119 占线，请再试一次。")[0]
    assert (kind, payload["target"]) == ("conference", "emergency:119")
    page.locator(".toast", has_text="119 占线").wait_for()
    telephony.ends(record)


def test_the_books_of_calls_and_their_recordings(
    telephony: Exchange, seat: Desk, axe: Check, pictures: Path
) -> None:
    page = seat("op1")
    on_duty(page)
    telephony.ends(telephony.answers(telephony.rings(number="13800000004")))
    telephony.records(seconds=20)
    telephony.ends(telephony.rings(number=""))
    page.goto(f"{telephony.site.address}/desk/calls")
    ready(page)
    expect(page.locator(".row.missed").first).to_contain_text("号码未显示")
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-calls.png")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    sound = page.locator("#player-sound")
    expect(sound).to_have_js_property("duration", 20)
    page.locator("h1").click()
    page.keyboard.press(" ")
    expect(sound).to_have_js_property("paused", True)
    before = sound.evaluate("sound => sound.currentTime")
    page.keyboard.press("ArrowRight")
    assert sound.evaluate("sound => sound.currentTime") >= before + 4.9
    page.keyboard.press("3")
    expect(page.locator("tbody .row")).not_to_have_count(0)
    assert axe(page) == []


def test_the_shift_leader_acts_for_agents_and_lists_nuisance(
    telephony: Exchange, seat: Desk, axe: Check, pictures: Path
) -> None:
    operator, leader = seat("op1"), seat("zhiban")
    on_duty(operator)
    telephony.ends_all()
    record = telephony.answers(telephony.rings(number="13800000005"))
    expect(operator.locator("#seat-state")).to_have_text("通话中")
    leader.goto(f"{telephony.site.address}/desk/agents")
    ready(leader)
    assert axe(leader) == []
    leader.screenshot(path=pictures / "desk-agents.png")
    leader.get_by_role("button", name="监听 王芳").click()
    leader.wait_for_timeout(500)
    leader.get_by_role("button", name="代为暂停 王芳").click()
    leader.locator("#force [name=reason]").fill("开班前会")
    leader.keyboard.press("Enter")
    expect(operator.locator("#seat-state")).to_have_text("通话中 · 通话后整理")
    telephony.ends(record)
    expect(leader.locator("#list")).to_contain_text("话后整理")
    leader.goto(f"{telephony.site.address}/desk/calls")
    ready(leader)
    leader.get_by_role("button", name="列为骚扰").first.click()
    leader.locator("#nuisance [name=reason]").fill("反复拨打不说话")
    leader.keyboard.press("Control+Enter")
    leader.wait_for_timeout(500)
    leader.goto(f"{telephony.site.address}/desk/nuisance")
    ready(leader)
    expect(leader.locator("tbody")).to_contain_text("反复拨打不说话")
    leader.get_by_role("button", name="移出").click()
    leader.locator("#remove [name=reason]").fill("已解释清楚")
    leader.keyboard.press("Control+Enter")
    expect(leader.locator("tbody")).to_contain_text("名单是空的")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_a_call_fits_the_window(
    telephony: Exchange, seat: Desk, pictures: Path, width: int, height: int
) -> None:
    page = seat("op1", viewport={"width": width, "height": height})
    on_duty(page)
    number = telephony.site.report_elsewhere("人行道的地砖翘起来了。")
    telephony.answers(telephony.rings())
    page.goto(f"{telephony.site.address}/desk/tickets/{number}")
    ready(page)
    page.locator("#pop-tags .tag").first.wait_for()
    expect(page.locator("#call-stage")).to_have_text("通话中")
    across = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert across <= 0, f"the page is {across} pixels too wide"
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / f"desk-call-{width}.png", caret="initial")
