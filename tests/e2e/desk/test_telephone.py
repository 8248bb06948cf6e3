"""The telephone on the desk without a PBX: what the books say is rung into the pages."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.desk.conftest import Site, running_site, sign_in
from tests.e2e.desk.steps import ready

Desk = Callable[..., Page]
Check = Callable[[Page], list[dict[str, Any]]]
SETTINGS = {"pbx_ami_user": "minsheng", "pbx_extensions": "8001-8003"}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a telephone; its PBX is played by the test."""
    with running_site(tmp_path_factory.mktemp("exchange"), ("web",), **SETTINGS) as made:
        yield made


@pytest.fixture
def seat(exchange: Site, chromium: Browser) -> Iterator[Desk]:
    """A desk window of a person."""
    with ExitStack() as windows:
        yield lambda name, **device: sign_in(exchange, chromium, windows, name, **device)


def take_seat(page: Page, extension: str = "8001") -> None:
    """Sign in to an extension with a telephone on the table, by keys."""
    page.locator("#seat-in").wait_for()
    page.keyboard.press("Shift+F2")
    page.locator("#seat").wait_for()
    page.locator("#seat [name=extension]").select_option(extension)
    page.get_by_label("桌面话机").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#seat-state")).to_have_text("暂停 · 整理")


def test_a_seat_is_taken_made_ready_paused_and_left(
    exchange: Site, seat: Desk, axe: Check
) -> None:
    page = seat("op1")
    take_seat(page)
    expect(page.locator("#seat-place")).to_have_text("分机 8001")
    page.keyboard.press("Shift+F2")
    expect(page.locator("#seat-state")).to_have_text("就绪")
    page.reload()
    ready(page)
    expect(page.locator("#seat-state")).to_have_text("就绪")
    page.locator("#seat-pause").select_option("MEETING")
    expect(page.locator("#seat-state")).to_have_text("暂停 · 会议")
    assert axe(page) == []
    colleague = seat("op2")
    colleague.locator("#seat-in").click()
    expect(colleague.locator("#seat [name=extension] option")).to_have_count(2)
    page.locator("#seat-out").click()
    expect(page.locator("#seat-state")).to_have_text("未签入")
