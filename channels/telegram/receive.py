"""The webhook: an update is acknowledged with 200 after the commit and never before.

The Bot API delivers again whatever was not answered with 2xx, so a store that is away costs
nothing but a moment.
"""

import asyncio
import hmac
from dataclasses import dataclass, replace

from aiohttp import web

from channels.contract import Arrival, Delivery
from channels.telegram.parse import LARGEST_UPDATE, NotAnUpdate, read_update
from intake.domain.contact import Source
from intake.domain.errors import KeyReused
from intake.http.problems import no
from intake.http.reading import read_bounded
from intake.http.room import ROOM, room_of, settings_of
from intake.services.chats import ChatReception, standing_of
from intake.services.workroom import Workroom

PATH = "/hooks/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
_RECEPTION = web.AppKey("telegram-reception", ChatReception)


def add_webhook(app: web.Application) -> None:
    """Serve the webhook from ``app``, which was furnished with a room."""
    app.on_startup.append(_open)
    app.router.add_post(PATH, receive)


async def _open(app: web.Application) -> None:
    app[_RECEPTION] = ChatReception(app[ROOM])


@dataclass(frozen=True, slots=True)
class TelegramChannel:
    """The door as the acceptance contract sees it; see ``channels.contract.Channel``."""

    room: Workroom
    reception: ChatReception

    @property
    def name(self) -> str:
        return "telegram"

    @property
    def source(self) -> Source:
        return Source.BOT

    async def receive(self, delivery: Delivery) -> Arrival:
        """Take one update; what it becomes is known once its report is handed in."""
        update = read_update(delivery.payload, delivery.received_at)
        named = replace(update, external_id=delivery.external_id)
        repeated = await self.reception.take(named)
        stands = await asyncio.to_thread(standing_of, self.room, named.external_id)
        code = self.room.query_code(stands.number) if stands.number else ""
        return Arrival(stands.outcome, stands.number, code, stands.received_at, repeated)


async def receive(request: web.Request) -> web.Response:
    """POST /hooks/telegram: 200 once it is stored, 403 for strangers, 400 for what is no update."""
    expected = settings_of(request).telegram_secret.get_secret_value()
    given = request.headers.get(HEADER, "")
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogateescape")):
        raise no("not-allowed", "暗号不对。")
    raw = await read_bounded(request, LARGEST_UPDATE)
    try:
        update = read_update(raw, room_of(request).clock())
    except NotAnUpdate:
        raise no("malformed", "不是 Bot API 的更新。") from None
    try:
        await request.config_dict[_RECEPTION].take(update)
    except KeyReused:
        # A number used twice with other content: the first stays; asking again would not help.
        return web.Response(status=200)
    return web.Response(status=200)
