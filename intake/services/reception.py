"""The front of acceptance for asyncio: reports that wait together are written together."""

import asyncio
from collections.abc import Sequence

from intake.domain.submission import Submission
from intake.services.accept import Answer, Receipt, accept_group
from intake.services.patience import in_time
from intake.services.workroom import Workroom
from intake.store.database import StoreUnavailable

_GROUP_SIZE = 64


class Reception:
    """One per event loop. While one group is being committed the next one gathers.

    ``accept`` returns only after the report is on disk; a cancelled caller (its client hung up)
    does not take back what was accepted: the same key brings the same receipt.
    """

    def __init__(self, room: Workroom) -> None:
        self._room = room
        self._waiting: list[tuple[Submission, asyncio.Future[Receipt]]] = []
        self._busy = False

    async def accept(self, submission: Submission) -> Receipt:
        """Accept durably; raises KeyReused and StoreUnavailable."""
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, future))
        if not self._busy:
            self._next_group()
        return await in_time(future)

    def _next_group(self) -> None:
        group = self._waiting[:_GROUP_SIZE]
        del self._waiting[:_GROUP_SIZE]
        self._busy = bool(group)
        if not group:
            return
        submissions = [submission for submission, _ in group]
        futures = [future for _, future in group]
        try:
            work = self._room.database.submit(lambda: _accept_each(self._room, submissions))
        except StoreUnavailable as closed:
            self._answer(futures, [closed] * len(futures))
            return
        asyncio.wrap_future(work).add_done_callback(lambda done: self._settle(futures, done))

    def _settle(
        self, futures: list[asyncio.Future[Receipt]], done: asyncio.Future[list[Answer | Exception]]
    ) -> None:
        if done.cancelled():
            stopping = StoreUnavailable("the service is stopping")
            self._answer(futures, [stopping] * len(futures))
        else:
            self._answer(futures, done.result())

    def _answer(
        self, futures: list[asyncio.Future[Receipt]], answers: Sequence[Answer | Exception]
    ) -> None:
        for future, answer in zip(futures, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Receipt):
                future.set_result(answer)
            else:
                future.set_exception(answer)
        self._next_group()


def _accept_each(room: Workroom, submissions: list[Submission]) -> list[Answer | Exception]:
    """Accept a group; when something is wrong with one report, the others do not suffer from it."""
    try:
        return list(accept_group(room, submissions))
    except StoreUnavailable as away:
        return [away] * len(submissions)
    except Exception as error:
        if len(submissions) == 1:
            return [error]
        return [answer for one in submissions for answer in _accept_each(room, [one])]
