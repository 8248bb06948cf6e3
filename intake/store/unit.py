"""The unit of work: one transaction that writes state, event and outbox row together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from intake.domain.events import Fact
from intake.store.tables import event, outbox

_EVENT_LOCK = 0x4D53
_INSERT_EVENT = insert(event)
_INSERT_JOB = insert(outbox)
_LOCK_AND_NOTIFY = text("SELECT pg_advisory_xact_lock(:key), pg_notify('minsheng_event', '')")


def _event_row(fact: Fact, digest: str) -> dict[str, Any]:
    return {
        "subject": fact.subject.value,
        "subject_id": fact.subject_id,
        "type": fact.type.value,
        "at": fact.at,
        "actor_role": fact.actor_role,
        "actor_name": fact.actor_name,
        "actor_id": fact.actor_id,
        "from_state": fact.from_state,
        "to_state": fact.to_state,
        "version": fact.version,
        "data": dict(fact.data),
        "prev_hash": fact.prev_hash,
        "hash": digest,
    }


@dataclass(slots=True)
class Unit:
    """Handed to every writing service; ``conn`` is inside the transaction, ``now`` is its time.

    Events and outbox rows are gathered and written by ``flush`` right before the commit, so that
    the lock which orders events on PostgreSQL is held for a moment only.
    """

    conn: Connection
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _events: list[dict[str, Any]] = field(default_factory=list)
    _outbox: list[dict[str, Any]] = field(default_factory=list)

    def record(self, fact: Fact) -> str:
        """Add a fact to the history; returns its hash, the next fact's ``prev_hash``."""
        digest = fact.digest()
        self._events.append(_event_row(fact, digest))
        return digest

    def enqueue(
        self,
        topic: str,
        key: str,
        payload: Mapping[str, Any] | None = None,
        *,
        available_at: datetime | None = None,
    ) -> None:
        """Add a job; it becomes visible with the commit and runs at least once (decision 2)."""
        self._outbox.append(
            {
                "topic": topic,
                "key": key,
                "payload": dict(payload or {}),
                "created_at": self.now,
                "available_at": available_at or self.now,
                "attempts": 0,
                "last_error": "",
            }
        )

    def flush(self) -> None:
        """Write gathered events and jobs.

        Event ids must become visible in ascending order, because streams and seals follow them by
        cursor. One writer gives that on SQLite; on PostgreSQL an advisory lock does.
        """
        if self._events:
            if self.conn.dialect.name == "postgresql":
                self.conn.execute(_LOCK_AND_NOTIFY, {"key": _EVENT_LOCK})
            self.conn.execute(_INSERT_EVENT, self._events)
            self._events = []
        if self._outbox:
            self.conn.execute(_INSERT_JOB, self._outbox)
            self._outbox = []
            if self.conn.dialect.name == "postgresql":
                self.conn.execute(text("NOTIFY minsheng_outbox"))
