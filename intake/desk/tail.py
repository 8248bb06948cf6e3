"""The process's tail of the history, opened with the desk and closed before its streams hang."""

import asyncio

from aiohttp import web

from intake.http.room import ROOM, room_of
from intake.services.live import EventTail, open_tail

TAIL = web.AppKey("tail", EventTail)


def add_tail(app: web.Application, parent: web.Application) -> None:
    """Keep one tail for the application; shutting down ends every open stream."""
    app[TAIL] = open_tail(parent[ROOM])
    app.on_shutdown.append(_close)


async def _close(app: web.Application) -> None:
    await asyncio.to_thread(app[TAIL].close)


async def last_event(request: web.Request) -> int:
    """The id of the newest fact now: where a page that is made now starts listening."""
    tail = request.config_dict[TAIL]
    return await asyncio.wrap_future(room_of(request).database.submit(tail.newest))
