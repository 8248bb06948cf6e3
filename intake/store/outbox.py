"""The outbox: jobs written with the state they belong to, and what became of them (decision 2).

A row is open until ``finish`` marks it done in the transaction of its effect. Whoever rings the
broker leases rows for a while; whoever runs one begins it, which counts the attempt and renews the
lease. A lease that runs out makes the row due again, so nobody has to sweep. ``available_at`` moves
with the lease: the index of open rows then passes over whatever is in somebody's hands.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from intake.store.tables import outbox
from intake.store.unit import Unit

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)
_ERROR_LENGTH = 2_000
_OPEN = (outbox.c.done_at.is_(None), outbox.c.parked_at.is_(None))
_COLUMNS = (outbox.c.id, outbox.c.topic, outbox.c.key, outbox.c.payload, outbox.c.attempts)
_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Job:
    """One outbox row in somebody's hands; ``attempts`` counts how often it was begun."""

    id: int
    topic: str
    key: str
    payload: Mapping[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class ParkedJob:
    """A row that failed too often and waits for a person."""

    id: int
    topic: str
    key: str
    attempts: int
    last_error: str
    created_at: datetime
    parked_at: datetime


def any_due(conn: Connection, now: datetime) -> bool:
    """Whether a lease would find something; reads only."""
    query = select(outbox.c.id).where(*_OPEN, outbox.c.available_at <= now).limit(1)
    return conn.execute(query).first() is not None


def lease(unit: Unit, *, batch: int, seconds: float) -> list[Job]:
    """Take up to ``batch`` due rows, oldest first; nobody else gets them for ``seconds``."""
    query = (
        select(*_COLUMNS)
        .where(*_OPEN, outbox.c.available_at <= unit.now)
        .order_by(outbox.c.available_at, outbox.c.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    jobs = [_job(row) for row in unit.conn.execute(query).mappings()]
    if jobs:
        _hold(unit, [job.id for job in jobs], seconds)
    return jobs


def begin(unit: Unit, job_id: int, attempts: int, *, most: int, seconds: float) -> Job | None:
    """Start work on a row: count the attempt and hold the row for ``seconds``.

    ``attempts`` is the count at the time of ringing. None when the row is done or parked, or when
    somebody began it since: a second delivery of one ring does nothing. A row that was begun
    ``most`` times and never came to an end (it kills its process) is parked.
    """
    row = unit.conn.execute(
        select(*_COLUMNS)
        .where(outbox.c.id == job_id, outbox.c.attempts == attempts, *_OPEN)
        .with_for_update()
    ).mappings()
    found = row.first()
    if found is None:
        return None
    if attempts >= most:
        _park(unit, job_id, "the process ended every time it worked on this")
        return None
    until = unit.now + timedelta(seconds=seconds)
    unit.conn.execute(
        update(outbox)
        .where(outbox.c.id == job_id)
        .values(attempts=attempts + 1, lease_until=until, available_at=until)
    )
    return _job(found, attempts + 1)


def finish(unit: Unit, job_id: int) -> bool:
    """Mark a row done; call it first in the transaction of the effect.

    False when it is done already: then write nothing.
    """
    result = unit.conn.execute(
        update(outbox)
        .where(outbox.c.id == job_id, outbox.c.done_at.is_(None))
        .values(done_at=unit.now, lease_until=None, parked_at=None, last_error="")
    )
    return result.rowcount == 1


def fail(unit: Unit, job: Job, error: str, *, most: int) -> bool:
    """Try again later, twice as late each time; park after ``most`` attempts. True when parked.

    ``error`` must be free of personal data.
    """
    if job.attempts >= most:
        return _park(unit, job.id, error)
    later = unit.now + back_off(job.attempts)
    unit.conn.execute(
        update(outbox)
        .where(outbox.c.id == job.id, outbox.c.attempts == job.attempts, *_OPEN)
        .values(available_at=later, lease_until=None, last_error=error[:_ERROR_LENGTH])
    )
    return False


def release(unit: Unit, job_ids: Sequence[int], *, seconds: float) -> None:
    """Give leased rows back unworked; they are due again in ``seconds``."""
    later = unit.now + timedelta(seconds=seconds)
    unit.conn.execute(
        update(outbox)
        .where(outbox.c.id.in_(job_ids), *_OPEN)
        .values(available_at=later, lease_until=None)
    )


def extend(unit: Unit, jobs: Sequence[Job], *, seconds: float) -> None:
    """Hold rows that are still being worked on for another ``seconds``."""
    until = unit.now + timedelta(seconds=seconds)
    for job in jobs:
        unit.conn.execute(
            update(outbox)
            .where(outbox.c.id == job.id, outbox.c.attempts == job.attempts, *_OPEN)
            .values(lease_until=until, available_at=until)
        )


def back_off(attempts: int) -> timedelta:
    """1 s after the first attempt, doubling up to ten minutes, with a fifth of jitter."""
    doubled = FIRST_WAIT.total_seconds() * 2.0 ** min(attempts - 1, 16)
    wait = min(doubled, LONGEST_WAIT.total_seconds())
    return timedelta(seconds=wait * _random.uniform(0.8, 1.2))


def parked(conn: Connection, *, limit: int = 100) -> list[ParkedJob]:
    """Parked rows, oldest first."""
    query = (
        select(
            outbox.c.id,
            outbox.c.topic,
            outbox.c.key,
            outbox.c.attempts,
            outbox.c.last_error,
            outbox.c.created_at,
            outbox.c.parked_at,
        )
        .where(outbox.c.parked_at.is_not(None))
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [ParkedJob(*row) for row in conn.execute(query)]


def count_parked(conn: Connection) -> int:
    """How many rows are parked; few by nature, counted over their own index."""
    query = select(func.count()).where(outbox.c.parked_at.is_not(None))
    return conn.execute(query).scalar_one()


def oldest_due(conn: Connection) -> datetime | None:
    """When the row that is due longest became due, or None; for the health page."""
    query = select(outbox.c.available_at).where(*_OPEN).order_by(outbox.c.available_at).limit(1)
    return conn.execute(query).scalar()


def replay(unit: Unit, job_id: int) -> bool:
    """Open a parked row again with all its attempts; False when it is not parked."""
    result = unit.conn.execute(
        update(outbox)
        .where(outbox.c.id == job_id, outbox.c.parked_at.is_not(None))
        .values(parked_at=None, attempts=0, available_at=unit.now, lease_until=None)
    )
    return result.rowcount == 1


def prune(unit: Unit, before: datetime, *, batch: int = 1_000) -> int:
    """Delete up to ``batch`` of the oldest rows done before ``before``; returns how many."""
    oldest = select(outbox.c.id).order_by(outbox.c.id).limit(batch).scalar_subquery()
    result = unit.conn.execute(
        delete(outbox).where(outbox.c.id.in_(oldest), outbox.c.done_at < before)
    )
    return result.rowcount


def _hold(unit: Unit, job_ids: Sequence[int], seconds: float) -> None:
    until = unit.now + timedelta(seconds=seconds)
    unit.conn.execute(
        update(outbox).where(outbox.c.id.in_(job_ids)).values(lease_until=until, available_at=until)
    )


def _park(unit: Unit, job_id: int, error: str) -> bool:
    result = unit.conn.execute(
        update(outbox)
        .where(outbox.c.id == job_id, *_OPEN)
        .values(parked_at=unit.now, lease_until=None, last_error=error[:_ERROR_LENGTH])
    )
    return result.rowcount == 1


def _job(row: RowMapping, attempts: int | None = None) -> Job:
    begun = row["attempts"] if attempts is None else attempts
    return Job(row["id"], row["topic"], row["key"], row["payload"], begun)
