"""The webhook: an update is acknowledged with 200 after the commit and never before.

The Bot API delivers again whatever was not answered with 2xx, so a store that is away costs
nothing but a moment.
"""

import hmac

from aiohttp import web

from channels.contract import ChatChannel
from channels.telegram.parse import LARGEST_UPDATE, NotAnUpdate, read_update
from intake.http.problems import no
from intake.http.reading import read_bounded
from intake.http.room import ROOM, room_of, settings_of
from intake.services.chats import ChatReception
from intake.services.workroom import Workroom

PATH = "/hooks/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
_CHANNEL = web.AppKey("telegram-channel", ChatChannel)


def add_webhook(app: web.Application) -> None:
    """Serve the webhook from ``app``, which was furnished with a room."""
    app.on_startup.append(_open)
    app.router.add_post(PATH, receive)


async def _open(app: web.Application) -> None:
    room = app[ROOM]
    app[_CHANNEL] = telegram_channel(room, ChatReception(room))


def telegram_channel(room: Workroom, reception: ChatReception) -> ChatChannel:
    """The door without its protocol."""
    return ChatChannel("telegram", room, reception, read_update)


async def receive(request: web.Request) -> web.Response:
    """POST /hooks/telegram: 200 once it is stored, 403 for strangers, 400 for what is no update."""
    expected = settings_of(request).telegram_secret.get_secret_value()
    given = request.headers.get(HEADER, "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
        raise no("not-allowed", "暗号不对。")
    raw = await read_bounded(request, LARGEST_UPDATE)
    try:
        await request.config_dict[_CHANNEL].take(raw, room_of(request).clock())
    except NotAnUpdate:
        raise no("malformed", "不是 Bot API 的更新。") from None
    return web.Response(status=200)
