"""Rate limits: counted per key and bucket, bounded in memory, open when the count is lost."""

import logging
import socket

import pytest
from limits.errors import StorageError
from limits.storage import MemoryStorage

from intake.security.ratelimit import RateLimiter, parse_rules
from intake.security.ratelimit_memory import KeySweep


class Clock:
    """A clock the test turns by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_next_one_too_many_is_told_how_long_to_wait() -> None:
    limiter = RateLimiter({"complaint": "3/minute;300/hour"})
    assert [limiter.allow("complaint", "a").allowed for _ in range(4)] == [True, True, True, False]
    assert 1 <= limiter.allow("complaint", "a").retry_after_seconds <= 60


def test_keys_and_buckets_are_counted_apart() -> None:
    limiter = RateLimiter({"complaint": "1/minute", "sign-in": "1/minute"})
    assert limiter.allow("complaint", "a").allowed
    assert not limiter.allow("complaint", "a").allowed
    assert limiter.allow("complaint", "b").allowed
    assert limiter.allow("sign-in", "a").allowed


def test_the_longer_rule_holds_too_and_its_wait_is_longer() -> None:
    limiter = RateLimiter({"complaint": "2/hour;10/minute"})
    for _ in range(2):
        assert limiter.allow("complaint", "a").allowed
    assert limiter.allow("complaint", "a").retry_after_seconds > 3500


def test_rules_are_read_with_the_short_window_first() -> None:
    assert [rule.get_expiry() for rule in parse_rules("300/hour;30/minute")] == [60, 3600]


@pytest.mark.parametrize("text", ["", "many", "30", "30/fortnight", "-1/minute", "x/minute"])
def test_unreadable_rules_are_refused_at_start(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate limit"):
        RateLimiter({"complaint": text})


@pytest.mark.parametrize("address", ["", "nonsense", "floppy://a:", "memcached://127.0.0.1:1"])
def test_an_unknown_storage_is_refused_at_start(address: str) -> None:
    with pytest.raises(ValueError, match="memory://"):
        RateLimiter({}, address)


def test_a_bucket_without_rules_is_refused() -> None:
    with pytest.raises(ValueError, match="No rate limit is set"):
        RateLimiter({}).allow("complaint", "a")


def test_a_storage_that_does_not_answer_lets_everybody_in_and_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        clock = Clock()
        address = f"redis://:secret@127.0.0.1:{taken.getsockname()[1]}/0"
        limiter = RateLimiter({"complaint": "1/minute"}, address, clock)
        with caplog.at_level(logging.WARNING):
            assert all(limiter.allow("complaint", "a").allowed for _ in range(20))
        assert limiter.storage_failures == 1
        clock.now += 6
        assert limiter.allow("complaint", "a").allowed
        assert limiter.storage_failures == 2
    assert "rate limits are off" in caplog.text
    assert "secret" not in caplog.text


def test_counting_starts_again_when_the_storage_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    limiter = RateLimiter({"complaint": "1/minute"}, clock=clock)

    def fail(*_: object) -> bool:
        raise StorageError(ConnectionError())

    with monkeypatch.context() as broken:
        broken.setattr(limiter._window, "hit", fail)
        assert limiter.allow("complaint", "a").allowed
    clock.now += 6
    assert limiter.allow("complaint", "a").allowed
    assert not limiter.allow("complaint", "a").allowed


def test_a_flood_of_addresses_does_not_fill_the_memory() -> None:
    storage = MemoryStorage()
    sweep = KeySweep(storage, largest=100)
    for number in range(1000):
        sweep.some()
        storage.acquire_entry(f"address {number}", 5, 3600)
    assert len(storage.events) <= 101
    assert "address 999" in storage.events


def test_expired_keys_are_forgotten_little_by_little() -> None:
    storage = MemoryStorage()
    sweep = KeySweep(storage)
    for number in range(40):
        storage.acquire_entry(f"old {number}", 5, -1)
    storage.acquire_entry("young", 5, 3600)
    for _ in range(20):
        sweep.some()
    assert list(storage.events) == ["young"]
