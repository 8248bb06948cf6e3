"""What operators do, key by key."""

from playwright.sync_api import Page


def ready(page: Page) -> None:
    """Keys are heard from now on."""
    page.locator("body[data-ready]").wait_for()


def open_ticket(page: Page, address: str, number: str) -> None:
    """Open a ticket once its suggestion has been made."""
    for _ in range(40):
        page.goto(f"{address}/desk/tickets/{number}")
        ready(page)
        if page.locator(".guess").count():
            return
        page.wait_for_timeout(250)
    raise AssertionError("no suggestion came")


def choose_first_suggestion(page: Page) -> None:
    """Key 1, and the first filing condition by key when there are several."""
    page.keyboard.press("1")
    page.locator("#chosen .handbook").wait_for()
    if page.locator("#chosen [name=condition_id]:checked").count() == 0:
        page.keyboard.press("4")


def save(page: Page) -> None:
    """Key S; returns when the saved page is there."""
    page.keyboard.press("s")
    saved(page)


def saved(page: Page) -> None:
    """The page that follows a successful save."""
    page.locator(".toast", has_text="已保存").wait_for()
    ready(page)
