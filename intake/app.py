"""Where the doors are put together into the web application."""

from aiohttp import web

from channels.telegram.receive import add_webhook
from channels.web.api import add_public_api
from channels.web.portal import add_portal
from channels.wechat.receive import add_callback
from intake.desk.api.api import add_staff_api
from intake.desk.desk import add_desk
from intake.http.operations import add_operations
from intake.http.room import ROOM, furnish
from intake.services.workroom import Workroom


def build_web(room: Workroom) -> web.Application:
    """Portal at /, public and staff API at /api/v1, desk at /desk, /health and /metrics."""
    app = web.Application(client_max_size=1024 * 1024)
    furnish(app, room)
    add_operations(app)
    add_public_api(app)
    add_staff_api(app)
    add_desk(app)
    if room.settings.telegram == "webhook":
        add_webhook(app)
    if room.settings.wechat:
        add_callback(app)
    add_portal(app)
    app.on_cleanup.append(_close_room)
    return app


async def _close_room(app: web.Application) -> None:
    app[ROOM].database.close()
