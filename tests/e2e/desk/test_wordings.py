"""The page of phone scripts and message texts: tried, saved, and used from then on."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from intake.domain.contact import Source
from intake.domain.message import MessageChannel, Origin
from intake.domain.submission import ReporterDetails
from intake.services.call_numbers import read_number
from intake.services.do_not_call import keep_quiet
from tests.e2e.desk.exchange import Exchange
from tests.e2e.desk.steps import ready
from tests.e2e.desk.test_returns import NARROW, due_now, state_of
from tests.integration.services.background import work_off
from tests.integration.services.desk import Desk as Centre
from tests.integration.services.postman import Postman

Desk = Callable[..., Page]
Check = Callable[[Page], list[dict[str, Any]]]
MAIL = Origin(MessageChannel.EMAIL, "ming@example.cn", "<first@example.cn>")


def opened(page: Page, exchange: Exchange) -> Page:
    page.goto(f"{exchange.site.address}/desk/wordings")
    ready(page)
    return page


def test_a_message_text_from_preview_to_the_next_letter(
    exchange: Exchange, centre: Centre, seat: Desk, axe: Check, pictures: Path
) -> None:
    page = opened(seat("zhiban"), exchange)
    assert axe(page) == []
    card = page.locator("section[id='message.receipt']")
    words = card.locator("textarea")
    words.fill("收到{电话}{编号}")
    card.get_by_role("button", name="预览").click()
    expect(card.locator(".fault")).to_contain_text("不能使用{电话}")
    words.fill("您好，收到您的反映，编号{编号}。")
    card.get_by_role("button", name="预览").click()
    expect(card.locator(".preview")).to_have_text("您好，收到您的反映，编号SL20260101000001。")
    assert axe(page) == []
    card.scroll_into_view_if_needed()
    page.screenshot(path=pictures / "desk-wordings.png")
    words.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_have_text("已保存")
    expect(page.locator("section[id='message.receipt'] textarea")).to_have_value(
        "您好，收到您的反映，编号{编号}。"
    )
    postman = Postman()
    centre.room.couriers = {MessageChannel.EMAIL: postman}
    sheet = centre.received(
        source=Source.EMAIL, origin=MAIL, reporter=ReporterDetails(), uploads=()
    )
    work_off(centre.room)
    assert [letter.text for letter in postman.letters] == [
        f"您好，收到您的反映，编号{sheet.number}。"
    ]


def test_a_phone_script_from_a_refusal_to_the_next_return_call(
    exchange: Exchange, centre: Centre, seat: Desk
) -> None:
    page = opened(seat("zhiban"), exchange)
    page.keyboard.press("1")
    expect(page).to_have_url(re.compile("#scripts$"))
    words = page.locator("#return_opening textarea")
    words.fill("您好，{县}热线，关于{问题}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#return_opening .fault")).to_contain_text("不能使用{问题}")
    ready(page)
    words = page.locator("#return_opening textarea")
    expect(words).to_have_value("您好，{县}热线，关于{问题}")
    words.fill("您好，{县}热线，{日期}是您反映的吗？")
    page.get_by_role("button", name="预览 回访：确认本人").click()
    expect(page.locator("#return_opening .preview")).to_have_text(
        "您好，示范县热线，1月1日是您反映的吗？"
    )
    words.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_have_text("已保存")
    sheet = centre.checked()
    due_now(exchange)
    assert state_of(centre, sheet) == "WAITING"
    page = seat("op1")
    page.goto(f"{exchange.site.address}/desk/returns/next")
    ready(page)
    expect(page.locator(".say")).to_contain_text(re.compile(r"县热线，\d+月\d+日是您反映的吗？"))


def test_whoever_was_overtaken_sees_what_is_in_force(exchange: Exchange, seat: Desk) -> None:
    page, colleague = opened(seat("zhiban"), exchange), opened(seat("zhiban"), exchange)
    page.locator("#greeting textarea").fill("您好，请讲。")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_have_text("已保存")
    colleague.locator("#greeting textarea").fill("您好，热线。")
    colleague.keyboard.press("Control+Enter")
    expect(colleague.locator("#greeting .fault")).to_contain_text("刚被别人改过")
    expect(colleague.locator("#greeting .preview")).to_have_text("您好，请讲。")
    expect(colleague.locator("#greeting textarea")).to_have_value("您好，热线。")


def test_others_read(exchange: Exchange, seat: Desk, axe: Check) -> None:
    page = opened(seat("op1"), exchange)
    assert axe(page) == []
    expect(page.locator("#callback .line")).to_contain_text("{时间}")
    expect(page.locator("main textarea")).to_have_count(0)
    expect(page.locator("main button")).to_have_count(0)


def test_on_a_narrow_screen(exchange: Exchange, seat: Desk, axe: Check, pictures: Path) -> None:
    page = opened(seat("zhiban", **NARROW), exchange)
    page.get_by_role("button", name="预览 受理回执").click()
    expect(page.locator("#message-receipt-preview .preview")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page) == []
    page.screenshot(path=pictures / "narrow-wordings.png")


def test_a_number_is_called_again(exchange: Exchange, centre: Centre, seat: Desk) -> None:
    number = read_number(exchange.room, "13800000077")
    exchange.room.database.write(
        lambda unit: keep_quiet(exchange.room, unit, centre.operator, number, "不愿再接电话")
    )
    page = seat("op1")
    page.goto(f"{exchange.site.address}/desk/quiet")
    expect(page.locator("tr.row")).to_contain_text("不愿再接电话")
    expect(page.get_by_role("button", name="解除")).to_have_count(0)
    page = seat("zhiban")
    page.goto(f"{exchange.site.address}/desk/returns")
    ready(page)
    page.keyboard.press("z")
    page.get_by_role("button", name="解除").click()
    expect(page.locator(".toast")).to_have_text("已解除")
    expect(page.locator(".empty")).to_have_text("名单是空的。")
