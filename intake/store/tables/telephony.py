"""The PBX in the store: link, gaps, calls, agents, commands and recordings (decisions 11, 14)."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from intake.store.tables.base import metadata
from intake.store.types import Blob, Instant, Json, Key, Words

pbx = Table(
    "pbx",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", Instant, nullable=False),
    Column("epoch", Instant),
    Column("connection", Integer, nullable=False),
    Column("last_event_at", Instant),
    Column("holder", String(80), nullable=False),
    Column("lease_until", Instant),
    Column("detail", Words, nullable=False),
    Column("waiting", Json, nullable=False),
)

pbx_gap = Table(
    "pbx_gap",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("pbx", String(40), nullable=False),
    Column("lost_at", Instant, nullable=False),
    Column("resumed_at", Instant),
    Column("restarted", Boolean),
    Column("filled_at", Instant),
    Column("calls_filled", Integer, nullable=False),
)
Index("ix_pbx_gap_pbx_lost_at", pbx_gap.c.pbx, pbx_gap.c.lost_at)

call = Table(
    "call",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("pbx", String(40), nullable=False),
    Column("linkedid", String(80), nullable=False),
    Column("direction", String(4), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("source", String(8), nullable=False),
    Column("in_gap", Boolean, nullable=False),
    Column("number", Blob),
    Column("number_hash", Blob),
    Column("number_shown", String(40), nullable=False),
    Column("withheld", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("queued_at", Instant),
    Column("ringing_at", Instant),
    Column("answered_at", Instant),
    Column("ended_at", Instant),
    Column("wait_ms", Integer),
    Column("talk_ms", Integer),
    Column("hold_ms", Integer),
    Column("extension", String(16), nullable=False),
    Column("account_id", Key),
    Column("contact_id", Key, ForeignKey("contact.id")),
    Column("ticket_id", Key, ForeignKey("ticket.id")),
    Column("attempt_id", String(40)),
    Column("record_resume_at", Instant),
    Column("remark", Words, nullable=False),
    Unique("pbx", "linkedid"),
)
_OPEN_CALL = text("ended_at IS NULL")
Index("ix_call_open", call.c.pbx, sqlite_where=_OPEN_CALL, postgresql_where=_OPEN_CALL)
Index("ix_call_started_at", call.c.started_at)
Index("ix_call_number_hash_started_at", call.c.number_hash, call.c.started_at)
Index("ix_call_ticket_id", call.c.ticket_id)
Index("ix_call_attempt_id", call.c.attempt_id)
_RECORDING_PAUSED = text("record_resume_at IS NOT NULL")
Index(
    "ix_call_record_resume_at",
    call.c.record_resume_at,
    sqlite_where=_RECORDING_PAUSED,
    postgresql_where=_RECORDING_PAUSED,
)

call_note = Table(
    "call_note",
    metadata,
    Column("call_id", Key, ForeignKey("call.id"), primary_key=True, autoincrement=False),
    Column("account_id", Key, nullable=False),
    Column("text", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

agent = Table(
    "agent",
    metadata,
    Column("extension", String(16), primary_key=True),
    Column("account_id", Key, unique=True),
    Column("device", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(12), nullable=False),
    Column("since", Instant, nullable=False),
    Column("wrap_until", Instant),
    Column("call_id", Key),
    Column("reachable", Boolean, nullable=False),
    Column("secret", Blob),
    Column("secret_until", Instant),
    Column("version", Integer, nullable=False),
)

agent_spell = Table(
    "agent_spell",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("account_id", Key, nullable=False),
    Column("extension", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(12), nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("forced_by", Key),
)
Index("ix_agent_spell_account_id_began_at", agent_spell.c.account_id, agent_spell.c.began_at)
Index("ix_agent_spell_began_at", agent_spell.c.began_at)

pbx_command = Table(
    "pbx_command",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("pbx", String(40), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("payload", Json, nullable=False),
    Column("asked_by", Key),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("taken_at", Instant),
    Column("ended_at", Instant),
    Column("state", String(10), nullable=False),
    Column("answer", Json, nullable=False),
)
_WAITING = text("ended_at IS NULL")
Index(
    "ix_pbx_command_open",
    pbx_command.c.pbx,
    pbx_command.c.id,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)

recording = Table(
    "recording",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("call_id", Key, ForeignKey("call.id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("file", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("key", String(80), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("seconds", Float),
    Column("reported_at", Instant, nullable=False),
    Column("picked_at", Instant),
    Column("legal_hold", Boolean, nullable=False),
    Column("purged_at", Instant),
    Unique("file"),
)
Index("ix_recording_call_id", recording.c.call_id)
Index("ix_recording_state_reported_at", recording.c.state, recording.c.reported_at)

nuisance_number = Table(
    "nuisance_number",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("number", Blob, nullable=False),
    Column("number_hash", Blob, nullable=False, unique=True),
    Column("number_shown", String(40), nullable=False),
    Column("reason", Words, nullable=False),
    Column("added_by", Key, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("until", Instant),
)

known_caller = Table(
    "known_caller",
    metadata,
    Column("number_hash", Blob, primary_key=True),
    Column("elder", Boolean, nullable=False),
    Column("marked_by", Key, nullable=False),
    Column("marked_at", Instant, nullable=False),
)
