"""A mail on its way to the desk: it shows up on an open page, is read, replayed and looked at."""

import smtplib
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.desk.conftest import PICTURES, Site, running_site, sign_in
from tests.e2e.desk.steps import ready
from tests.mail.mailers import qq
from tests.mail.office import CITIZEN, HOTLINE
from tests.mail.writing import plain_mail
from tests.services.network import unused_port

HOSTILE = (
    '<p onclick="x">样子</p><script>document.title = "taken over"</script>'
    '<img src="http://127.0.0.1:9/tracker.gif">'
    '<form action="/desk/sign-out"><button>按我</button></form>'
)


@pytest.fixture(scope="module")
def port() -> int:
    return unused_port()


@pytest.fixture(scope="module")
def mail_site(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Site]:
    """The desk, its jobs and an open mail door."""
    folder = tmp_path_factory.mktemp("mail-site")
    settings = {"mail_addresses": HOTLINE, "mail_port": str(port), "mail_dns": "off"}
    with running_site(folder, ("web", "jobs", "mail"), **settings) as made:
        yield made


def send(port: int, *mails: bytes) -> None:
    """Hand mails in, waiting for the door to open."""
    for _ in range(600):
        try:
            with smtplib.SMTP("127.0.0.1", port) as link:
                for raw in mails:
                    link.sendmail(CITIZEN, [HOTLINE], raw)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the mail door does not open")


def test_mails_at_the_desk(mail_site: Site, chromium: Browser, port: int) -> None:
    with ExitStack() as windows:
        page = sign_in(mail_site, chromium, windows, "zhiban")
        page.goto(f"{mail_site.address}/desk?tab=new")
        ready(page)
        send(
            port,
            qq("中山路菜市场门口的路灯坏了三天，晚上看不见路。", "请问具体在哪里？"),
            b"\r\n",
            plain_mail("新品上市", "List-Id: <news.example>", subject="促销"),
            plain_mail(HOSTILE, subject="样子").replace(b"text/plain", b"text/html"),
        )
        expect(page.locator("body")).to_contain_text("菜市场门口的路灯", timeout=60_000)
        page.locator("a.open", has_text="菜市场门口的路灯").first.click()
        ready(page)
        expect(page.locator(".original").first).to_contain_text("路灯坏了三天")
        expect(page.locator(".original").first).not_to_contain_text("原始邮件")
        expect(page.locator("body")).to_contain_text("身份未核实")
        page.screenshot(path=PICTURES / "desk-mail-ticket.png", full_page=True)
        page.get_by_role("link", name="全文和原邮件").click()
        ready(page)
        page.locator("a.open").click()
        ready(page)
        expect(page.locator(".original")).to_contain_text("原始邮件")
        page.screenshot(path=PICTURES / "desk-mail.png", full_page=True)
        page.get_by_label("查看理由").fill("核对原文")
        with page.expect_download() as download:
            page.get_by_role("button", name="下载原邮件").click()
        assert download.value.suggested_filename.endswith(".eml")
        page.goto(f"{mail_site.address}/desk/mails")
        ready(page)
        expect(page.locator(".inbox")).to_contain_text("邮件没有标题、文字和附件")
        page.get_by_role("link", name="自动邮件和垃圾邮件").click()
        ready(page)
        page.get_by_role("link", name="促销").click()
        ready(page)
        page.keyboard.press("y")
        expect(page.locator(".toast")).to_contain_text("受理")


def test_a_hostile_mail_is_shut_in(mail_site: Site, chromium: Browser, port: int) -> None:
    with ExitStack() as windows:
        page = sign_in(mail_site, chromium, windows, "zhiban")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{mail_site.address}/desk/mails/4/markup")
        expect(page.locator("body")).to_contain_text("样子")
        assert page.title() == "邮件原样"
        assert page.locator("form, button, img, script").count() == 0
        assert all(url.startswith(mail_site.address) for url in asked), asked
