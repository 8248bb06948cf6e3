"""A lane of its own for slow work such as checking passwords.

Hashing a password takes a tenth of a second by design (argon2id). In the store's threads a flood of
sign-ins would keep citizens' reports waiting; here it only keeps other sign-ins waiting, and beyond
a short queue it is turned away.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from intake.http.problems import Problem, ProblemRaised

T = TypeVar("T")

_THREADS = 2
_MOST_WAITING = 16
_RETRY_SECONDS = 3


class SlowLane:
    """One per process; ``run`` from the event loop, ``close`` at the end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="slow-lane")
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread; raises a 503 problem when too many wait already."""
        if self._waiting >= _MOST_WAITING:
            raise ProblemRaised(
                Problem(
                    "busy",
                    "现在登录的人太多，请过几秒再试。",
                    headers={"Retry-After": str(_RETRY_SECONDS)},
                )
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Let running work end."""
        self._pool.shutdown(wait=True)
