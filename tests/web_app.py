"""The web application for tests that talk HTTP to it."""

from aiohttp import web

from channels.web.api import add_public_api
from intake.http.operations import add_operations
from intake.http.room import furnish
from intake.services.workroom import Workroom


def web_app(room: Workroom) -> web.Application:
    """Public API, /health and /metrics on ``room``; the caller closes the room."""
    app = web.Application(client_max_size=1024 * 1024)
    furnish(app, room)
    add_operations(app)
    add_public_api(app)
    return app
