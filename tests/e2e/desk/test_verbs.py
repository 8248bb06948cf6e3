"""Every other way a ticket can go, by its key and its dialog."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk.conftest import Site
from tests.e2e.desk.steps import do, open_ticket, ready, save

Desk = Callable[[str], Page]
Fills = dict[str, str]


@pytest.fixture
def registered(site: Site, desk: Desk) -> tuple[Page, str]:
    """A page with a ticket that was just registered."""
    number = site.report("村口的健身器材生锈了，转起来很响。")
    page = desk("op1")
    open_ticket(page, site.address, number)
    page.get_by_label("咨询").check()
    save(page)
    return page, number


@pytest.mark.parametrize(
    ("key", "dialog", "fills", "state"),
    [
        ("a", "answer", {"text": "已告知维修安排。"}, "已答复"),
        ("b", "ask", {"questions": "请问在哪个村口？"}, "待补充"),
        ("v", "verify", {"what": "请看看是否属实。"}, "核实中"),
        ("x", "split", {"parts": "器材生锈\n器材太响"}, "已登记"),
    ],
)
def test_one_step(
    registered: tuple[Page, str], key: str, dialog: str, fills: Fills, state: str
) -> None:
    do(registered[0], key, dialog, fills, state)


def test_a_reason_brings_its_words(registered: tuple[Page, str]) -> None:
    page, _ = registered
    ready(page)
    page.keyboard.press("d")
    page.locator("#decline [name=code]").select_option("petition")
    expect(page.locator("#decline-text")).to_have_value(
        "此事已在信访渠道办理，请向原受理的信访部门查询办理情况。"
    )
    page.locator("#decline button.primary").click()
    expect(page.locator(".history")).to_contain_text("不予受理：已由信访渠道受理或办结")


def test_referral_tells_the_citizen_where_to_go(registered: tuple[Page, str]) -> None:
    page, _ = registered
    do(page, "r", "refer", {"target": "12345"}, "已转介")
    expect(page.locator(".history")).to_contain_text("12345")


def test_asking_and_answering(registered: tuple[Page, str]) -> None:
    page, _ = registered
    do(page, "b", "ask", {"questions": "请问在哪里？"}, "待补充")
    do(page, "u", "supplement", {"text": "在东村口，靠近水塔。"}, "已登记")
    expect(page.locator(".supplement")).to_contain_text("靠近水塔")
    do(page, "v", "verify", {"what": "看看。"}, "核实中")
    do(page, "e", "verified", {"found": "no", "remark": "没有看到。"}, "核实未发现")
    expect(page.locator(".history")).to_contain_text("核实未发现：没有看到。")


def test_a_refused_dialog_comes_back_as_it_was(site: Site, registered: tuple[Page, str]) -> None:
    page, _ = registered
    ready(page)
    page.keyboard.press("m")
    page.locator("#merge [name=target]").fill("SL2000010100001")
    page.locator("#merge [name=reason]").fill("同一处")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".banner")).to_contain_text("没有编号为")
    expect(page.locator("#merge")).to_be_visible()
    expect(page.locator("#merge [name=reason]")).to_have_value("同一处")
    other = site.report("同一处的另一件：村口器材生锈。")
    page.locator("#merge [name=target]").fill(other.lower())
    page.keyboard.press("Control+Enter")
    expect(page.locator(".heading .state").first).to_have_text("已合并")


def test_the_leader_voids(registered: tuple[Page, str], site: Site, desk: Desk) -> None:
    _, number = registered
    leader = desk("zhiban")
    leader.goto(f"{site.address}/desk/tickets/{number}")
    do(leader, "z", "void", {"reason": "误录。"}, "已作废")
    expect(leader.locator(".actions button")).to_have_count(0)


def test_the_next_waiting_report_opens_by_key(registered: tuple[Page, str], site: Site) -> None:
    page, number = registered
    site.report("排队的一件。")
    ready(page)
    page.keyboard.press("j")
    page.locator(".heading .state", has_text="待登记").wait_for()
    assert number not in page.url
