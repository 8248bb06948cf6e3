"""A whole conversation by messenger: told in parts, a ticket, a reply; as processes apart."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.desk.conftest import PICTURES, Site, running_site, sign_in
from tests.telegram.server import TOKEN, BotApi, serving

CITIZEN = 4242


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    """The messenger's side."""
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def messenger_site(tmp_path_factory: pytest.TempPathFactory, api: BotApi) -> Iterator[Site]:
    """A site whose messenger door is open."""
    settings = {
        "telegram": "polling",
        "telegram_token": TOKEN,
        "telegram_api": api.address,
    }
    folder: Path = tmp_path_factory.mktemp("messenger-site")
    with running_site(folder, ("web", "jobs", "bot"), **settings) as made:
        yield made


def until(what: Callable[[], bool]) -> None:
    """Wait for the other side; half a minute at the most."""
    for _ in range(300):
        if what():
            return
        time.sleep(0.1)
    pytest.fail("nothing came of it")


def test_from_hello_to_a_reply(messenger_site: Site, api: BotApi, chromium: Browser) -> None:
    api.say(CITIZEN, text="/start")
    api.say(CITIZEN, text="河边的栏杆断了一截，孩子容易掉下去。")
    lon, lat = messenger_site.spots[0]
    api.say(CITIZEN, location={"longitude": lon, "latitude": lat})
    until(lambda: len(api.said(CITIZEN)) >= 3)
    api.press(CITIZEN, "submit")
    until(lambda: "受理编号" in api.said(CITIZEN)[-1])
    number = next(
        line.removeprefix("受理编号：")
        for line in api.said(CITIZEN)[-1].splitlines()
        if line.startswith("受理编号")
    )
    with ExitStack() as windows:
        page = sign_in(messenger_site, chromium, windows, "op1")
        page.goto(f"{messenger_site.address}/desk/tickets/{number}")
        conversation = page.locator(".conversation")
        expect(conversation).to_contain_text("受理回执", timeout=20_000)
        expect(conversation).to_contain_text("（查询码）")
        page.get_by_label("写给市民，或只给同事看").fill("您好，维修人员明早到现场。")
        page.get_by_role("button", name="用Telegram发给市民").click()
        mine = conversation.locator(".said-by-house", has_text="维修人员")
        expect(mine).to_contain_text("已发出", timeout=30_000)
        page.locator("#near :not(:empty)").first.wait_for()
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=PICTURES / "desk-messenger.png", caret="initial")
    assert "您好，维修人员明早到现场。" in api.said(CITIZEN)
    api.say(CITIZEN, text="/status")
    until(lambda: number in api.said(CITIZEN)[-1])
