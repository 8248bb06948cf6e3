"""When too many wrong passwords close an account for a while (GB/T 22239 身份鉴别).

Pure: the store keeps the two values, this module decides over them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ALLOWED_FAILURES = 5
WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class FailedSignIns:
    """Wrong passwords since the last good one, and when the last of them was (aware, UTC)."""

    failures: int = 0
    last_failure: datetime | None = None


@dataclass(frozen=True)
class Lockout:
    """Whether a sign-in may be tried, and otherwise in how many seconds."""

    locked: bool
    retry_after_seconds: int = 0


def lockout(record: FailedSignIns, now: datetime) -> Lockout:
    """Five failures, none more than 15 minutes after the one before, lock for 15 minutes."""
    if record.last_failure is None or record.failures < ALLOWED_FAILURES:
        return Lockout(locked=False)
    # A clock set back must not lock anybody for longer than the rule says.
    since = max(now - record.last_failure, timedelta(0))
    if since >= LOCKED_FOR:
        return Lockout(locked=False)
    return Lockout(
        locked=True, retry_after_seconds=max(1, round((LOCKED_FOR - since).total_seconds()))
    )


def after_failure(record: FailedSignIns, now: datetime) -> FailedSignIns:
    """The record after one more wrong password; a locked account's record does not change.

    Tries during the lock are not looked at, so they cannot keep somebody else locked out.
    """
    if lockout(record, now).locked:
        return record
    recent = record.last_failure is not None and now - record.last_failure < WINDOW
    return FailedSignIns(failures=record.failures + 1 if recent else 1, last_failure=now)
