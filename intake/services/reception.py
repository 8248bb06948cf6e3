"""The front of acceptance for asyncio: reports that wait together are written together."""

import asyncio
from collections.abc import Callable

from intake.domain.errors import KeyReused
from intake.domain.submission import Submission
from intake.services.accept import Answer, Receipt, accept_group
from intake.services.workroom import Workroom

_GROUP_SIZE = 64


class Reception:
    """One per event loop. While one group is being committed the next one gathers.

    ``accept`` returns only after the report is on disk; a cancelled caller (its client hung up)
    does not take back what was accepted: the same key brings the same receipt.
    """

    def __init__(self, room: Workroom) -> None:
        self._room = room
        self._waiting: list[tuple[Submission, asyncio.Future[Answer]]] = []
        self._busy = False

    async def accept(self, submission: Submission) -> Receipt:
        """Accept durably; raises KeyReused and StoreUnavailable."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, future))
        if not self._busy:
            self._next_group()
        answer = await future
        if isinstance(answer, KeyReused):
            raise answer
        return answer

    def _next_group(self) -> None:
        group = self._waiting[:_GROUP_SIZE]
        del self._waiting[:_GROUP_SIZE]
        self._busy = bool(group)
        if not group:
            return
        submissions = [submission for submission, _ in group]
        futures = [future for _, future in group]
        task = asyncio.wrap_future(
            self._room.database.submit(lambda: accept_group(self._room, submissions))
        )
        task.add_done_callback(self._settle(futures))

    def _settle(
        self, futures: list[asyncio.Future[Answer]]
    ) -> Callable[[asyncio.Future[list[Answer]]], None]:
        def settle(done: asyncio.Future[list[Answer]]) -> None:
            error = done.exception()
            for position, future in enumerate(futures):
                if future.done():
                    continue
                if error is not None:
                    future.set_exception(error)
                else:
                    future.set_result(done.result()[position])
            self._next_group()

        return settle
