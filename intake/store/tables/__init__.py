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
from intake.store.tables.chat import chat, chat_media
from intake.store.tables.history import counter, cursor, event, outbox, schedule, seal, tally
from intake.store.tables.learning import decision, hot_spot, near_band, training_run
from intake.store.tables.mail import mail
from intake.store.tables.messages import answer_link, door, message
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
from intake.store.tables.returns import (
    callback_task,
    dial_attempt,
    do_not_call,
    return_task,
    script,
)
from intake.store.tables.telephony import (
    agent,
    agent_spell,
    call,
    call_note,
    known_caller,
    nuisance_number,
    pbx,
    pbx_command,
    pbx_gap,
    recording,
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
    "agent",
    "agent_spell",
    "answer_link",
    "api_token",
    "attachment",
    "calendar_override",
    "call",
    "call_note",
    "callback_task",
    "case_limit",
    "case_pause",
    "casefile",
    "category",
    "category_map",
    "chat",
    "chat_media",
    "community",
    "condition",
    "condition_limit",
    "contact",
    "counter",
    "county",
    "cursor",
    "decision",
    "dial_attempt",
    "do_not_call",
    "door",
    "edition",
    "event",
    "hot_spot",
    "known_caller",
    "landmark",
    "mail",
    "message",
    "metadata",
    "near_band",
    "nuisance_number",
    "outbox",
    "pbx",
    "pbx_command",
    "pbx_gap",
    "presence",
    "recording",
    "referral",
    "region",
    "reporter",
    "return_task",
    "road",
    "schedule",
    "script",
    "seal",
    "session",
    "suggestion",
    "supplement",
    "tally",
    "ticket",
    "ticket_link",
    "training_run",
    "unit",
    "unit_grid",
    "verification",
    "village",
    "visit",
]
