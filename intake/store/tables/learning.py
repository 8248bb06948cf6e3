"""What suggestions learn from: near texts and places, decisions, training runs, hot spots."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table

from intake.store.tables.base import metadata
from intake.store.types import Instant, Json, Key, Words

near_band = Table(
    "near_band",
    metadata,
    Column("band", Integer, primary_key=True, autoincrement=False),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket_id", Key, primary_key=True, autoincrement=False),
    comment="Under which keys (MinHash bands, names, squares of the map) a ticket is found",
    sqlite_with_rowid=False,
)

decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("ticket_id", Key, ForeignKey("ticket.id"), nullable=False),
    Column("event_id", Key, nullable=False, unique=True),
    Column("at", Instant, nullable=False),
    Column("by_account", Key),
    Column("kind", String(12), nullable=False),
    Column("label", String(24), nullable=False),
    Column("suggested", Json, nullable=False),
    Column("chosen_rank", Integer),
    Column("probability", Float),
    Column("abstained", Boolean, nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("edition", String(32), nullable=False),
    Column("appeal", String(12), nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("text", Words, nullable=False),
    Column("group_id", Key, nullable=False),
    Column("holdout", Boolean, nullable=False),
    Column("place", Words),
    comment="What a person decided beside a suggestion, without personal data",
)
Index("ix_decision_ticket_id", decision.c.ticket_id)
Index("ix_decision_at", decision.c.at)

training_run = Table(
    "training_run",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("model_version", String(64), nullable=False),
    Column("before_version", String(64), nullable=False),
    Column("taught", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("figures", Json, nullable=False),
    Column("before_figures", Json, nullable=False),
    Column("per_class", Json, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("remark", Words, nullable=False),
    comment="Each training: figures of the new and the old model on the same decisions",
)

hot_spot = Table(
    "hot_spot",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("label", String(24), nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("place", Words, nullable=False),
    Column("tickets", Json, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("newest_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("seen_by", Key),
    Column("seen_at", Instant),
    comment="Many alike within hours near each other: an alert for the shift leader",
)
Index("ix_hot_spot_closed_at", hot_spot.c.closed_at)
