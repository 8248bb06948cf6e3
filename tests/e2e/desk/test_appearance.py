"""How the desk looks on an ordinary evening, and that everybody can use it.

Runs first of the folder, so that the pictures of the README show nothing but this evening.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from intake.geo.county import County
from intake.sample.county import load_sample
from tests.e2e.desk.conftest import WIDE, Site
from tests.e2e.desk.steps import choose_first_suggestion, do, open_ticket, ready, save
from tests.services.browser import watched_page

Desk = Callable[[str], Page]
Check = Callable[[Page], list[dict[str, Any]]]
EVENING = (
    "垃圾桶满溢三天没人清，苍蝇很多，味道很大。",
    "小贩占道卖水果，把人行道堵住了，老人推轮椅过不去。",
    "路灯坏了三天，晚上漆黑一片，孩子放学看不清路，请尽快修好。",
    "工地半夜还在打桩，每天吵到凌晨两点，全家睡不着。",
    "想问一下，临街店铺换招牌需要办什么手续？",
    "楼顶有人私搭乱建，盖了一间房子，举报，请保密。",
    "燃气味道很重，怀疑地下管道漏气，请马上来看！",
    "行道树的枝条断了，挂在电线上，走路都害怕。",
)


def hand_in_evening(site: Site) -> list[str]:
    """The evening's reports at landmarks of the county; their numbers in order."""
    county = County(load_sample().rows)
    marks = [mark for mark in county.rows.landmarks if county.locate(*mark.position).unit_grid_code]
    numbers = []
    for index, (text, mark) in enumerate(zip(EVENING, marks[5:], strict=False)):
        lon, lat = mark.position
        place = {"lon": f"{lon}", "lat": f"{lat}", "address": f"{mark.name}旁"}
        numbers.append(site.report(text, photo=index in {0, 2, 7}, place=False, **place))
    return numbers


def test_pages_look_right_and_are_accessible(
    site: Site, desk: Desk, axe: Check, pictures: Path
) -> None:
    numbers = hand_in_evening(site)
    page = desk("op1")
    page.goto(f"{site.address}/desk/new")
    page.get_by_label("反映内容").fill("一位老人来电：小区门口的窨井盖松动，踩上去会响。")
    page.get_by_label("电话", exact=True).last.fill("13800000001")
    page.keyboard.press("Control+Enter")
    page.locator(".heading", has_text="待登记").wait_for()
    open_ticket(page, site.address, numbers[-1])
    page.goto(f"{site.address}/desk?tab=new")
    expect(page.locator(".guess")).not_to_have_count(0)
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-inbox.png")
    open_ticket(page, site.address, numbers[2])
    choose_first_suggestion(page)
    page.locator("#map canvas").wait_for()
    page.wait_for_timeout(1000)
    assert axe(page) == []
    page.screenshot(path=pictures / "desk-ticket.png")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("登记")
    assert axe(page) == []


def test_filing_and_case_look_right_and_are_accessible(
    site: Site, desk: Desk, axe: Check, pictures: Path
) -> None:
    operator, leader, dispatcher = desk("op2"), desk("zhiban"), desk("paiqian")
    for text in (EVENING[0], EVENING[2]):
        number = site.report(text + "已经反映过一次。")
        open_ticket(operator, site.address, number)
        choose_first_suggestion(operator)
        operator.get_by_label("疑难").check()
        save(operator)
        do(operator, "t", "submit", {"reason": "主责单位有争议，请值班长决定。"}, "待立案")
    leader.goto(f"{site.address}/desk/filing")
    ready(leader)
    leader.locator("#map canvas").wait_for()
    leader.wait_for_timeout(1000)
    assert axe(leader) == []
    leader.screenshot(path=pictures / "desk-filing.png")
    leader.keyboard.press("f")
    leader.locator(".toast", has_text="已立案").wait_for()
    ready(leader)
    leader.keyboard.press("f")
    leader.locator("h1", has_text="立案台").wait_for()
    expect(leader.locator("main")).to_contain_text("没有待立案的受理单")
    assert axe(leader) == []
    dispatcher.goto(f"{site.address}/desk/cases")
    ready(dispatcher)
    assert axe(dispatcher) == []
    dispatcher.keyboard.press("j")
    dispatcher.keyboard.press("Enter")
    fills = {"unit": "SZ", "opinion": "请今晚查明线路故障。"}
    do(dispatcher, "p", "dispatched", fills, "已派遣")
    dispatcher.locator("#map canvas").wait_for()
    dispatcher.wait_for_timeout(1000)
    assert axe(dispatcher) == []
    dispatcher.screenshot(path=pictures / "desk-case.png")


def test_sign_in_is_accessible(site: Site, chromium: Browser, axe: Check) -> None:
    with watched_page(chromium, **WIDE) as page:
        page.goto(f"{site.address}/desk/sign-in")
        assert axe(page) == []
