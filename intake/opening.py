"""Open the workroom of a process: store, keys, county and calendar put together."""

from sqlalchemy import select

from intake.domain.calendar import parse_windows
from intake.joining import couriers_of
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
        couriers=couriers_of(settings, keys),
    )
