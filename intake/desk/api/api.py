"""Puts the staff and machine API on an application, with the document of all its endpoints."""

from aiohttp import web

from intake.desk.api.agents import agents_api
from intake.desk.api.call_control import control_api
from intake.desk.api.calls import calls_api
from intake.desk.api.cases import cases_api
from intake.desk.api.lookups import lookups_api
from intake.desk.api.recordings import SOUND_PATH, play_sound, recordings_api
from intake.desk.api.returns import returns_api
from intake.desk.api.tickets import tickets_api
from intake.desk.api.wordings import wordings_api
from intake.http.openapi import publish_openapi
from intake.http.room import ROOM

_TABLES = (
    tickets_api,
    cases_api,
    lookups_api,
    agents_api,
    calls_api,
    control_api,
    recordings_api,
    returns_api,
    wordings_api,
)


def add_staff_api(app: web.Application) -> None:
    """Serve the staff API from ``app`` (furnished with a room), and describe every endpoint
    joined to it so far or later."""
    for table in _TABLES:
        table.join(app)
    app.router.add_get(SOUND_PATH, play_sound)
    publish_openapi(app, "/api/v1", app[ROOM].settings.site)
