"""Follow the history live: what the desk streams to its screens (decision 8)."""

from intake.services.workroom import Workroom
from intake.store.stream import EventRow, EventTail

__all__ = ["EventRow", "EventTail", "open_tail"]


def open_tail(room: Workroom) -> EventTail:
    """The process's tail of the history; close it before the room."""
    return EventTail(room.database)
