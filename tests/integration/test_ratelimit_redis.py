"""Rate limits on a real Redis: one count for all processes."""

from intake.security.ratelimit import RateLimiter


def test_two_processes_share_one_count(redis_url: str) -> None:
    first, second = (RateLimiter({"complaint": "3/minute"}, redis_url) for _ in range(2))
    taken = [limiter.allow("complaint", "a").allowed for limiter in (first, second) * 2]
    assert taken == [True, True, True, False]
    assert 1 <= first.allow("complaint", "a").retry_after_seconds <= 60
    assert first.allow("complaint", "b").allowed
    assert first.storage_failures == second.storage_failures == 0
