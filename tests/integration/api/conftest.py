"""The HTTP doors on a real server, a migrated store and the sample county; no page, no jobs."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer
from sqlalchemy import insert

from channels.web.api import add_public_api
from intake.desk.api.api import add_staff_api
from intake.domain.people import Role
from intake.http.room import furnish
from intake.services import accounts
from intake.services.catalogue import HandbookRow, write_catalogue, write_handbook
from intake.services.workroom import Workroom
from intake.store.tables import unit
from intake.store.unit import Unit
from tests.store_fixtures import make_room

IN_TOWN = {"lon": 113.6, "lat": 33.2}


@dataclass(frozen=True)
class Answer:
    """One answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Caller:
    """Calls the API as one role, or as nobody."""

    session: ClientSession
    base: str
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **request: Any) -> Answer:
        request["headers"] = self.headers | request.get("headers", {})
        async with self.session.request(method, f"{self.base}/api/v1{path}", **request) as got:
            return Answer(got.status, got.headers, await got.text())

    async def get(self, path: str, **request: Any) -> Answer:
        return await self.call("GET", path, **request)

    async def post(self, path: str, body: Any = None, **request: Any) -> Answer:
        if body is not None:
            request["json"] = body
        return await self.call("POST", path, **request)


@pytest.fixture
def api_room(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workroom]:
    """A workroom whose rate limits do not get in the way, with one handbook card."""
    monkeypatch.setenv("MINSHENG_DATA", str(tmp_path))
    room = make_room(store_url, tmp_path, report_rate="100000/minute", query_rate="100000/minute")
    room.database.write(lambda work: _handbook(room, work))
    yield room
    room.database.close()


def _handbook(room: Workroom, work: Unit) -> None:
    edition = room.settings.edition
    write_catalogue(work, edition)
    card = HandbookRow("E06010", 1, "暴露垃圾一处以上", "垃圾清除", "4工作时", "U01")
    write_handbook(work, edition, [card])
    values = {"code": "U01", "name": "环卫所", "short_name": "环卫", "kind": "line"}
    work.conn.execute(insert(unit).values(**values, phone="", town_code=""))


@pytest.fixture
async def address(api_room: Workroom) -> AsyncIterator[str]:
    """The address of a running server with the public and the staff API."""
    app = web.Application()
    furnish(app, api_room)
    add_public_api(app)
    add_staff_api(app)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(limit=100)) as made:
        yield made


@pytest.fixture
def citizen(session: ClientSession, address: str) -> Caller:
    """Somebody without an account."""
    return Caller(session, address)


@pytest.fixture
def caller(session: ClientSession, address: str, api_room: Workroom) -> Callable[[Role], Caller]:
    """Makes a program with a fresh token of a role."""

    def make(role: Role) -> Caller:
        issued = accounts.create_token(api_room, accounts.CONSOLE, f"test {role}", role)
        return Caller(session, address, {"Authorization": f"Bearer {issued.secret}"})

    return make


@pytest.fixture
def operator(caller: Callable[[Role], Caller]) -> Caller:
    return caller(Role.OPERATOR)


@pytest.fixture
def leader(caller: Callable[[Role], Caller]) -> Caller:
    return caller(Role.SHIFT_LEADER)


def report(words: str = "中山路路口垃圾成堆", **fields: Any) -> dict[str, Any]:
    """A citizen's report with an obviously fake number."""
    return {"text": words, "phone": "13800000000", **IN_TOWN, **fields}


def registration(version: int, **fields: Any) -> dict[str, Any]:
    """What an operator registers; complete but for evidence."""
    return {
        "version": version,
        "appeal": "COMPLAINT",
        "urgency": "NORMAL",
        "description": "中山路路口垃圾成堆",
        "category": "E06010",
        "address": "中山路",
        "occurred": "今天早上",
        "cause": "无人清运",
        "reporter": {"name": "测试人", "phone": "13800000000"},
        **IN_TOWN,
        **fields,
    }
