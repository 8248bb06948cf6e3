"""The shift leader's filing page, the case after it, and what operators may not do."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.desk.conftest import Site, advance_case
from tests.e2e.desk.steps import choose_first_suggestion, do, open_ticket, ready, save

Desk = Callable[[str], Page]
BINS = "北门的垃圾桶满溢三天没人清，苍蝇很多，味道很大。"
ROAD = "路面塌陷了一个大坑，差点掉进去，太危险了。"


def submit(page: Page, site: Site, text: str) -> str:
    """Register a report as 疑难 and submit it to the shift leader, by keys; returns its number."""
    number = site.report_elsewhere(text)
    open_ticket(page, site.address, number)
    choose_first_suggestion(page)
    page.get_by_label("疑难").check()
    save(page)
    expect(page.locator(".note", has_text="须提请值班长")).to_contain_text("疑难件")
    page.keyboard.press("t")
    page.locator("#submit textarea").fill("主责单位有争议，请值班长决定。")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".heading .state").first).to_have_text("待立案")
    return number


def test_filing_page_files_and_goes_on(site: Site, desk: Desk) -> None:
    operator = desk("op1")
    first, second = submit(operator, site, BINS), submit(operator, site, ROAD)
    expect(operator.get_by_role("button", name="立案", exact=True)).to_have_count(0)
    leader = desk("zhiban")
    leader.keyboard.press("l")
    expect(leader.locator(".queue [aria-current]")).to_contain_text(first)
    ready(leader)
    leader.keyboard.press("f")
    leader.locator(".toast", has_text="已立案").wait_for()
    expect(leader.locator(".queue [aria-current]")).to_contain_text(second)
    ready(leader)
    leader.keyboard.press("w")
    leader.locator("#return textarea").fill("请补充塌陷的大小。")
    leader.keyboard.press("Control+Enter")
    leader.locator("h1", has_text="立案台").wait_for()
    operator.goto(f"{site.address}/desk/tickets/{second}")
    expect(operator.locator(".heading .state").first).to_have_text("退回更正")
    expect(operator.locator(".history")).to_contain_text("请补充塌陷的大小")


def test_a_case_from_filing_to_rework(site: Site, desk: Desk) -> None:
    number = submit(desk("op1"), site, BINS + "已经反映过一次。")
    leader = desk("zhiban")
    leader.goto(f"{site.address}/desk/tickets/{number}")
    ready(leader)
    leader.keyboard.press("g")
    leader.get_by_label("批示文号").fill("示范县批〔2026〕1号")
    leader.keyboard.press("Control+Enter")
    expect(leader.locator(".heading .state").first).to_have_text("已立案")
    case = leader.locator(".heading a", has_text="案卷").get_attribute("href") or ""
    dispatcher = desk("paiqian")
    dispatcher.goto(f"{site.address}{case}")
    ready(dispatcher)
    dispatcher.keyboard.press("p")
    dispatcher.get_by_label("主责单位").select_option(index=2)
    dispatcher.locator("#dispatched textarea").fill("请两小时内清运。")
    dispatcher.keyboard.press("Control+Enter")
    expect(dispatcher.locator(".heading .state").first).to_have_text("已派遣")
    expect(dispatcher.locator(".history")).to_contain_text("请两小时内清运")
    expect(dispatcher.locator(".tag", has_text="督办")).to_be_visible()
    advance_case(site, case.rsplit("/", 1)[1], "handled", result="已清运并冲洗。")
    leader.goto(f"{site.address}{case}")
    do(leader, "k", "check_passed", {}, "核查通过")
    operator = desk("op2")
    operator.goto(f"{site.address}/desk/tickets/{number}")
    unhappy = {"outcome": "ANSWERED", "solved": "UNSOLVED", "handling": "DISSATISFIED"}
    do(operator, "h", "visit", unhappy, "待回访")
    expect(operator.locator(".banner")).to_contain_text("请记录原因")
    expect(operator.locator("#visit [name=solved]")).to_have_value("UNSOLVED")
    operator.locator("#visit [name=reason]").fill("味道还在")
    operator.locator("#visit button.primary").click()
    expect(operator.locator(".history")).to_contain_text("回访：已接通，未解决")
    leader.reload()
    do(leader, "w", "rework", {"opinion": "请再冲洗一次。"}, "已派遣")
    expect(leader.locator(".heading")).to_contain_text("返工 1 次")


def test_an_operator_has_no_filing_page(site: Site, desk: Desk) -> None:
    page = desk("op2")
    expect(page.locator(".top nav")).not_to_contain_text("立案台")
    answer = page.goto(f"{site.address}/desk/filing")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("main")).to_contain_text("没有办理此事的权限")
    number = site.report("河边的栏杆断了一截。")
    open_ticket(page, site.address, number)
    token = page.locator("body").get_attribute("data-csrf") or ""
    form = {"csrf_token": token, "version": "1", "opinion": "不该成功"}
    for verb in ("refuse", "return", "void"):
        refused = page.request.post(
            f"{site.address}/desk/tickets/{number}/{verb}",
            form={**form, "reason": "不该成功"},
            headers={"Origin": site.address},
        )
        assert refused.status == 403, verb
    forged = page.request.post(
        f"{site.address}/desk/tickets/{number}/claim",
        form={"csrf_token": "wrong"},
        headers={"Origin": site.address},
    )
    assert forged.status == 403
