"""A whole life of a report, from a citizen's call to the return call that closes it; with pictures.

Everything is real: Chromium with a telephone in it, Asterisk, the process beside it, and citizens
played by SIPp. Only the hour of the return call is the test's own, which runs at night as well.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from intake.domain.call import Purpose
from intake.domain.people import SYSTEM
from intake.opening import open_room
from intake.services.return_attempts import Dial, begin_attempt
from intake.services.returns import find_task, number_of
from intake.settings import Settings
from intake.store.tables import return_task
from intake.store.unit import Unit
from tests.e2e.desk.conftest import PICTURES, Site, advance_case, sign_in
from tests.e2e.desk.steps import choose_first_suggestion, do, ready, save
from tests.services.asterisk import Asterisk
from tests.services.sipp import Telephones

CITIZEN = "13800000000"
WORDS = "开发区管委会门口的路灯三天不亮了，晚上漆黑一片，已经有人摔倒。"
Desk = Callable[[str], Page]


@pytest.fixture
def people(hotline: Site, telephoning: Browser) -> Iterator[Desk]:
    """Desk windows of the call centre."""
    with ExitStack() as windows:
        yield lambda name: sign_in(hotline, telephoning, windows, name)


@pytest.fixture(scope="module")
def album() -> Path:
    folder = PICTURES / "hotline"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture(page: Page, album: Path, name: str) -> None:
    """As it is: hiding the caret would leave a style attribute in the page."""
    page.screenshot(path=album / name, caret="initial")


def on_duty(page: Page, extension: str = "8001") -> Page:
    """Sign in with the browser's telephone, and be ready; returns the telephone window."""
    page.locator("#seat-in").wait_for()
    page.keyboard.press("Shift+F2")
    page.locator("#seat [name=extension]").select_option(extension)
    page.get_by_label("浏览器软电话").check()
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    window = opened.value
    window.set_viewport_size({"width": 400, "height": 700})
    expect(window.locator("body")).to_have_attribute("data-registration", "ready", timeout=30_000)
    page.keyboard.press("Shift+F2")
    expect(page.locator("#seat-state")).to_have_text("就绪")
    return window


def test_from_the_call_to_the_return_call(
    hotline: Site, asterisk: Asterisk, telephones: Telephones, people: Desk, album: Path
) -> None:
    page = people("op1")
    window = on_duty(page)
    picture(window, album, "1-telephone.png")
    caller = telephones.call(CITIZEN, voice=True, stay_ms=120_000)
    page.locator("#pop-tags .tag").first.wait_for(timeout=60_000)
    picture(page, album, "2-ringing.png")
    page.keyboard.press("F2")
    expect(page.locator("#call-stage")).to_have_text("通话中", timeout=15_000)
    page.keyboard.press("F7")
    page.keyboard.type(WORDS)
    expect(page.locator("#note-state")).to_contain_text("已保存")
    picture(page, album, "3-talking.png")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/desk/tickets/SL*")
    number = page.url.rsplit("/", 1)[1]
    register(page, number)
    picture(page, album, "4-registered.png")
    expect(page.locator("#call-stage")).to_have_text("通话中")
    page.keyboard.press("F4")
    expect(page.locator("#call-box")).to_be_hidden()
    caller.went_well()
    page.keyboard.press("Shift+F2")
    expect(page.locator("#seat-state")).to_have_text("就绪")
    page.goto(f"{hotline.address}/desk/tickets/{number}")
    do(page, "v", "verify", {"what": "请看看路灯是否不亮。"}, "核实中")
    do(page, "e", "verified", {"found": "yes", "remark": "三盏都不亮。"}, "已核实")
    ready(page)
    page.keyboard.press("f")
    expect(page.locator(".heading .state").first).to_have_text("已立案")
    picture(page, album, "5-filed.png")
    case = page.locator(".heading a", has_text="案卷").inner_text().split()[-1]
    advance_case(hotline, case, "dispatched", unit="SZ")
    advance_case(hotline, case, "handled", result="已更换三盏路灯并试亮。")
    advance_case(hotline, case, "check_passed")
    page.goto(f"{hotline.address}/desk/returns")
    expect(page.locator("#list")).to_contain_text(number, timeout=60_000)
    picture(page, album, "6-return-due.png")
    telephones.citizen(digits="11111")
    dial_automatically(hotline, asterisk)
    until(page, f"{hotline.address}/desk/tickets/{number}", "回访：已接通，已解决")
    picture(page, album, "7-asked.png")
    leader = people("zhiban")
    leader.goto(f"{hotline.address}/desk/cases/{case}")
    do(leader, "j", "closed", {}, "已结案")
    until(page, f"{hotline.address}/desk/tickets/{number}", "已办结")
    picture(page, album, "8-closed.png")
    page.goto(f"{hotline.address}/desk/calls")
    page.locator("[data-play]").first.wait_for(timeout=30_000)
    page.locator("[data-play]").last.click()
    expect(page.locator("#player-sound")).not_to_have_js_property("duration", 0)
    picture(page, album, "9-books.png")
    assert loud(page), "the recording is silent"


