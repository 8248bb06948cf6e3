"""A report goes in once: with photos and a pin, through a dropped network, without a script."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.e2e.portal.conftest import PROJECT, Site
from tests.e2e.portal.steps import add_photos, drop_pin, hand_in, open_form, receipt, send

Browse = Callable[..., Page]
FAILED = "网络不通，还没有送达"


def test_photos_pin_and_signed_receipt(
    site: Site, browse: Browse, photographs: list[Path], pictures: Path, tmp_path: Path
) -> None:
    page = browse()
    open_form(page)
    page.get_by_label("发生了什么").fill("小区门口的路灯坏了三天，晚上看不见路。")
    page.get_by_label("属于哪一类").select_option("路灯不亮")
    add_photos(page, photographs)
    words = drop_pin(page)
    assert page.get_by_label("地点说明").input_value() in words
    page.get_by_label("称呼").fill("测试人")
    page.get_by_label("电话").fill("13800000000")
    page.screenshot(path=pictures / "portal-report-phone.png", full_page=True)
    send(page)
    slip = receipt(page)
    page.screenshot(path=pictures / "portal-receipt-phone.png", full_page=True)

    row = site.row("【路灯不亮】小区门口的路灯坏了三天，晚上看不见路。")
    assert (row["photos"], row["files"], row["told"], row["needs_reply"]) == (2, 2, True, True)
    assert row["lon"] is not None
    assert row["landmark"]
    assert slip.code not in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="下载电子回执").click()
    file = tmp_path / "receipt.json"
    download.value.save_as(file)
    assert slip.number in file.read_text("utf-8")
    assert _verify(site, file).returncode == 0
    file.write_text(file.read_text("utf-8").replace('"photos":2', '"photos":1'), "utf-8")
    assert _verify(site, file).returncode != 0


def test_query_codes_stay_out_of_the_log(site: Site, browse: Browse) -> None:
    slip = hand_in(browse(), "日志里不该有查询码")
    log = (site.data / "web.log").read_text("utf-8")
    assert slip.code not in log
    assert slip.code.lower() not in log


def test_dropped_network_sends_once_it_is_back(
    site: Site, browse: Browse, photographs: list[Path]
) -> None:
    page = browse()
    open_form(page)
    page.get_by_label("发生了什么").fill("断网的时候写的")
    add_photos(page, photographs)
    page.context.set_offline(True)
    send(page)
    page.get_by_text(FAILED).wait_for()
    assert site.tickets("断网的时候写的") == 0
    page.context.set_offline(False)
    receipt(page)
    row = site.row("断网的时候写的")
    assert row["files"] == 2


def test_lost_answer_is_not_handed_in_twice(site: Site, browse: Browse) -> None:
    page = browse()
    open_form(page)
    page.get_by_label("发生了什么").fill("答复在路上丢了")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/report", lose_answer, times=1)
    send(page)
    page.get_by_text(FAILED).wait_for()
    assert site.tickets("答复在路上丢了") == 1
    page.get_by_role("button", name="现在再试").click()
    receipt(page)
    assert site.tickets("答复在路上丢了") == 1


def test_changed_after_a_lost_answer_keeps_the_first(site: Site, browse: Browse) -> None:
    page = browse()
    open_form(page)
    page.get_by_label("发生了什么").fill("第一次写的")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/report", lose_answer, times=1)
    send(page)
    page.get_by_role("button", name="先修改内容").click()
    page.get_by_label("发生了什么").fill("改过以后的")
    send(page)
    receipt(page)
    page.get_by_text("没有重复登记").wait_for()
    assert (site.tickets("第一次写的"), site.tickets("改过以后的")) == (1, 0)


def test_draft_comes_back_with_its_photos(browse: Browse, photographs: list[Path]) -> None:
    page = browse()
    open_form(page)
    page.get_by_label("发生了什么").fill("还没写完")
    add_photos(page, photographs)
    page.get_by_text("草稿已保存在本机").wait_for()
    page.reload()
    page.get_by_text("已为您恢复").wait_for()
    assert page.get_by_label("发生了什么").input_value() == "还没写完"
    expect(page.locator("[data-thumbs] img")).to_have_count(2)
    page.get_by_role("button", name="清空重写").click()
    page.reload()
    expect(page.get_by_label("发生了什么")).to_have_value("")


def test_draft_is_gone_after_the_receipt(browse: Browse) -> None:
    page = browse()
    hand_in(page, "交完就清空")
    # The copy button appears once the receipt's script has cleared the draft.
    page.get_by_role("button", name="复制编号和查询码").wait_for()
    page.goto(page.url.split("/progress")[0])
    open_form(page)
    expect(page.get_by_label("发生了什么")).to_have_value("")
    expect(page.locator("[data-draft]")).to_be_hidden()


def test_unfit_photos_are_named_and_removed_ones_stay_out(
    browse: Browse, photographs: list[Path], tmp_path: Path
) -> None:
    page = browse()
    open_form(page)
    paper = tmp_path / "说明.pdf"
    paper.write_bytes(b"%PDF-1.4")
    page.locator("[data-plain] input").set_input_files([*photographs, paper])
    page.get_by_text("“说明.pdf”不是照片").wait_for()
    expect(page.locator("[data-thumbs] img")).to_have_count(2)
    page.get_by_role("button", name="移除照片 1").click()
    expect(page.locator("[data-thumbs] img")).to_have_count(1)


def test_wrong_phone_is_told_at_its_field(browse: Browse) -> None:
    page = browse()
    open_form(page)
    page.get_by_label("发生了什么").fill("电话写错了")
    page.get_by_label("电话").fill("123")
    send(page)
    page.locator("#phone-fault").wait_for()
    expect(page.get_by_label("电话")).to_be_focused()


def test_plain_form_without_script(site: Site, browse: Browse, photographs: list[Path]) -> None:
    page = browse(java_script_enabled=False)
    page.get_by_role("link", name="我要反映 写下问题").click()
    expect(page.locator("[data-map]")).to_be_hidden()
    page.get_by_label("地点说明").fill("人民路与解放街交叉口向西50米路南")
    page.get_by_label("电话").fill("123")
    send(page)
    page.get_by_text("还没有提交成功").wait_for()
    assert page.get_by_label("地点说明").input_value() == "人民路与解放街交叉口向西50米路南"
    page.get_by_label("发生了什么").fill("没有脚本也能提交")
    page.get_by_label("匿名反映").check()
    page.locator("[name=photos]").set_input_files(photographs)
    send(page)
    slip = receipt(page)
    row = site.row("没有脚本也能提交")
    assert (row["files"], row["told"], row["anonymous"]) == (2, False, True)
    page.get_by_role("link", name="查询进度").first.click()
    page.get_by_label("受理编号").fill(slip.number)
    page.get_by_label("查询码", exact=True).fill(slip.code)
    page.get_by_role("button", name="查询").click()
    page.get_by_text("我们已收到您的反映").wait_for()


def _verify(site: Site, file: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "intake.cli", "receipt", "verify", str(file)],
        cwd=PROJECT,
        env={"MINSHENG_DATA": str(site.data), "PATH": "/usr/bin"},
        capture_output=True,
        check=False,
    )
