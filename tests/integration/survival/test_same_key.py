"""One Idempotency-Key from fifty clients at once, to two web processes: one ticket, one number."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from intake.services.workroom import Workroom
from intake.settings import Settings
from tests.integration.survival.ledger import counts
from tests.integration.survival.load import wait_until
from tests.integration.survival.parts import open_room
from tests.integration.survival.processes import Part, nursery
from tests.integration.survival.test_outages import asked
from tests.services.network import unused_port

CLIENTS = 50
ROUNDS = 4
FREE = "1000000/minute"
Posted = tuple[int, dict[str, Any]]


@pytest.fixture
def twins(store_url: str, tmp_path: Path) -> Iterator[tuple[Workroom, list[str]]]:
    """Two web processes on one store."""
    settings = {"database_url": store_url, "report_rate": FREE, "query_rate": FREE}
    room = open_room(Settings(data=tmp_path, **settings))
    with nursery() as born:
        ports = [unused_port(), unused_port()]
        for port in ports:
            Part(born, "web", tmp_path, settings | {"port": port}).start()
        for port in ports:
            wait_until(lambda port=port: asked(port, "/health")[0] == 200, 30, "no web")
        yield room, [f"http://127.0.0.1:{port}" for port in ports]
    room.database.close()


async def at_once(sites: list[str], key: str, bodies: list[dict[str, str]]) -> list[Posted]:
    """Fifty posts under one key, every other one to the other process."""
    async with ClientSession() as session:

        async def post(number: int) -> Posted:
            site = sites[number % len(sites)]
            told = bodies[number % len(bodies)]
            headers = {"Idempotency-Key": key}
            address = f"{site}/api/v1/complaints"
            async with session.post(address, json=told, headers=headers) as answer:
                return answer.status, await answer.json()

        return list(await asyncio.gather(*(post(number) for number in range(CLIENTS))))


def test_one_report(twins: tuple[Workroom, list[str]]) -> None:
    room, sites = twins
    for done in range(1, ROUNDS + 1):
        heard = asyncio.run(at_once(sites, f"key-{done}", [{"text": "路灯不亮"}]))
        assert [status for status, _ in heard] == [201] * CLIENTS
        assert len({tuple(sorted(answer.items())) for _, answer in heard}) == 1
        stored = counts(room)
        assert stored["ticket"] == stored["contact"] == stored["outbox"] == done


def test_two_reports_under_one_key(twins: tuple[Workroom, list[str]]) -> None:
    """One of them is accepted; the other is refused, every time."""
    room, sites = twins
    bodies = [{"text": "路灯不亮"}, {"text": "井盖破了"}, {"text": "垃圾成堆"}]
    heard = asyncio.run(at_once(sites, "key", bodies))
    taken = {number % len(bodies) for number, (status, _) in enumerate(heard) if status == 201}
    assert len(taken) == 1
    assert {status for status, _ in heard} == {201, 422}
    assert len({answer["number"] for status, answer in heard if status == 201}) == 1
    assert counts(room)["ticket"] == 1
