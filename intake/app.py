"""Where the parts are put together: the workroom of a process, and the web application."""

from aiohttp import web
from channels.web.portal import add_portal
from sqlalchemy import select

from channels.web.api import add_public_api
from intake.desk.api.api import add_staff_api
from intake.desk.desk import add_desk
from intake.domain.calendar import parse_windows
from intake.http.operations import add_operations
from intake.http.room import ROOM, furnish
from intake.security import keyring
from intake.services.county import load_county
from intake.services.work_calendar import national_calendar
from intake.services.workroom import Workroom
from intake.settings import Settings
from intake.store.database import Database
from intake.store.migrate import require_current
from intake.store.tables import calendar_override


def open_room(settings: Settings) -> Workroom:
    """Everything a process needs, from its settings.

    Raises SchemaError (not migrated, or newer than the code), KeyringError and NoCounty, each with
    what to do next.
    """
    require_current(settings.store_url)
    keys = keyring.load(settings.keys)
    database = Database(settings.store_url, threads=settings.store_threads)
    with database.read() as conn:
        rows = conn.execute(select(calendar_override.c.day, calendar_override.c.workday)).all()
    overrides = {row.day: row.workday for row in rows}
    return Workroom(
        settings=settings,
        database=database,
        keyring=keys,
        county=load_county(database),
        calendar=national_calendar(overrides, parse_windows(settings.office_hours)),
    )


def build_web(room: Workroom) -> web.Application:
    """Portal at /, public and staff API at /api/v1, desk at /desk, /health and /metrics."""
    app = web.Application(client_max_size=1024 * 1024)
    furnish(app, room)
    add_operations(app)
    add_public_api(app)
    add_staff_api(app)
    add_desk(app)
    add_portal(app)
    app.on_cleanup.append(_close_room)
    return app


async def _close_room(app: web.Application) -> None:
    app[ROOM].database.close()
