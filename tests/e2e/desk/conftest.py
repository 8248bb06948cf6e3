"""A real site for the desk's browser tests: SQLite store, web and jobs as processes apart."""

import io
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page
from rich.console import Console

from intake.domain.people import Actor, Role
from intake.geo.county import County
from intake.opening import open_room
from intake.preparation import prepare_installation
from intake.sample.county import load_sample
from intake.security.passwords import random_password
from intake.services.accounts import create_token, set_password
from intake.settings import Settings
from tests.e2e.desk.exchange import TELEPHONE, Exchange
from tests.integration.services.desk import Desk as Centre
from tests.services.browser import watched_page
from tests.services.network import unused_port

PROJECT = Path(__file__).parents[3]
PICTURES = PROJECT / ".test-output" / "pictures"
WIDE = {"viewport": {"width": 1440, "height": 900}}
_BOUNDARY = "----report-of-a-test"


@dataclass
class Site:
    """A running site of two web processes: the desk is used at one, citizens come to the other.

    ``passwords`` by user name, ``token`` of the other subsystems, ``spots`` each in a unit grid of
    its own.
    """

    address: str
    door: str
    data: Path
    passwords: dict[str, str]
    token: str
    spots: list[tuple[float, float]]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    cookies: dict[str, list[Any]] = field(default_factory=dict)

    def report(self, text: str, *, photo: bool = True, place: bool = True, **fields: str) -> str:
        """Hand in a report through the public API; returns its number."""
        values = {"text": text, "phone": "13800000000", "name": "测试人"} | fields
        if place:
            values |= self._placed(self.spots[0])
        files = [_jpeg()] if photo else []
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        with asked(
            f"{self.door}/api/v1/complaints",
            {"Content-Type": kind, "Idempotency-Key": secrets.token_hex(12)},
            _multipart(values, files),
        ) as answer:
            number: str = json.load(answer)["number"]
        return number

    def report_elsewhere(self, text: str) -> str:
        """The same where nothing was reported before, so that it is nobody's duplicate."""
        return self.report(text, place=False, **self._placed(self.spots.pop()))

    def _placed(self, spot: tuple[float, float]) -> dict[str, str]:
        return {"lon": f"{spot[0]}", "lat": f"{spot[1]}", "address": "测试路1号"}


def advance_case(site: Site, number: str, step: str, **told: str) -> None:
    """What the departments' own system reports of a case."""
    headers = {"Authorization": f"Bearer {site.token}", "Content-Type": "application/json"}
    body = json.dumps({"step": step} | told).encode()
    address = f"{site.door}/api/v1/cases/{number}/events"
    with asked(address, headers, body) as answer:
        assert answer.status == 200, answer.read()


@contextmanager
def asked(
    address: str, headers: dict[str, str], body: bytes | None = None
) -> Iterator[HTTPResponse]:
    """The answer to a request without a browser; redirects are not followed."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        where = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request("POST" if body else "GET", where, body, headers)
        yield connection.getresponse()
    finally:
        connection.close()


def _jpeg() -> bytes:
    """A street lamp at night, drawn."""
    picture = Image.new("RGB", (640, 480), "#1d2a3c")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 360, 640, 480), fill="#3a3f45")
    draw.line((0, 420, 640, 420), fill="#b9b9a8", width=6)
    draw.line((330, 370, 330, 90), fill="#8d959c", width=12)
    draw.line((330, 95, 440, 80), fill="#8d959c", width=9)
    draw.ellipse((425, 74, 475, 100), fill="#55606b")
    stream = io.BytesIO()
    picture.save(stream, "JPEG")
    return stream.getvalue()


def _multipart(values: dict[str, str], files: list[bytes]) -> bytes:
    start = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = [f'{start}"{name}"\r\n\r\n{value}\r\n'.encode() for name, value in values.items()]
    head = f'{start}"photos"; filename="a.jpg"\r\n'
    head += "Content-Type: image/jpeg\r\n\r\n"
    parts += [head.encode() + content + b"\r\n" for content in files]
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The sample county on an empty store, served on a private port."""
    with running_site(tmp_path_factory.mktemp("desk-site"), ("web", "web", "jobs")) as made:
        yield made


