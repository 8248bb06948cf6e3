"""What the link heard, in order, for one reader; bounded, and never thinned out in silence."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from telephony.framing import Headers


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Signed in and booted; nothing of what came before counts as known any more.

    ``started`` is when the PBX itself started, in its own words: another text, another life.
    """

    connection: int
    started: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link is lost; ``reason`` is for the log and the wallboard."""

    connection: int
    reason: str
    at: datetime


Heard = Headers | LinkUp | LinkDown


class Inbox:
    """Filled by the link, emptied by one consumer."""

    def __init__(self, most: int = 50_000) -> None:
        self.overflows = 0
        self._most = most
        self._items: deque[Heard] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._items)

    def hear(self, event: Headers) -> bool:
        """Add an event; False when there is no room: then the link must resynchronise."""
        if len(self._items) >= self._most:
            self.overflows += 1
            return False
        self._items.append(event)
        self._filled.set()
        return True

    def tell(self, change: LinkUp | LinkDown) -> None:
        """Add a change of the link; there is always room for it."""
        self._items.append(change)
        self._filled.set()

    async def take(self, most: int = 500) -> list[Heard]:
        """Wait for something, then everything that is there, up to ``most``, in order."""
        await self._filled.wait()
        taken = [self._items.popleft() for _ in range(min(most, len(self._items)))]
        if not self._items:
            self._filled.clear()
        return taken
