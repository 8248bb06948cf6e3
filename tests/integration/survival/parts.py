"""What a process of the service runs in these tests: the real parts on a given data folder."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

from channels.email.serving import serve
from classifiers.suggestion import Suggester
from intake.domain.calendar import WorkCalendar, monday_to_friday
from intake.jobs import runtime
from intake.jobs.loops import run_embedded, run_relay, run_worker
from intake.joining import couriers_of, join_doors
from intake.security import keyring
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.database import Database
from tests.store_fixtures import sample_county
from tests.web_app import web_app


@cache
def suggester() -> Suggester:
    """The real one, without a trained model."""
    return Suggester()


def warm() -> None:
    """Load what is slow to load and safe to share with forked children."""
    sample_county()
    suggester().suggest("中山路路口垃圾成堆，无人清运。")


def open_room(settings: Settings) -> Workroom:
    """A workroom of this process's own: no connection or thread is older than the process."""
    keys = keyring.load_or_create(settings.keys)
    return Workroom(
        settings=settings,
        database=Database(settings.store_url, threads=settings.store_threads),
        keyring=keys,
        county=sample_county(),
        calendar=WorkCalendar(workday=monday_to_friday),
        couriers=couriers_of(settings, keys),
        _suggester=suggester(),
    )


def run_web(settings: Settings) -> None:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((settings.host, settings.port))
    loop = asyncio.new_event_loop()
    app = web_app(open_room(settings))
    web.run_app(app, sock=listening, print=None, access_log=None, loop=loop)


def run_mail(settings: Settings) -> None:
    asyncio.run(serve(open_room(settings)))


def run_jobs(settings: Settings) -> None:
    join_doors()
    run_embedded(open_room(settings))


def run_relaying(settings: Settings) -> None:
    join_doors()
    run_relay(open_room(settings))


def run_working(settings: Settings) -> None:
    join_doors()
    runtime.install(lambda: open_room(settings))
    run_worker(settings, processes=1)


PARTS: Mapping[str, Callable[[Settings], None]] = {
    "web": run_web,
    "mail": run_mail,
    "jobs": run_jobs,
    "relay": run_relaying,
    "worker": run_working,
}


def run_part(part: str, folder: Path, settings: Mapping[str, Any]) -> None:
    """Run one part until a signal ends it."""
    PARTS[part](Settings(data=folder, **settings))