@contextmanager
def running_site(data: Path, parts: tuple[str, ...], **settings: str) -> Iterator[Site]:
    """A fresh store in ``data`` and its processes; ``settings`` are further MINSHENG_ variables."""
    passwords = {name: random_password() for name in ("op1", "op2", "zhiban", "paiqian")}
    room_settings = Settings(data=data)
    prepare_installation(room_settings, Console(file=io.StringIO()))
    administrator = Actor(Role.SYSADMIN, "测试")
    room = open_room(room_settings)
    for name, password in passwords.items():
        set_password(room, administrator, name, password)
    machine = create_token(room, administrator, "测试协同", Role.SUBSYSTEM)
    room.database.close()
    ports = [unused_port() for part in parts if part == "web"]
    addresses = [f"http://127.0.0.1:{port}" for port in ports]
    spots = _spots_in_grids()
    made = Site(addresses[0], addresses[-1], data, passwords, machine.secret, spots)
    environment = os.environ | {
        "MINSHENG_DATA": str(data),
        "MINSHENG_REPORT_RATE": "1000/minute",
        **{f"MINSHENG_{name.upper()}": value for name, value in settings.items()},
    }
    try:
        for part in parts:
            served = {"MINSHENG_PORT": str(ports.pop(0))} if part == "web" else {}
            made.processes.append(_start(part, data, environment | served))
        for address in set(addresses):
            _wait_until_served(address)
        yield made
    finally:
        for process in made.processes:
            process.terminate()
        for process in made.processes:
            process.wait(60)


def _spots_in_grids() -> list[tuple[float, float]]:
    county = County(load_sample().rows)
    spots = {
        county.locate(*mark.position).unit_grid_code: tuple(mark.position)
        for mark in reversed(county.rows.landmarks)
    }
    return [spot for code, spot in reversed(spots.items()) if code]


def _start(part: str, data: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "intake.cli", part]
    with (data / f"{part}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)


def _wait_until_served(address: str) -> None:
    for _ in range(900):
        try:
            with asked(f"{address}/health", {}):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {address}: look at web.log in its data folder")


@pytest.fixture
def desk(site: Site, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Call it with a user name: a desk window in which this person is signed in."""
    with ExitStack() as windows:
        yield lambda username: sign_in(site, chromium, windows, username)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    """A site with telephones; its PBX is played by the test."""
    with running_site(tmp_path_factory.mktemp("exchange"), ("web",), **TELEPHONE) as made:
        opened = Exchange(made, **TELEPHONE)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def centre(exchange: Exchange) -> Centre:
    """The people of the exchange's site, at the services behind the pages."""
    return Centre(exchange.room)


@pytest.fixture
def seat(exchange: Exchange, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Call it with a user name: a window of this person at the site of the exchange."""
    with ExitStack() as windows:
        yield lambda name, **device: sign_in(exchange.site, chromium, windows, name, **device)


def sign_in(site: Site, browser: Browser, windows: ExitStack, username: str, **device: Any) -> Page:
    """A desk window of this person, open until ``windows`` close."""
    page = windows.enter_context(watched_page(browser, **(WIDE | device)))
    page.context.add_cookies(site.cookies.get(username, []))
    page.goto(f"{site.address}/desk")
    if page.get_by_label("用户名").count():
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(site.passwords[username])
        page.keyboard.press("Enter")
    page.locator("body[data-ready]").wait_for()
    page.locator(".top nav").wait_for()
    # Signing in is limited by address; one session a person serves all tests.
    site.cookies[username] = page.context.cookies()
    return page


@pytest.fixture(scope="package")
def pictures() -> Path:
    """Where the pictures of the README come from."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
