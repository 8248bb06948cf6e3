"""Chromium, driven through Playwright's synchronous interface.

The browser lives as long as one test module: Playwright keeps an event loop of its own running
meanwhile, so a module that uses it must not hold async tests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.services.address import announced_address

expect.set_options(timeout=20_000)  # as patient as a busy machine needs

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
LOCAL = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
AXE = Path(__file__).parents[2] / ".test-services" / "vendor" / "axe" / "axe.min.js"
Violations = list[dict[str, Any]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless browser; open pages with the fixtures `page`, `phone` or `open_page`."""
    path = announced_address("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, **device: Any) -> Iterator[Page]:
    """A page in a fresh profile; the test fails if the page broke its Content Security Policy."""
    refused: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    context = browser.new_context(**LOCAL, **device)
    context.set_default_timeout(10_000)
    context.on("console", listen)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not refused, refused


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A window as on an operator's desk."""
    with watched_page(chromium, **DESK) as opened:
        yield opened


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A window as on a citizen's phone: touch, 390 × 844."""
    with watched_page(chromium, **PHONE) as opened:
        yield opened


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], Violations]:
    """Accessibility check of a page: the serious and critical findings, each with its places."""
    if not AXE.exists():
        pytest.fail("axe-core is not there: run deploy/assets/install --tests", pytrace=False)
    source = AXE.read_text("utf-8")

    def serious(opened: Page) -> Violations:
        opened.evaluate(source)
        found: Violations = opened.evaluate("async () => (await axe.run()).violations")
        return [v for v in found if v["impact"] in ("serious", "critical")]

    return serious
