"""The way back: messages with buttons, and files fetched, through python-telegram-bot.

The library is asynchronous; sending happens in worker threads, each call in a loop of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.settings import Settings

log = structlog.get_logger()

LONGEST = 4_000
SECONDS = 20.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TelegramCourier:
    """Carries letters to private chats and brings files home."""

    settings: Settings

    def send(self, letter: Letter) -> str:
        """Hand a letter over; returns the number of its last message.

        Raises Undeliverable (blocked, no such chat) and TryLater (busy, away, wrong token).
        """
        return _asked(lambda: self._send(letter))

    def fetch(self, ref: str) -> tuple[bytes, str]:
        """A file's content and media type; raises Undeliverable when it is gone, and TryLater."""
        return _asked(lambda: self._fetch(ref))

    async def _send(self, letter: Letter) -> str:
        parts = [letter.text[at : at + LONGEST] for at in range(0, len(letter.text), LONGEST)]
        last = ""
        async with open_bot(self.settings) as bot:
            for place, part in enumerate(parts, start=1):
                buttons = _keyboard(letter) if place == len(parts) else None
                sent = await bot.send_message(
                    chat_id=int(letter.address), text=part, reply_markup=buttons
                )
                last = str(sent.message_id)
        return last

    async def _fetch(self, ref: str) -> tuple[bytes, str]:
        async with open_bot(self.settings) as bot:
            found = await bot.get_file(ref)
            limit = self.settings.photo_bytes
            if (found.file_size or 0) > limit:
                raise Undeliverable(f"文件超过{limit // 1_000_000}MB，没有保存。")
            content = bytes(await found.download_as_bytearray())
        path = found.file_path or ""
        return content, "audio/ogg" if path.endswith((".oga", ".ogg")) else "image/jpeg"


def open_bot(settings: Settings) -> Bot:
    """The library's bot on the settings' Bot API server."""
    base = settings.telegram_api.rstrip("/")
    request = HTTPXRequest(
        connect_timeout=SECONDS, read_timeout=SECONDS, write_timeout=SECONDS, httpx_kwargs={}
    )
    return Bot(
        settings.telegram_token.get_secret_value(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
    )


def seconds_of(busy: RetryAfter) -> float:
    """How long the server asks to wait."""
    wait = busy.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _keyboard(letter: Letter) -> InlineKeyboardMarkup | None:
    if not letter.buttons:
        return None
    rows = [
        [InlineKeyboardButton(button.label, callback_data=button.data)] for button in letter.buttons
    ]
    return InlineKeyboardMarkup(rows)


def _asked(work: Callable[[], Awaitable[T]]) -> T:
    """Run one call; the library's errors in our two words. The token never gets into a message."""

    async def run() -> T:
        return await work()

    try:
        return asyncio.run(run())
    except Forbidden:
        raise Undeliverable("对方已停用或拉黑机器人。", blocked=True) from None
    except RetryAfter as busy:
        raise TryLater("Telegram 要求稍后再发。", seconds_of(busy)) from None
    except BadRequest:
        raise Undeliverable("Telegram 没有接受（对话或文件不存在）。") from None
    except InvalidToken:
        raise TryLater("机器人令牌不对，请管理员检查 telegram_token。") from None
    except NetworkError:
        raise TryLater("Telegram 连接不上。") from None
    except TelegramError as error:
        log.warning("bot api refused", error=type(error).__name__)
        raise TryLater("Telegram 暂时没有接受。") from None
