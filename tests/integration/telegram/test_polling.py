"""Long polling against a Bot API server: confirmed after the commit, each update once."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from channels.telegram import polling
from channels.telegram.polling import poll
from intake.domain import chat_words as words
from intake.services.reading_position import read_position
from intake.services.workroom import Workroom
from intake.store.tables import contact, ticket
from tests.integration.services.background import work_off
from tests.telegram.server import BotApi


@asynccontextmanager
async def polled(room: Workroom) -> AsyncIterator[None]:
    """The door is open within the block."""
    stopped = asyncio.Event()
    running = asyncio.create_task(poll(room, stopped))
    try:
        yield
    finally:
        stopped.set()
        await running


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        await asyncio.to_thread(_wait, what)


def _wait(what: Callable[[], bool]) -> None:
    while not what():
        time.sleep(0.02)


def rows(room: Workroom) -> int:
    with room.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(contact)).scalar_one())


async def test_a_conversation_from_hello_to_receipt(bot_room: Workroom, api: BotApi) -> None:
    async with polled(bot_room):
        api.say(77, text="/start")
        api.say(77, text="中山路路口路灯不亮")
        api.say(77, location={"longitude": 113.6, "latitude": 33.2})
        api.press(77, "submit")
        await until(lambda: rows(bot_room) == 4 and not api.updates)
    await asyncio.to_thread(work_off, bot_room)
    said = api.said(77)
    assert said[0] == words.GREETING
    with bot_room.database.read() as conn:
        assert conn.execute(select(ticket.c.text)).scalars().all() == ["中山路路口路灯不亮"]
    assert "受理编号" in said[-1]


async def test_updates_out_of_order_are_taken_in_order(bot_room: Workroom, api: BotApi) -> None:
    api.shuffled = True
    api.say(77, text="路灯不亮")
    api.press(77, "submit")
    async with polled(bot_room):
        await until(lambda: not api.updates)
    with bot_room.database.read() as conn:
        assert conn.execute(select(ticket.c.text)).scalars().all() == ["路灯不亮"]


async def test_nothing_is_confirmed_before_it_is_stored(bot_room: Workroom, api: BotApi) -> None:
    api.say(77, text="路灯不亮")
    told = [dict(update) for update in api.updates]
    # Stored but not confirmed: what a process killed at this moment leaves behind.
    polling.take_batch(bot_room, told)
    assert len(api.updates) == 1
    async with polled(bot_room):
        await until(lambda: not api.updates)
    assert rows(bot_room) == 1
    assert read_position(bot_room, polling.NAME) == told[-1]["update_id"] + 1


async def test_a_server_in_trouble_is_waited_for(bot_room: Workroom, api: BotApi) -> None:
    api.say(77, text="路灯不亮")
    api.fail(502, "Bad Gateway")
    api.fail(429, "Too Many Requests: retry after 1", retry_after=1)
    async with polled(bot_room):
        await until(lambda: not api.updates)
    assert rows(bot_room) == 1