def test_a_missed_caller_is_called_back(
    hotline: Site, asterisk: Asterisk, telephones: Telephones, people: Desk, album: Path
) -> None:
    page = people("op2")
    window = on_duty(page, "8002")
    caller = telephones.call("13800000001", stay_ms=60_000)
    page.locator("#pop-tags .tag").first.wait_for(timeout=60_000)
    caller.hang_up()
    expect(page.locator("#pop")).to_be_hidden()
    page.goto(f"{hotline.address}/desk/callbacks")
    expect(page.locator("#list")).to_contain_text("138****0001", timeout=60_000)
    picture(page, album, "missed-1-due.png")
    page.keyboard.press("Shift+F2")
    expect(page.locator("#seat-state")).to_have_text("就绪")
    telephones.citizen(voice=True)
    # A key is lost when the list is written anew at that very moment; the button is waited for.
    page.locator("#list [data-key=f]").first.click()
    expect(window.locator("#stage")).to_have_text("通话中", timeout=60_000)
    expect(page.locator("#pop-title")).to_contain_text("去电", timeout=30_000)
    page.keyboard.press("F7")
    page.keyboard.type("回拨：市民说刚才想问路灯，已告知正在修。")
    expect(page.locator("#note-state")).to_contain_text("已保存")
    picture(page, album, "missed-2-called-back.png")
    page.keyboard.press("F4")
    expect(page.locator("#call-box")).to_be_hidden()
    page.locator("#pop-none").select_option("CONSULT")
    page.locator(".toast", has_text="已记录").wait_for()
    page.goto(f"{hotline.address}/desk/callbacks")
    ready(page)
    picture(page, album, "missed-3-done.png")


def register(page: Page, number: str) -> None:
    """Place, category and the five elements, while the citizen is on the line."""
    for _ in range(40):
        ready(page)
        if page.locator(".guess").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    page.locator("#map canvas").wait_for()
    page.wait_for_timeout(700)
    page.locator("[data-place]").first.click()
    expect(page.locator("#spot")).to_contain_text("单元网格", timeout=15_000)
    choose_first_suggestion(page)
    page.get_by_label("起因经过").fill("连日阴雨后熄灭，已有行人摔倒。")
    page.locator("h1", has_text=number).click()
    save(page)
    page.wait_for_timeout(700)


def until(page: Page, address: str, words: str) -> None:
    """The page says so, after a while."""
    for _ in range(40):
        page.goto(address)
        ready(page)
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{address} never said {words}")


def dial_automatically(site: Site, asterisk: Asterisk) -> None:
    """The automatic return call, at an hour the citizen asked for: the test may run at night."""
    room = open_room(Settings(data=site.data, pbx_name=asterisk.plan.name))

    def work(unit: Unit) -> str:
        asked_for = unit.now - timedelta(minutes=1)
        moved = update(return_task).values(asked_for=asked_for, next_at=asked_for)
        key = unit.conn.execute(moved.returning(return_task.c.id)).scalar_one()
        task = find_task(unit.conn, key)
        number = number_of(room, unit.conn, task)
        dial = Dial(number, Purpose.AUTO_RETURN, return_task=task.id, ticket=task.ticket_id)
        return begin_attempt(room, unit, SYSTEM, dial)

    room.database.write(work)
    room.database.close()


def loud(page: Page) -> bool:
    """Whether the opened recording holds a sound: any sample that is not near zero."""
    address = page.locator("#player-sound").evaluate("sound => sound.src")
    heard = page.request.get(address).body()[44:]
    samples = memoryview(heard[: len(heard) // 2 * 2]).cast("h")
    return max(abs(sample) for sample in samples) > 1000
