"""Work that follows a commit: taken, done once, tried again, parked (decision 2)."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from intake.domain.people import Action, Actor
from intake.security.masking import scrub
from intake.services.workroom import Workroom
from intake.store import outbox
from intake.store.bell import Bell, open_bell
from intake.store.database import StoreUnavailable
from intake.store.outbox import Job, ParkedJob
from intake.store.unit import Unit

__all__ = [
    "Bell",
    "Job",
    "ParkedJob",
    "StoreUnavailable",
    "begin",
    "bell",
    "describe",
    "extend",
    "failed",
    "finish_with",
    "give_back",
    "parked",
    "prune",
    "replay",
    "take_due",
]

BROKER_SECONDS = 60.0
"""How long a row that waits in the broker rests before it is rung again."""

OWN_SECONDS = 10.0
"""How long a row that waits for a thread of this process rests before it is rung again."""

RUN_SECONDS = 10.0
"""How long a row stays with its worker unless it says that it is still at it (``extend``); a row
whose worker died is taken up again after this."""

_KEEP = timedelta(days=14)


def bell(room: Workroom) -> Bell:
    """Something to wait on that rings when anybody commits."""
    return open_bell(room.database.url)


def take_due(room: Workroom, batch: int, seconds: float) -> list[Job]:
    """Lease due rows for ringing, for ``seconds``; touches nothing when there are none."""
    with room.database.read() as conn:
        if not outbox.any_due(conn, room.clock()):
            return []
    return room.database.write(lambda unit: outbox.lease(unit, batch=batch, seconds=seconds))


def give_back(room: Workroom, jobs: Sequence[Job], seconds: float) -> None:
    """The broker did not take them: due again in ``seconds``."""
    ids = [job.id for job in jobs]
    room.database.write(lambda unit: outbox.release(unit, ids, seconds=seconds))


def begin(room: Workroom, job_id: int, attempts: int) -> Job | None:
    """Start a rung row, or None when there is nothing to do (any more)."""
    most = room.settings.job_attempts
    return room.database.write(
        lambda unit: outbox.begin(unit, job_id, attempts, most=most, seconds=RUN_SECONDS)
    )


def extend(room: Workroom, jobs: Sequence[Job]) -> None:
    """Say that these rows are still being worked on."""
    room.database.write(lambda unit: outbox.extend(unit, jobs, seconds=RUN_SECONDS))


def finish_with(room: Workroom, job_id: int, effect: Callable[[Unit], object]) -> bool:
    """Do ``effect`` and mark the row done in one transaction; False when it was done before."""

    def work(unit: Unit) -> bool:
        if not outbox.finish(unit, job_id):
            return False
        effect(unit)
        return True

    return room.database.write(work)


def describe(error: BaseException) -> str:
    """An error in one line without personal data.

    A database error quotes the values of its row, so only its kind is told.
    """
    name = type(error).__name__
    if isinstance(error, SQLAlchemyError):
        return name
    return scrub(f"{name}: {error}")


def failed(room: Workroom, job: Job, error: BaseException) -> bool:
    """Put a failed row off, or park it after the attempts of the setting; True when parked."""
    told = describe(error)
    most = room.settings.job_attempts
    return room.database.write(lambda unit: outbox.fail(unit, job, told, most=most))


def parked(room: Workroom, limit: int = 100) -> list[ParkedJob]:
    """Rows that wait for a person."""
    with room.database.read() as conn:
        return outbox.parked(conn, limit=limit)


def replay(room: Workroom, actor: Actor, job_id: int) -> bool:
    """Try a parked row again from the start; raises NotAllowed, False when it is not parked."""
    actor.require(Action.MANAGE_ACCOUNTS)
    return room.database.write(lambda unit: outbox.replay(unit, job_id))


def prune(room: Workroom) -> None:
    """Remove rows that were done long ago."""
    room.database.write(lambda unit: outbox.prune(unit, unit.now - _KEEP))
