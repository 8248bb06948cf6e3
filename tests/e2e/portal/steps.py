"""What citizens do at the portal."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class Slip:
    """What the receipt page says."""

    number: str
    code: str


def open_form(page: Page) -> None:
    """From the start page to the form, until its map is drawn."""
    page.get_by_role("link", name="我要反映 写下问题").click()
    page.locator("[data-map] canvas").wait_for()


def drop_pin(page: Page) -> str:
    """Tap the middle of the map; returns what the page says about the place."""
    # The form's script scrolls and draws; Leaflet wants a tap on the map itself.
    page.locator("[data-map]").click()
    found = page.locator("[data-found]")
    expect(found).to_contain_text("已标出")
    return found.inner_text()


def add_photos(page: Page, files: list[Path]) -> None:
    """Choose photos and wait for their small pictures."""
    page.locator("[data-plain] input").set_input_files(files)
    expect(page.locator("[data-thumbs] img")).to_have_count(len(files))


def send(page: Page) -> None:
    """Press the button at the end."""
    page.get_by_role("button", name="提交", exact=True).click()


def receipt(page: Page) -> Slip:
    """Number and query code once the receipt is on screen."""
    page.get_by_role("heading", name="已收到您的反映").wait_for()
    return Slip(
        page.locator(".slip .number").inner_text().strip(),
        page.locator(".slip .code").inner_text().replace(" ", "").strip(),
    )


def hand_in(page: Page, text: str) -> Slip:
    """The shortest way to a receipt."""
    open_form(page)
    page.get_by_label("发生了什么").fill(text)
    send(page)
    return receipt(page)


def look_up(page: Page, number: str, code: str) -> None:
    """Type number and query code."""
    page.get_by_role("link", name="查询进度").first.click()
    page.get_by_label("受理编号").fill(number)
    page.get_by_label("查询码", exact=True).fill(code)
    page.get_by_role("button", name="查询").click()
