"""Slow work waits in its own short queue."""

import asyncio
import threading

import pytest

from intake.http.problems import ProblemRaised
from intake.http.slow_lane import SlowLane


async def test_beyond_the_queue_it_is_turned_away_and_later_taken_again() -> None:
    lane = SlowLane()
    gate = threading.Event()
    waiting = [asyncio.ensure_future(lane.run(gate.wait)) for _ in range(16)]
    await asyncio.sleep(0)

    with pytest.raises(ProblemRaised) as refused:
        await lane.run(lambda: None)
    assert refused.value.problem.status == 503
    assert int(refused.value.problem.headers["Retry-After"]) > 0

    gate.set()
    assert all(await asyncio.gather(*waiting))
    assert await lane.run(lambda: 7) == 7
    lane.close()


async def test_an_error_of_the_work_comes_out_and_frees_its_place() -> None:
    lane = SlowLane()

    def fail() -> None:
        raise ValueError("no")

    for _ in range(20):
        with pytest.raises(ValueError, match="no"):
            await lane.run(fail)
    lane.close()
