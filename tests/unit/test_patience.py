"""A store that hangs is told as away, not waited for without end."""

import asyncio

import pytest

from intake.services.patience import in_time
from intake.store.database import StoreUnavailable


async def test_a_hanging_answer_becomes_a_refusal() -> None:
    never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    with pytest.raises(StoreUnavailable, match="in time"):
        await in_time(never, 0.01)


async def test_answers_and_errors_come_through() -> None:
    async def seven() -> int:
        return 7

    async def fail() -> int:
        raise ValueError("no")

    assert await in_time(seven()) == 7
    with pytest.raises(ValueError, match="no"):
        await in_time(fail())
