"""Readers of the live history miss nothing and see nothing twice."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from intake.services.live import EventRow, EventTail, open_tail
from intake.services.workroom import Workroom
from intake.store import stream

Report = Callable[..., int]


@pytest.fixture
async def tail(room: Workroom) -> AsyncIterator[EventTail]:
    opened = open_tail(room)
    yield opened
    await asyncio.to_thread(opened.close)


async def take(tail: EventTail, after: int, count: int) -> list[EventRow]:
    """The first ``count`` rows above ``after``, waiting for those that have not happened yet."""
    rows: list[EventRow] = []
    async with asyncio.timeout(20):
        async for batch in tail.follow(after):
            rows += batch
            if len(rows) >= count:
                break
    return rows


async def test_a_reader_sees_what_happens_after_it_came(tail: EventTail, report: Report) -> None:
    waiting = asyncio.create_task(take(tail, 0, 2))
    await asyncio.sleep(0.3)
    keys = [await asyncio.to_thread(report, name) for name in ("one", "two")]
    rows = await waiting
    assert [row.subject_id for row in rows] == keys
    assert (rows[0].type, rows[0].to_state) == ("TicketReceived", "RECEIVED")


async def test_a_reader_resumes_where_it_left(tail: EventTail, report: Report) -> None:
    for name in "abcde":
        await asyncio.to_thread(report, name)
    rows = await take(tail, 0, 5)
    again = await take(tail, rows[1].id, 3)
    assert again == rows[2:]
    assert tail.newest() == rows[-1].id


async def test_many_readers_at_different_places(
    tail: EventTail, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_BATCH", 3)
    for number in range(10):
        await asyncio.to_thread(report, f"before-{number}")
    first = (await take(tail, 0, 1))[0].id
    readers = [asyncio.create_task(take(tail, first - 1 + skip, 20 - skip)) for skip in range(8)]
    for number in range(10):
        await asyncio.to_thread(report, f"after-{number}")
    everything = await take(tail, 0, 20)
    for skip, reader in enumerate(readers):
        rows = await reader
        assert rows == [row for row in everything if row.id > first - 1 + skip]
    assert len({row.id for row in everything}) == 20


async def test_what_memory_forgot_comes_from_the_store(
    room: Workroom, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_KEPT", 4)
    tail = open_tail(room)
    started = await take_after_start(tail, report)
    for number in range(12):
        await asyncio.to_thread(report, f"more-{number}")
    assert len(await take(tail, started, 12)) == 12
    await asyncio.to_thread(tail.close)


async def take_after_start(tail: EventTail, report: Report) -> int:
    await asyncio.to_thread(report, "first")
    return (await take(tail, 0, 1))[-1].id


async def test_closing_ends_every_reader(tail: EventTail) -> None:
    reader = asyncio.create_task(take(tail, 0, 1))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(tail.close)
    assert await reader == []
