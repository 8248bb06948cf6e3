"""Outgoing calls: missed calls to call back, return visits by telephone, scripts (domain.md §5)."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from intake.store.tables.base import metadata
from intake.store.types import Blob, Instant, Json, Key, Words

callback_task = Table(
    "callback_task",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("number", Blob, nullable=False),
    Column("number_hash", Blob, nullable=False),
    Column("number_shown", String(40), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("missed_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(16), nullable=False),
    Column("missed", Integer, nullable=False),
    Column("first_call_id", Key, ForeignKey("call.id")),
    Column("last_call_id", Key, ForeignKey("call.id")),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Key),
    Column("claimed_at", Instant),
    Column("done_at", Instant),
    Column("done_by", Key),
    Column("outcome", String(16), nullable=False),
    Column("ticket_id", Key, ForeignKey("ticket.id")),
    Column("remark", Words, nullable=False),
    Column("version", Integer, nullable=False),
)
_OPEN_CALLBACK = text("done_at IS NULL")
Index(
    "uq_callback_task_open_number",
    callback_task.c.number_hash,
    unique=True,
    sqlite_where=_OPEN_CALLBACK,
    postgresql_where=_OPEN_CALLBACK,
)
Index(
    "ix_callback_task_open_next_at",
    callback_task.c.next_at,
    sqlite_where=_OPEN_CALLBACK,
    postgresql_where=_OPEN_CALLBACK,
)
Index("ix_callback_task_created_at", callback_task.c.created_at)

return_task = Table(
    "return_task",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("case_id", Key),
    Column("kind", String(8), nullable=False),
    Column("channel", String(12), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("asked_for", Instant),
    Column("by_person", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Key),
    Column("claimed_at", Instant),
    Column("done_at", Instant),
    Column("visit_id", Key),
    Column("decision", String(16), nullable=False),
    Column("decided_by", Key),
    Column("decided_at", Instant),
    Column("confirmed_by", Key),
    Column("confirmed_at", Instant),
    Column("remark", Words, nullable=False),
    Column("version", Integer, nullable=False),
)
_OPEN_RETURN = text("done_at IS NULL")
Index(
    "uq_return_task_open_ticket",
    return_task.c.ticket_id,
    unique=True,
    sqlite_where=_OPEN_RETURN,
    postgresql_where=_OPEN_RETURN,
)
Index(
    "ix_return_task_open_next_at",
    return_task.c.next_at,
    sqlite_where=_OPEN_RETURN,
    postgresql_where=_OPEN_RETURN,
)
_IN_REVIEW = text("state = 'REVIEW'")
Index(
    "ix_return_task_review",
    return_task.c.done_at,
    sqlite_where=_IN_REVIEW,
    postgresql_where=_IN_REVIEW,
)
Index("ix_return_task_created_at", return_task.c.created_at)
Index("ix_return_task_ticket_id", return_task.c.ticket_id)

dial_attempt = Table(
    "dial_attempt",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("return_task_id", Key, ForeignKey("return_task.id")),
    Column("callback_task_id", Key, ForeignKey("callback_task.id")),
    Column("ticket_id", Key),
    Column("automatic", Boolean, nullable=False),
    Column("window", String(16), nullable=False),
    Column("by_account", Key),
    Column("planned_at", Instant, nullable=False),
    Column("command_id", Key, ForeignKey("pbx_command.id")),
    Column("call_id", Key, ForeignKey("call.id")),
    Column("state", String(10), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("answers", Json, nullable=False),
    Column("ended_at", Instant),
    Column("visit_id", Key),
)
_OPEN_ATTEMPT = text("ended_at IS NULL")
Index(
    "uq_dial_attempt_open_return",
    dial_attempt.c.return_task_id,
    unique=True,
    sqlite_where=_OPEN_ATTEMPT,
    postgresql_where=_OPEN_ATTEMPT,
)
Index(
    "uq_dial_attempt_open_callback",
    dial_attempt.c.callback_task_id,
    unique=True,
    sqlite_where=_OPEN_ATTEMPT,
    postgresql_where=_OPEN_ATTEMPT,
)
Index(
    "uq_dial_attempt_open_account",
    dial_attempt.c.by_account,
    unique=True,
    sqlite_where=_OPEN_ATTEMPT,
    postgresql_where=_OPEN_ATTEMPT,
)
Index("ix_dial_attempt_ticket_id", dial_attempt.c.ticket_id)
Index("ix_dial_attempt_planned_at", dial_attempt.c.planned_at)
Index("ix_dial_attempt_return_task_id", dial_attempt.c.return_task_id)
Index("ix_dial_attempt_callback_task_id", dial_attempt.c.callback_task_id)

do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number_hash", Blob, primary_key=True),
    Column("number_shown", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    Column("added_by", Key),
    Column("added_at", Instant, nullable=False),
)

script = Table(
    "script",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("text", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_by", Key),
    Column("updated_at", Instant, nullable=False),
)
