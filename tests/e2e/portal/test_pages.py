"""Every page of the portal: accessible, never wider than the screen, friendly when it says no."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.portal.conftest import SIZES, Site
from tests.e2e.portal.steps import hand_in, open_form

Browse = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]
OPEN = ("/", "/report", "/progress", "/privacy", "/help", "/nowhere")


def _told(findings: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in findings]


def _check(page: Page, axe: Axe) -> None:
    assert _told(axe(page)) == []
    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("size", SIZES)
def test_open_pages(site: Site, browse: Browse, axe: Axe, size: str, pictures: Path) -> None:
    page = browse(size)
    for path in OPEN:
        page.goto(site.address + path)
        if path == "/report":
            page.locator("[data-map] canvas").wait_for()
        expect(page.get_by_text("示例数据").first).to_be_visible()
        name = path.strip("/") or "start"
        page.screenshot(path=pictures / f"portal-{name}-{size}-page.png", full_page=True)
        _check(page, axe)


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_a_report(browse: Browse, axe: Axe, size: str) -> None:
    page = browse(size)
    hand_in(page, f"看看每一页是不是好用 {size}")
    _check(page, axe)
    page.get_by_role("link", name="查询进度").last.click()
    _check(page, axe)
    page.get_by_role("link", name="撤回反映").click()
    _check(page, axe)


def test_form_with_faults(browse: Browse, axe: Axe) -> None:
    page = browse()
    open_form(page)
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator("#text-fault").wait_for()
    _check(page, axe)


def test_no_way_there_is_a_friendly_page(site: Site, browse: Browse) -> None:
    page = browse()
    answer = page.goto(f"{site.address}/nowhere")
    assert answer is not None
    assert answer.status == 404
    page.get_by_role("link", name="回到首页").click()
    page.get_by_role("heading", name="身边的问题，说给我们听").wait_for()


def test_pin_outside_the_county_is_refused_at_once(site: Site, browse: Browse) -> None:
    page = browse()
    open_form(page)
    answer = page.request.get(f"{site.address}/map/place?lon=121.5&lat=31.2").json()
    assert answer["in_county"] is False
    assert "不在本县" in answer["warning"]


def test_map_is_kept_by_the_browser(site: Site, browse: Browse) -> None:
    page = browse()
    first = page.request.get(f"{site.address}/map/county.json")
    assert "max-age" in first.headers["cache-control"]
    again = page.request.get(
        f"{site.address}/map/county.json", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status == 304
