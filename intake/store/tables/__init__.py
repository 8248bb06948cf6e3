"""All tables of the store, by topic."""

from intake.store.tables.base import metadata
from intake.store.tables.casefile import case_limit, case_pause, casefile
from intake.store.tables.catalogue import (
    calendar_override,
    category,
    category_map,
    condition,
    condition_limit,
    edition,
    referral,
    unit,
)
from intake.store.tables.history import counter, cursor, event, outbox, schedule, seal, tally
from intake.store.tables.people import account, api_token, presence, session
from intake.store.tables.place import (
    community,
    county,
    landmark,
    region,
    road,
    unit_grid,
    village,
)
from intake.store.tables.ticket import (
    attachment,
    contact,
    reporter,
    supplement,
    ticket,
    ticket_link,
)
from intake.store.tables.work import suggestion, verification, visit

__all__ = [
    "account",
    "api_token",
    "attachment",
    "calendar_override",
    "case_limit",
    "case_pause",
    "casefile",
    "category",
    "category_map",
    "community",
    "condition",
    "condition_limit",
    "contact",
    "counter",
    "county",
    "cursor",
    "edition",
    "event",
    "landmark",
    "metadata",
    "outbox",
    "presence",
    "referral",
    "region",
    "reporter",
    "road",
    "schedule",
    "seal",
    "session",
    "suggestion",
    "supplement",
    "tally",
    "ticket",
    "ticket_link",
    "unit",
    "unit_grid",
    "verification",
    "village",
    "visit",
]
