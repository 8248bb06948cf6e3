"""The front of acceptance for asyncio: reports that wait together are written together."""

from intake.domain.submission import Submission
from intake.services.accept import Receipt, accept_group
from intake.services.grouped import Grouped
from intake.services.workroom import Workroom


class Reception(Grouped[Submission, Receipt]):
    """One per event loop.

    ``accept`` returns only after the report is on disk; a cancelled caller (its client hung up)
    does not take back what was accepted: the same key brings the same receipt.
    """

    def __init__(self, room: Workroom) -> None:
        super().__init__(room, accept_group)

    async def accept(self, submission: Submission) -> Receipt:
        """Accept durably; raises KeyReused and StoreUnavailable."""
        return await self.take(submission)
