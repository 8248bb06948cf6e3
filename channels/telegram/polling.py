"""Long polling, for a county without an address that Telegram can reach.

An update is confirmed by asking for the next number, which happens only after the commit; the
offset is in the store, so that a process killed at any moment asks for what it may have missed.
"""

import asyncio
import json
import signal
from typing import Any

import structlog
from telegram.error import InvalidToken, RetryAfter, TelegramError

from channels.telegram.parse import NotAnUpdate, read_update
from channels.telegram.reply import open_bot, seconds_of
from intake.services.chats import take_updates
from intake.services.outbox import StoreUnavailable
from intake.services.reading_position import move_position, read_position
from intake.services.workroom import Workroom

log = structlog.get_logger()

NAME = "telegram"
WAIT_SECONDS = 25
_MOST = 100
_METHOD = "getupdates"
"""Asked for in raw form, so that what is stored is what was delivered; method names of the Bot API
know no case, and the library warns of its own spelling here."""
_LONGEST_PAUSE = 30.0

Batch = list[dict[str, Any]]
Asking = asyncio.Future[Batch]


async def poll(room: Workroom, stopped: asyncio.Event) -> None:
    """Fetch updates until told to stop; whatever goes wrong is tried again after a pause."""
    pause = 1.0
    while not stopped.is_set():
        try:
            await _follow(room, stopped)
            return
        except RetryAfter as busy:
            pause = seconds_of(busy)
        except InvalidToken:
            log.error("the bot token is refused: check MINSHENG_TELEGRAM_TOKEN")
            pause = _LONGEST_PAUSE
        except (TelegramError, StoreUnavailable) as error:
            log.warning("polling interrupted", error=type(error).__name__)
            pause = min(pause * 2, _LONGEST_PAUSE)
        await _rest(stopped, pause)


async def _follow(room: Workroom, stopped: asyncio.Event) -> None:
    async with open_bot(room.settings) as bot:
        while not stopped.is_set():
            offset = await asyncio.to_thread(read_position, room, NAME)
            asking = asyncio.ensure_future(
                bot.do_api_request(
                    _METHOD,
                    {"offset": offset, "limit": _MOST, "timeout": WAIT_SECONDS},
                    read_timeout=WAIT_SECONDS + 10,
                )
            )
            told = await _unless(stopped, asking)
            if told:
                await asyncio.to_thread(take_batch, room, told)


def take_batch(room: Workroom, told: Batch) -> None:
    """Commit a batch, in the order of its numbers, and move the offset beyond it."""
    updates = []
    highest = -1
    for one in sorted(told, key=_number):
        raw = json.dumps(one, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
        try:
            updates.append(read_update(raw, room.clock()))
        except NotAnUpdate:
            continue
        highest = max(highest, _number(one))
    if updates:
        take_updates(room, updates)
        move_position(room, NAME, highest + 1)


def _number(one: dict[str, Any]) -> int:
    value = one.get("update_id")
    return value if isinstance(value, int) else -1


async def _unless(stopped: asyncio.Event, asking: Asking) -> Batch | None:
    """What was asked for, or None as soon as the door is to shut."""
    stopping = asyncio.ensure_future(stopped.wait())
    try:
        pending: set[asyncio.Future[Any]] = {asking, stopping}
        await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else None
    finally:
        stopping.cancel()
        if not asking.done():
            asking.cancel()


async def _rest(stopped: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        return


async def serve(room: Workroom) -> None:
    """The polling process: until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    log.info("telegram door is open")
    await poll(room, stopped)
    room.database.close()
    log.info("telegram door is shut")
