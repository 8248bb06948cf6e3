"""Browsers that can telephone: a microphone that hums, and a site beside a real PBX."""

import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.desk.conftest import Site, running_site, sign_in
from tests.services.address import announced_address
from tests.services.asterisk import Asterisk, write_tone
from tests.services.browser import FLAGS

EXTENSION = "8001"
SECRET = "onlyForThisTest1"
HUM = 1000


def require_network() -> None:
    """Skip where the machine has loopback only: browsers then find no path for the sound."""
    up = [name for name, facts in psutil.net_if_stats().items() if facts.isup and name != "lo"]
    if not any(psutil.net_if_addrs().get(name) for name in up):
        pytest.skip("no network interface beside loopback is up: a browser cannot send sound (ICE)")


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, asterisk_server: Asterisk) -> Iterator[Site]:
    """The sample county, one web process, and where the PBX hears browsers."""
    require_network()
    folder = tmp_path_factory.mktemp("phone-site")
    line = f"ws://127.0.0.1:{asterisk_server.plan.http_port}/ws"
    with running_site(folder, ("web",), pbx_ws_url=line) as made:
        yield made


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory, asterisk_server: Asterisk) -> Iterator[Site]:
    """Everything that runs where a PBX is configured: web, jobs, and the process beside the PBX."""
    require_network()
    plan = asterisk_server.plan
    with running_site(
        tmp_path_factory.mktemp("hotline"),
        ("web", "jobs", "telephony"),
        pbx_name=plan.name,
        pbx_ami_port=str(plan.ami_port),
        pbx_ami_user=plan.ami_user,
        pbx_ami_secret=asterisk_server.keys.ami,
        pbx_recordings=str(asterisk_server.recordings),
        pbx_logs=str(asterisk_server.folder / "log"),
        pbx_ws_url=f"ws://127.0.0.1:{plan.http_port}/ws",
        pbx_extensions="8001-8003",
        pbx_always_open="true",
        area_code=plan.area_code,
    ) as made:
        yield made


@pytest.fixture(scope="module")
def telephoning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose microphone hums at HUM hertz."""
    hum = tmp_path_factory.mktemp("hum") / "hum.wav"
    write_tone(hum, 10, HUM)
    flags = [
        *FLAGS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={hum}",
        "--autoplay-policy=no-user-gesture-required",
    ]
    path = announced_address("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def phone_window(
    site: Site, telephoning: Browser, asterisk: Asterisk
) -> Iterator[Callable[[], Page]]:
    """Opens the telephone window of op1, with its line at the test's own PBX."""
    with ExitStack() as windows:

        def open_window() -> Page:
            desk = sign_in(site, telephoning, windows, "op1")
            window = desk.context.new_page()
            window.set_viewport_size({"width": 380, "height": 680})
            lend_line(window, asterisk)
            window.goto(f"{site.address}/desk/phone")
            expect(window.locator("body")).to_have_attribute("data-registration", "ready")
            return window

        yield open_window


def lend_line(page: Page, asterisk: Asterisk) -> None:
    """What the desk's API would answer, had the bridge just signed the operator in."""
    port = asterisk.plan.http_port
    page.route(
        "**/desk/api/phone",
        lambda route: route.fulfill(
            json={
                "extension": EXTENSION,
                "secret": SECRET,
                "until": "2099-01-01T00:00:00Z",
                "websocket": f"ws://127.0.0.1:{port}/ws",
                "uri": f"sip:web-{EXTENSION}@minsheng",
                "device": "BROWSER",
            }
        ),
    )
    tell_secret(asterisk)
    member = f"PJSIP/web-{EXTENSION}"
    asterisk.ami().action("QueueAdd", Queue="hotline", Interface=member, MemberName=EXTENSION)


def tell_secret(asterisk: Asterisk) -> None:
    """What the bridge tells the PBX of an operator's browser, after every connection."""
    ami = asterisk.ami()
    ami.action(
        "Originate",
        Channel="Local/secret@minsheng-write/n",
        Application="Wait",
        Data="0",
        Async="true",
        Variable=f"MS_KEY={EXTENSION}\nMS_VALUE={SECRET}",
    )
    ami.wait(Event="OriginateResponse", Response="Success")


def loudness(path: Path) -> float:
    """The root mean square of a recording, between 0 (silent) and 1."""
    with wave.open(str(path)) as sound:
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    return (sum(sample * sample for sample in samples) / max(1, len(samples))) ** 0.5 / 32768
