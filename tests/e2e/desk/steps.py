"""What operators do, key by key."""

from playwright.sync_api import Page, expect


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


def do(page: Page, key: str, dialog: str, fills: dict[str, str], state: str) -> None:
    """Open the dialog by its key, fill it, send it by key, and see the new state."""
    ready(page)
    page.keyboard.press(key)
    form = page.locator(f"dialog#{dialog}")
    form.wait_for()
    for name, value in fills.items():
        field = form.locator(f"[name={name}]")
        if field.first.get_attribute("type") == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.locator("button.primary").click()
    expect(page.locator(".heading .state").first).to_have_text(state)
