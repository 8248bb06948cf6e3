"""A citizen follows a report by number and query code: looks, answers, takes back."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.portal.conftest import Site
from tests.e2e.portal.steps import add_photos, hand_in, look_up

Browse = Callable[..., Page]


def test_wrong_code_is_told_kindly(browse: Browse) -> None:
    slip = hand_in(browse(), "查询码试一试")
    page = browse()
    look_up(page, slip.number, "AAAA2222")
    page.get_by_text("编号或查询码不对").wait_for()
    assert page.get_by_label("受理编号").input_value() == slip.number
    page.get_by_label("查询码", exact=True).fill(f"{slip.code[:4]} {slip.code[4:]}".lower())
    page.get_by_role("button", name="查询").click()
    page.get_by_role("heading", name="办理进度").wait_for()
    assert slip.code not in page.url


def test_guessing_is_slowed_down(browse: Browse) -> None:
    page = browse()
    for _ in range(8):
        look_up(page, "SL2026010100001", "AAAA2222")
        page.get_by_text("编号或查询码不对").wait_for()
    look_up(page, "SL2026010100001", "AAAA2222")
    page.get_by_role("heading", name="操作太频繁").wait_for()


def test_another_browser_needs_the_code(site: Site, browse: Browse) -> None:
    slip = hand_in(browse(), "别人看不到")
    page = browse()
    for tail in ("", "/receipt", "/receipt.json", "/withdraw"):
        page.goto(f"{site.address}/progress/{slip.number}{tail}")
        page.get_by_text("请重新输入查询码").wait_for()


def test_answer_to_a_question(
    site: Site, browse: Browse, photographs: list[Path], pictures: Path
) -> None:
    page = browse()
    slip = hand_in(page, "人民路上有一盏路灯不亮")
    site.ask_citizen(slip.number, "请问是哪个路口附近？最好拍一张照片。")
    page.get_by_role("link", name="查询进度").last.click()
    expect(page.locator(".now strong")).to_have_text("请您补充信息")
    page.get_by_role("heading", name="接线员想问您").wait_for()
    page.screenshot(path=pictures / "portal-progress-phone.png", full_page=True)
    page.get_by_label("您的回答").fill("在实验小学东门往北五十米。")
    add_photos(page, photographs)
    page.get_by_role("button", name="提交补充").click()
    page.get_by_text("已收到您的补充，谢谢").wait_for()
    expect(page.locator(".now strong")).to_have_text("正在核实")
    assert site.row("人民路上有一盏路灯不亮")["files"] == 2


def test_empty_supplement_is_told(browse: Browse) -> None:
    page = browse()
    hand_in(page, "补充不能是空的")
    page.get_by_role("link", name="查询进度").last.click()
    page.get_by_role("button", name="提交补充").click()
    page.get_by_text("请填写补充内容或添加照片").wait_for()


def test_take_back_asks_once_more(browse: Browse) -> None:
    page = browse()
    hand_in(page, "不用管了")
    page.get_by_role("link", name="查询进度").last.click()
    page.get_by_role("link", name="撤回反映").click()
    page.get_by_role("button", name="确定撤回").click()
    page.get_by_text("您的反映已撤回").first.wait_for()
    expect(page.get_by_role("link", name="撤回反映")).to_have_count(0)
    expect(page.get_by_role("button", name="提交补充")).to_have_count(0)
