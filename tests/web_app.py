"""The web application for tests that talk HTTP to it."""

from aiohttp import web

from intake.app import build_web
from intake.services.workroom import Workroom


def web_app(room: Workroom) -> web.Application:
    """All doors and the desk on ``room``; the room is closed with the application."""
    return build_web(room)
