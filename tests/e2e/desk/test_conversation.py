"""The ticket page's conversation: a reply the citizen reads, a note he never sees."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.desk.conftest import PICTURES, Site
from tests.e2e.desk.steps import open_ticket

Desk = Callable[[str], Page]


def test_reply_and_note(site: Site, desk: Desk) -> None:
    number = site.report("河边的栏杆断了一截，孩子容易掉下去。")
    page, colleague = desk("op1"), desk("op2")
    open_ticket(page, site.address, number)
    open_ticket(colleague, site.address, number)
    page.keyboard.press(";")
    box = page.get_by_label("写给市民，或只给同事看")
    expect(box).to_be_focused()
    page.get_by_text("常用语").click()
    page.get_by_role("button", name="您好，请补充一两张现场照片").click()
    page.get_by_role("button", name="显示在市民的查询页").click()
    mine = page.locator(".conversation .said-by-house")
    expect(mine).to_contain_text("请补充一两张现场照片")
    expect(colleague.locator(".conversation .said-by-house")).to_contain_text("已在网页显示")
    box.fill("像是上个月撞坏的那一段")
    page.get_by_role("button", name="存为内部备注").click()
    expect(page.locator(".conversation .said-by-inside")).to_contain_text("上个月撞坏")
    page.screenshot(path=PICTURES / "desk-conversation.png", full_page=True, caret="initial")


def test_nothing_is_sent_by_an_empty_box(site: Site, desk: Desk) -> None:
    number = site.report("路边的树枝压到了电线。")
    page = desk("op1")
    open_ticket(page, site.address, number)
    page.get_by_role("button", name="显示在市民的查询页").click()
    expect(page.locator("#conversation .fault")).to_have_text("请填写内容。")


def test_what_is_being_typed_is_not_taken_away(site: Site, desk: Desk) -> None:
    number = site.report("公园的长椅少了一块木板。")
    page, colleague = desk("op1"), desk("op2")
    open_ticket(page, site.address, number)
    open_ticket(colleague, site.address, number)
    page.get_by_label("写给市民，或只给同事看").fill("正在写的回复")
    colleague.get_by_label("写给市民，或只给同事看").fill("同事先看过了")
    colleague.get_by_role("button", name="存为内部备注").click()
    expect(page.locator(".conversation .said-by-inside")).to_contain_text("同事先看过了")
    expect(page.get_by_label("写给市民，或只给同事看")).to_have_value("正在写的回复")
