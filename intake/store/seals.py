"""Seals over the history: each covers all events since the last one and the seal before it.

Whoever changes, removes or adds a sealed event would have to make every later seal anew; the hash
of the newest seal, kept elsewhere, shows that this did not happen (decision 5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select

from intake.domain.events import GENESIS
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.tables import event, seal
from intake.store.unit import Unit

_NAME = "seal"
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """One seal: the ids of its first and last event, their number, and its hash."""

    first_event: int
    last_event: int
    events: int
    hash: str


class SealDigest:
    """Takes the events of one seal in id order; constant memory."""

    def __init__(self, prev_hash: str) -> None:
        self._digest = sha256(prev_hash.encode())
        self.events = 0

    def add(self, event_id: int, event_hash: str) -> None:
        self._digest.update(f"\n{event_id} {event_hash}".encode())
        self.events += 1

    def close(self, at: datetime) -> str:
        """The seal's hash, over the number of events and its time (microseconds) as well."""
        self._digest.update(f"\n{self.events} {int(at.timestamp() * 1_000_000)}".encode())
        return self._digest.hexdigest()


def seal_next(unit: Unit) -> Sealed | None:
    """Seal what happened since the last seal, 50,000 events at most; None when nothing did."""
    done = locked_cursor(unit, _NAME)
    rows = unit.conn.execute(
        select(event.c.id, event.c.hash).where(event.c.id > done).order_by(event.c.id).limit(_MOST)
    ).all()
    if not rows:
        return None
    last = unit.conn.execute(select(seal.c.hash).order_by(seal.c.id.desc()).limit(1)).scalar()
    prev_hash = GENESIS if last is None else str(last)
    sealed = _sealed(prev_hash, [(row.id, row.hash) for row in rows], unit.now)
    unit.conn.execute(insert(seal).values(_row(sealed, prev_hash, unit.now)))
    move_cursor(unit, _NAME, sealed.last_event)
    return sealed


def _sealed(prev_hash: str, rows: Iterable[tuple[int, str]], at: datetime) -> Sealed:
    digest = SealDigest(prev_hash)
    ids = []
    for event_id, event_hash in rows:
        digest.add(event_id, event_hash)
        ids.append(event_id)
    return Sealed(ids[0], ids[-1], len(ids), digest.close(at))


def _row(sealed: Sealed, prev_hash: str, at: datetime) -> dict[str, Any]:
    return {
        "first_event": sealed.first_event,
        "last_event": sealed.last_event,
        "events": sealed.events,
        "at": at,
        "prev_hash": prev_hash,
        "hash": sealed.hash,
    }
