"""A real site for the portal's browser tests: the sample county on SQLite, served by itself."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page
from rich.console import Console
from sqlalchemy import func, select

from intake.domain.appeal import AppealType, Urgency
from intake.domain.people import Actor, Role
from intake.opening import open_room
from intake.preparation import prepare_installation
from intake.services.ask import ask_info
from intake.services.register import Registration, register
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.tables import account, attachment, reporter, ticket
from tests.services.browser import DESK, PHONE, watched_page
from tests.services.network import unused_port

PROJECT = Path(__file__).parents[3]
PICTURES = PROJECT / ".test-output" / "pictures"
NARROWEST = {**PHONE, "viewport": {"width": 320, "height": 640}}
SIZES = {"phone": PHONE, "desk": DESK, "narrowest": NARROWEST}


@dataclass
class Site:
    """A running site; ``room`` looks into its store from beside."""

    address: str
    data: Path
    room: Workroom

    def ask_citizen(self, number: str, questions: str) -> None:
        """What an operator does who needs to know more."""
        with self.room.database.read() as conn:
            row = conn.execute(
                select(account.c.id, account.c.display_name).where(account.c.username == "op1")
            ).one()
        operator = Actor(Role.OPERATOR, row.display_name, row.id)
        form = Registration(
            appeal=AppealType.COMPLAINT,
            urgency=Urgency.NORMAL,
            description="路灯不亮",
            anonymous=True,
        )
        version = register(self.room, operator, number, 1, form).version
        ask_info(self.room, operator, number, version, questions)

    def tickets(self, text: str) -> int:
        """How many reports have this text."""
        query = select(func.count()).select_from(ticket).where(ticket.c.text == text)
        with self.room.database.read() as conn:
            return int(conn.execute(query).scalar_one())

    def row(self, text: str) -> dict[str, object]:
        """The ticket with this text, and ``told`` whether anything of the person is on record."""
        with self.room.database.read() as conn:
            found = conn.execute(select(ticket).where(ticket.c.text == text)).mappings().one()
            told = conn.execute(select(reporter).where(reporter.c.ticket_id == found["id"])).first()
            files = conn.execute(
                select(attachment.c.sha256).where(attachment.c.ticket_id == found["id"])
            ).all()
        return {**found, "told": told is not None, "files": len(files)}


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Behind one counted proxy, so that every browser of the tests can have its own address."""
    data = tmp_path_factory.mktemp("portal-site")
    settings = Settings(data=data)
    prepare_installation(settings, Console(file=io.StringIO()))
    port = unused_port()
    environment = os.environ | {
        "MINSHENG_DATA": str(data),
        "MINSHENG_PORT": str(port),
        "MINSHENG_TRUSTED_PROXIES": "1",
        "MINSHENG_QUERY_RATE": "8/minute",
    }
    room = open_room(settings)
    with (data / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [sys.executable, "-m", "intake.cli", "web"],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        made = Site(f"http://127.0.0.1:{port}", data, room)
        _wait_until_served(made.address)
        yield made
    finally:
        web.terminate()
        web.wait(60)
        room.database.close()


def _wait_until_served(address: str) -> None:
    for _ in range(300):
        try:
            connection = HTTPConnection(urlsplit(address).netloc, timeout=5)
            connection.request("GET", "/help")
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing answers at {address}: look at web.log in its data folder")


_clients = count(1)


@pytest.fixture
def browse(site: Site, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Call it with a size of SIZES: the start page in a fresh profile at a client's own address."""
    with ExitStack() as windows:

        def opened(size: str = "phone", **device: object) -> Page:
            headers = {"X-Forwarded-For": f"192.0.2.{next(_clients)}"}
            page = windows.enter_context(
                watched_page(chromium, extra_http_headers=headers, **SIZES[size], **device)
            )
            page.goto(site.address)
            return page

        yield opened


@pytest.fixture(scope="package")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two photos as a phone would make them."""
    folder = tmp_path_factory.mktemp("photographs")
    files = [folder / "near.jpg", folder / "far.jpg"]
    for file, (width, height) in zip(files, ((900, 1200), (1200, 900)), strict=True):
        dusk = Image.linear_gradient("L").resize((width, height)).point(lambda value: value // 3)
        picture = Image.merge(
            "RGB", (dusk, dusk.point(lambda v: v + 12), dusk.point(lambda v: v + 40))
        )
        pen = ImageDraw.Draw(picture)
        pen.rectangle((0, height * 0.82, width, height), fill="#2b2b2e")
        pen.line((width * 0.5, height * 0.9, width * 0.5, height * 0.2), fill="#8b8f94", width=22)
        pen.line(
            (width * 0.5, height * 0.21, width * 0.68, height * 0.18), fill="#8b8f94", width=16
        )
        picture.save(file)
    return files


@pytest.fixture(scope="package")
def pictures() -> Path:
    """Where the pictures of the README come from."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
