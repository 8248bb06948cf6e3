"""Whatever is sent to the desk's addresses: a page with advice, never a 5xx."""

from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page

from tests.e2e.desk.conftest import Site, asked

Desk = Callable[[str], Page]
NASTY = (
    "",
    "\x00",
    "\ud800",
    "☃" * 3000,
    "-1",
    "9" * 40,
    "1e309",
    "nan",
    "<script>",
    "%00",
    "' OR 1",
    "..",
)
PAGES = (
    "/desk?tab={}", "/desk?q={}", "/desk?after={}", "/desk?source={}",
    "/desk/rows?numbers={}&tab=new",
    "/desk/categories?words={}", "/desk/categories/{}", "/desk/suggestion?text=xxxx{}",
    "/desk/places?words={}", "/desk/spot?lon={}&lat=30", "/desk/tickets/{}", "/desk/photos/{}",
    "/desk/cases?after={}", "/desk/cases/{}", "/desk/filing?number={}", "/desk/next?besides={}",
    "/desk/sign-in?next={}", "/desk/new?source={}", "/desk/live?after=x{}", "/desk/static/{}",
)  # fmt: skip
FIELDS = (
    "version", "appeal", "urgency", "case_class", "description", "category", "condition_id", "lon",
    "lat", "address", "reporter_phone", "reporter_email", "occurred",
)  # fmt: skip
GOOD = {
    "version": "1",
    "appeal": "HELP",
    "urgency": "NORMAL",
    "case_class": "ORDINARY",
    "description": "描述",
}


def cookie_of(page: Page) -> str:
    return "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())


@pytest.mark.parametrize("user", ["op1", "zhiban"])
def test_addresses(site: Site, desk: Desk, user: str) -> None:
    headers = {"Cookie": cookie_of(desk(user)), "Accept": "text/html"}
    for pattern in PAGES:
        for nasty in NASTY:
            address = pattern.format(quote(nasty[:1500], safe="", errors="surrogatepass"))
            with asked(site.address + address, headers) as answer:
                assert answer.status < 500, (answer.status, address)


def test_forms(site: Site, desk: Desk) -> None:
    number = site.report("给坏输入用的一件。")
    page = desk("op1")
    page.goto(f"{site.address}/desk/tickets/{number}")
    token = page.locator("body").get_attribute("data-csrf") or ""
    headers = {
        "Cookie": cookie_of(page),
        "Accept": "text/html",
        "Origin": site.address,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    good = GOOD | {"csrf_token": token}
    for verb in ("register", "answer", "file", "visit", "verified", "reveal", "nonsense"):
        for name in FIELDS if verb == "register" else ("version", "outcome", "text"):
            for nasty in NASTY:
                if (verb, name) == ("register", "description") and nasty.strip("\x00"):
                    continue  # Any words describe; they would register the ticket.
                body = urlencode(good | {name: nasty}, errors="surrogatepass").encode()
                address = f"{site.address}/desk/tickets/{number}/{verb}"
                with asked(address, headers, body) as answer:
                    assert answer.status < 500, (answer.status, verb, name, nasty[:20])
    for raw in (b"\xff\xfe", b"a=%ff&b", b"&" * 5000, b"x" * 400_000, b"{}"):
        with asked(f"{site.address}/desk/sign-in", headers, raw) as answer:
            assert 400 <= answer.status < 500
