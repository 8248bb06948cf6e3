"""What arrives together is written together: the front of a group service for asyncio."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from intake.services.patience import in_time
from intake.services.workroom import Workroom
from intake.store.database import StoreUnavailable

In = TypeVar("In")
Out = TypeVar("Out")

_GROUP_SIZE = 64


class Grouped(Generic[In, Out]):
    """One per event loop. While one group is being committed the next one gathers.

    ``work`` writes a whole group in one transaction and answers each in order, with an exception
    for one that is refused; when it raises, everybody is tried alone, so that nobody suffers from
    a neighbour.
    """

    def __init__(
        self, room: Workroom, work: Callable[[Workroom, Sequence[In]], Sequence[Out | Exception]]
    ) -> None:
        self._room = room
        self._work = work
        self._waiting: list[tuple[In, asyncio.Future[Out]]] = []
        self._busy = False

    async def take(self, one: In) -> Out:
        """Write durably; raises what was answered for this one, and StoreUnavailable.

        A cancelled caller (its client hung up) does not take back what was written.
        """
        future: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, future))
        if not self._busy:
            self._next_group()
        return await in_time(future)

    def _next_group(self) -> None:
        group = self._waiting[:_GROUP_SIZE]
        del self._waiting[:_GROUP_SIZE]
        self._busy = bool(group)
        if not group:
            return
        ones = [one for one, _ in group]
        futures = [future for _, future in group]
        try:
            work = self._room.database.submit(lambda: self._each(ones))
        except StoreUnavailable as closed:
            self._answer(futures, [closed] * len(futures))
            return
        asyncio.wrap_future(work).add_done_callback(lambda done: self._settle(futures, done))

    def _settle(
        self,
        futures: list[asyncio.Future[Out]],
        done: asyncio.Future[Sequence[Out | Exception]],
    ) -> None:
        if done.cancelled():
            self._answer(futures, [StoreUnavailable("the service is stopping")] * len(futures))
        else:
            self._answer(futures, done.result())

    def _answer(
        self, futures: list[asyncio.Future[Out]], answers: Sequence[Out | Exception]
    ) -> None:
        for future, answer in zip(futures, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
        self._next_group()

    def _each(self, ones: list[In]) -> Sequence[Out | Exception]:
        try:
            return self._work(self._room, ones)
        except StoreUnavailable as away:
            return [away] * len(ones)
        except Exception as error:
            if len(ones) == 1:
                return [error]
            return [answer for one in ones for answer in self._each([one])]
