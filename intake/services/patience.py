"""How long anybody waits for the store: a hanging database becomes a plain refusal."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from intake.store.database import StoreUnavailable

T = TypeVar("T")

ANSWER_SECONDS = 20.0


async def in_time(answer: Awaitable[T], seconds: float = ANSWER_SECONDS) -> T:
    """Wait for an answer of the store; raises StoreUnavailable when it takes too long.

    What was asked for may still be done later: a report sent again under the same key brings the
    receipt of the first.
    """
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        raise StoreUnavailable("the store did not answer in time") from None
