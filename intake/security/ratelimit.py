"""How often one client may do one thing. Counting is done by the ``limits`` library.

Embedded: counted in memory, per process. Production: ``redis://…``, one count for all processes.
A count that cannot be kept lets everybody in: citizens come before limits.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, MovingWindowSupport, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from intake.security.ratelimit_memory import KeySweep

PAUSE_AFTER_FAILURE_SECONDS = 5.0
STORAGE_TIMEOUT_SECONDS = 0.25

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decision:
    """Whether to go on, and otherwise what to put into Retry-After (whole seconds, at least 1)."""

    allowed: bool
    retry_after_seconds: int = 0


def parse_rules(text: str) -> tuple[RateLimitItem, ...]:
    """Rules from a setting such as "30/minute;300/hour", the shortest window first.

    Raises ValueError that names the setting's text.
    """
    try:
        rules = parse_many(text)
    except ValueError as failure:
        raise ValueError(
            f"{text!r} is not a rate limit. Write counts per second, minute, hour or day, for "
            'example "30/minute;300/hour".'
        ) from failure
    # A denial by a short window must not eat from the long one, so the short one is asked first.
    return tuple(sorted(rules, key=lambda rule: rule.get_expiry()))


class RateLimiter:
    """Named buckets ("complaint", "sign-in"), each with its rules. Safe to call from any thread."""

    def __init__(
        self,
        rules: Mapping[str, str],
        storage: str = "memory://",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``rules`` by bucket in the format of parse_rules. Raises ValueError for bad settings."""
        self._rules = {bucket: parse_rules(text) for bucket, text in rules.items()}
        kept = _open_storage(storage)
        self._sweep = KeySweep(kept) if isinstance(kept, MemoryStorage) else None
        self._window = MovingWindowRateLimiter(kept)
        self._clock = clock
        self._paused_until = -math.inf
        self.storage_failures = 0

    def allow(self, bucket: str, key: str) -> Decision:
        """Count one use of the bucket by the key (an address group, a lookup hash; never a phone).

        Raises ValueError for a bucket without rules.
        """
        if bucket not in self._rules:
            raise ValueError(f"No rate limit is set for {bucket!r}; known: {sorted(self._rules)}.")
        if self._clock() < self._paused_until:
            return Decision(allowed=True)
        try:
            return self._count(bucket, key)
        except StorageError as failure:
            self._note_failure(failure)
            return Decision(allowed=True)

    def _count(self, bucket: str, key: str) -> Decision:
        if self._sweep is not None:
            self._sweep.some()
        for rule in self._rules[bucket]:
            if not self._window.hit(rule, bucket, key):
                free_at = self._window.get_window_stats(rule, bucket, key).reset_time
                return Decision(False, max(1, math.ceil(free_at - time.time())))
        return Decision(allowed=True)

    def _note_failure(self, failure: StorageError) -> None:
        self.storage_failures += 1
        # Without the pause every request would wait for the dead storage's time-out.
        self._paused_until = self._clock() + PAUSE_AFTER_FAILURE_SECONDS
        _log.warning(
            "rate limits are off for %.0f s: their storage does not answer (%s, failure %d)",
            PAUSE_AFTER_FAILURE_SECONDS,
            type(failure.__cause__ or failure).__name__,
            self.storage_failures,
        )


def _open_storage(address: str) -> Storage:
    options: dict[str, float | str | bool] = {"wrap_exceptions": True}
    if address.startswith(("redis", "valkey")):
        options["socket_timeout"] = STORAGE_TIMEOUT_SECONDS
        options["socket_connect_timeout"] = STORAGE_TIMEOUT_SECONDS
    try:
        storage = storage_from_string(address, **options)
    except (ConfigurationError, ValueError) as failure:
        scheme = address.partition(":")[0]
        raise ValueError(
            f'The rate-limit storage "{scheme}:…" is not known. Use "memory://" or "redis://…".'
        ) from failure
    if not isinstance(storage, Storage) or not isinstance(storage, MovingWindowSupport):
        raise ValueError('The rate-limit storage must be "memory://" or "redis://…".')
    return storage
