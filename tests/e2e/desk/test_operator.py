"""An operator's day in a real browser: arrivals, registering and filing by keys alone."""

import sys
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.desk.conftest import Site
from tests.e2e.desk.steps import choose_first_suggestion, open_ticket, ready, save, saved

LAMP = "测试路的路灯坏了三天，晚上漆黑一片，请尽快修好。"
Desk = Callable[[str], Page]


def test_an_arrival_appears_by_itself(site: Site, desk: Desk) -> None:
    page = desk("op1")
    expect(page.locator("#link")).to_have_text("实时更新中")
    page.wait_for_timeout(500)
    started = time.perf_counter()
    number = site.report(LAMP)
    page.locator(f'tr[data-number="{number}"]').wait_for(timeout=10_000)
    milliseconds = (time.perf_counter() - started) * 1000
    sys.stdout.write(f"\narrival shown after {milliseconds:.0f} ms\n")
    expect(page.locator(".toast", has_text="新反映")).to_be_visible()
    expect(page.locator("#rows tr").first).to_have_attribute("data-number", number)
    expect(page.locator(f'tr[data-number="{number}"] .guess')).to_contain_text(
        "建议", timeout=25_000
    )


def test_register_and_file_by_keys_alone(site: Site, desk: Desk) -> None:
    number = site.report_elsewhere(LAMP + "已经摔了一个人。")
    page = desk("op1")
    open_ticket(page, site.address, number)
    choose_first_suggestion(page)
    expect(page.locator("#chosen .title")).to_contain_text("路灯")
    save(page)
    expect(page.locator(".checklist .no")).to_have_count(0)
    page.keyboard.press("f")
    expect(page.locator(".heading .state").first).to_have_text("已立案")
    expect(page.locator(".history")).to_contain_text("立案，案卷")
    page.locator(".heading a", has_text="案卷").click()
    expect(page.locator(".limits li").first).to_contain_text("前完成")


def test_a_stale_version_keeps_what_was_typed(site: Site, desk: Desk) -> None:
    number = site.report("河边步道的护栏松动，小孩靠上去很危险。")
    mine, theirs = desk("op1"), desk("op2")
    open_ticket(mine, site.address, number)
    open_ticket(theirs, site.address, number)
    theirs.get_by_label("参照物").fill("同事写的参照物")
    theirs.locator("body").press("Escape")
    theirs.get_by_role("button", name="登记").click()
    saved(theirs)
    mine.get_by_label("起因经过").fill("我打的字不能丢")
    mine.keyboard.press("Control+Enter")
    banner = mine.locator(".banner.warn")
    expect(banner).to_contain_text("李静雯")
    expect(banner).to_contain_text("同事写的参照物")
    expect(mine.get_by_label("起因经过")).to_have_value("我打的字不能丢")
    ready(mine)
    save(mine)
    expect(mine.get_by_label("起因经过")).to_have_value("我打的字不能丢")


def test_script_is_shown_and_not_run(site: Site, desk: Desk) -> None:
    words = "<script>document.title='bad'</script><img src=x onerror=alert(1)> 路面有坑"
    number = site.report(words, name="<b>测试</b>", landmark='"><script>1</script>')
    page = desk("op1")
    opened: list[str] = []
    page.on("dialog", lambda dialog: opened.append(dialog.message))
    open_ticket(page, site.address, number)
    expect(page.locator(".original").first).to_have_text(words)
    assert "bad" not in page.title()
    page.goto(f"{site.address}/desk")
    expect(page.locator(f'tr[data-number="{number}"] a.open')).to_have_text(words)
    assert page.locator("img[src=x]").count() == 0
    assert opened == []


def test_search_finds_categories_by_initials(site: Site, desk: Desk) -> None:
    number = site.report("门口堆了很多东西，走路都难。", photo=False, place=False)
    page = desk("op2")
    open_ticket(page, site.address, number)
    page.keyboard.press("/")
    page.keyboard.type("djg")
    page.locator("#matches button").first.wait_for()
    page.locator("#category-words").fill("店外经营")
    expect(page.locator("#matches button").first).to_contain_text("店外经营")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen .title")).to_contain_text("店外经营")


def test_presence_and_the_reporter_behind_a_mask(site: Site, desk: Desk) -> None:
    number = site.report("电线杆歪了，看着要倒。")
    mine, theirs = desk("op1"), desk("op2")
    open_ticket(theirs, site.address, number)
    open_ticket(mine, site.address, number)
    expect(mine.locator("#others")).to_contain_text("李静雯正在看")
    assert "13800000000" not in mine.content()
    mine.keyboard.press("c")
    mine.locator(".toast", has_text="已领取").wait_for()
    ready(mine)
    mine.keyboard.press("q")
    mine.get_by_label("查看理由").fill("核对地址")
    mine.keyboard.press("Enter")
    expect(mine.locator("#revealed")).to_contain_text("13800000000")
    mine.keyboard.press("Escape")
    expect(mine.locator("#revealed")).to_be_empty()
    mine.reload()
    expect(mine.locator(".history")).to_contain_text("查看反映人信息")


def test_the_place_is_set_by_key_and_by_pointing(site: Site, desk: Desk) -> None:
    number = site.report("开发区管委会门口的路灯不亮了，晚上很黑。", place=False)
    page = desk("op1")
    open_ticket(page, site.address, number)
    expect(page.get_by_label("地址", exact=True)).to_have_value("开发区管委会门口")
    page.locator("[data-place]").first.wait_for()
    page.keyboard.press("p")
    expect(page.locator("#spot")).to_contain_text("单元网格")
    by_key = page.locator("[name=lon]").input_value()
    save(page)
    expect(page.locator("#spot")).to_contain_text("管理范围内")
    page.locator("#map canvas").wait_for()
    page.wait_for_timeout(500)
    page.locator("#map").click(position={"x": 60, "y": 200})
    expect(page.locator("[name=lon]")).not_to_have_value(by_key)
    expect(page.locator("#spot")).to_contain_text("米")
