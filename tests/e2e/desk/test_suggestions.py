"""Suggestions as people meet them: evidence, confusable hint, points on the map, near tickets."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from intake.opening import open_room
from intake.services.evidence import gather
from intake.services.hot_spots import find_hot_spots
from intake.services.workroom import Workroom
from intake.settings import Settings
from tests.e2e.desk.conftest import Site
from tests.e2e.desk.steps import choose_first_suggestion, open_ticket, ready, save

Desk = Callable[[str], Page]
Check = Callable[[Page], list[dict[str, Any]]]
FIRST = "育才路小学门口的垃圾桶满溢，垃圾掉了一地，三天没人清"
SECOND = "人民路与解放街交叉口往东50米的垃圾桶早就满溢了，垃圾撒了一地没人清"
AGAIN = "人名路和解放街交叉口东50米，垃圾桶满了好几天，垃圾掉了一地"


@contextmanager
def services(site: Site) -> Iterator[Workroom]:
    """The site's own store, for what its jobs would do minutes later."""
    room = open_room(Settings(data=site.data))
    yield room
    room.database.close()


def test_points_on_the_map_and_near_tickets(
    site: Site, desk: Desk, axe: Check, pictures: Path
) -> None:
    other = site.report(SECOND, place=False, photo=False, phone="13800000002")
    page = desk("op1")
    open_ticket(page, site.address, other)
    number = site.report(AGAIN, place=False, photo=False, phone="13800000003")
    open_ticket(page, site.address, number)
    first = page.locator("#places [data-place]").first
    expect(first).to_contain_text("人民路与解放街交叉口向东50米")
    expect(first).to_contain_text("范围内")
    expect(first).to_contain_text("“人名路”按“人民路”查找")
    expect(page.locator(".candidate-mark")).not_to_have_count(0)
    near = page.locator("#near li", has_text=other)
    expect(near).to_contain_text("都提到")
    choose_first_suggestion(page)
    expect(page.locator("#chosen .note").first).to_contain_text("易混")
    expect(page.locator(".guess mark").first).to_be_visible()
    expect(page.locator(".original mark").first).to_be_visible()
    page.locator("#map .leaflet-marker-icon").first.wait_for()
    assert axe(page) == []
    page.screenshot(path=pictures / "suggestion-ticket.png")
    page.locator("#map").scroll_into_view_if_needed()
    page.locator("section[aria-labelledby=map-title]").screenshot(
        path=pictures / "suggestion-map.png"
    )
    page.locator("section[aria-labelledby=category-title]").screenshot(
        path=pictures / "suggestion-category.png"
    )
    page.locator("section[aria-labelledby=near-title]").screenshot(
        path=pictures / "suggestion-near.png"
    )
    page.locator(".candidate-mark").first.click()
    expect(page.locator("#spot")).to_contain_text("单元网格")
    expect(page.locator("#places [data-place]")).to_have_count(0)
    expect(page.locator(".candidate-mark")).to_have_count(0)
    assert page.locator("#registration [name=lon]").input_value()
    save(page)


def test_a_note_proposes_while_it_is_written(site: Site, desk: Desk, axe: Check) -> None:
    site.report(FIRST, place=False, photo=False, phone="13800000004")
    page = desk("op1")
    page.wait_for_timeout(1500)
    page.goto(f"{site.address}/desk/new")
    ready(page)
    page.get_by_label("反映内容").fill("育才路小学门口垃圾桶满溢，垃圾掉了一地没人清")
    expect(page.locator("#suggestion .near li").first).to_contain_text("都提到")
    expect(page.locator("#places [data-place]").first).to_contain_text("育才路")
    expect(page.locator(".candidate-mark")).not_to_have_count(0)
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#spot")).to_contain_text("管理范围")
    assert page.locator("#note [name=lon]").input_value()


def test_hot_spots_alert_the_shift_leader(site: Site, desk: Desk, axe: Check) -> None:
    lon, lat = site.spots[0]
    for number in range(5):
        site.report(
            f"{FIRST}，第{number + 1}次来说",
            photo=False,
            place=False,
            phone=f"1390000000{number}",
            lon=f"{lon}",
            lat=f"{lat + number / 10_000}",
        )
    leader = desk("zhiban")
    leader.wait_for_timeout(2000)
    with services(site) as room:
        assert find_hot_spots(room) >= 1
    leader.goto(f"{site.address}/desk")
    alert = leader.locator(".hot-spot").first
    expect(alert).to_contain_text("集中反映")
    assert axe(leader) == []
    leader.get_by_role("button", name="已知悉").first.click()
    expect(leader.locator(".hot-spot.seen").first).to_be_visible()
    operator = desk("op1")
    expect(operator.locator(".hot-spot")).to_have_count(0)


def test_quality_and_card(site: Site, desk: Desk, axe: Check, pictures: Path) -> None:
    operator = desk("op1")
    number = site.report_elsewhere("路灯坏了三天，晚上漆黑一片")
    open_ticket(operator, site.address, number)
    choose_first_suggestion(operator)
    save(operator)
    with services(site) as room:
        gather(room)
    leader = desk("zhiban")
    leader.get_by_role("link", name="建议质量").click()
    leader.locator("h1", has_text="建议质量").wait_for()
    ready(leader)
    expect(leader.locator("section[aria-labelledby=weeks-title] tbody tr")).not_to_have_count(0)
    expect(leader.locator("section[aria-labelledby=runs-title]")).to_contain_text("现用模型")
    assert axe(leader) == []
    leader.screenshot(path=pictures / "suggestion-quality.png")
    leader.get_by_role("link", name="分类建议说明").click()
    leader.locator("h1", has_text="分类建议说明").wait_for()
    expect(leader.locator(".card-page")).to_contain_text("人怎样把关")
    assert axe(leader) == []
    leader.screenshot(path=pictures / "suggestion-card.png")
    operator.goto(f"{site.address}/desk/learning")
    expect(operator.locator("main")).to_contain_text("没有办理此事的权限")
    operator.goto(f"{site.address}/desk/learning/card")
    operator.locator("h1", has_text="分类建议说明").wait_for()
