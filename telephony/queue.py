"""The hotline's queue as seen from here: who waits since when, and which lines can be reached."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from telephony.channels import extension_of
from telephony.framing import Headers

# Device states of Asterisk: 4 is invalid, 5 unavailable.
_AWAY = frozenset({"4", "5"})

WANTED = frozenset(
    {
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueMemberStatus",
        "QueueMemberAdded",
        "QueueMemberPause",
        "QueueMemberRemoved",
    }
)
"""The events that tell something about the queue."""


@dataclass(slots=True)
class QueueMirror:
    """Marked by the snapshot, kept by events. ``changed`` is set when it differs from the row."""

    queue: str
    waiting: dict[str, float] = field(default_factory=dict)
    reachable: dict[str, bool] = field(default_factory=dict)
    changed: bool = True
    news: dict[str, bool] = field(default_factory=dict)

    def adopt(self, callers: Iterable[Headers], members: Iterable[Headers], now: float) -> None:
        """Begin anew with what a snapshot says."""
        self.waiting = {
            one["Uniqueid"]: now - float(one.get("Wait") or 0)
            for one in callers
            if one.get("Uniqueid")
        }
        self.reachable.clear()
        for member in members:
            self._line(member)
        self.changed = True

    def hear(self, event: Headers, at: float) -> None:
        """Follow one event; those of other queues are passed over."""
        if event.get("Queue") != self.queue:
            return
        kind = event["Event"]
        if kind == "QueueCallerJoin":
            self.waiting[event["Uniqueid"]] = at
            self.changed = True
        elif kind == "QueueCallerLeave":
            self.changed = self.waiting.pop(event.get("Uniqueid", ""), None) is not None or (
                self.changed
            )
        elif kind == "QueueMemberRemoved":
            self.reachable.pop(extension_of(event.get("Interface", "")), None)
        elif kind.startswith("QueueMember"):
            self._line(event)

    def rows(self) -> list[dict[str, Any]]:
        """For the wallboard: longest wait first, no numbers."""
        line = sorted(self.waiting.items(), key=lambda one: one[1])
        return [
            {"linkedid": key, "since": datetime.fromtimestamp(at, UTC).isoformat()}
            for key, at in line
        ]

    def _line(self, told: Headers) -> None:
        interface = told.get("Interface") or told.get("Location", "")
        extension = extension_of(interface)
        status = told.get("Status", "")
        if not extension or not status:
            return
        reachable = status not in _AWAY
        if self.reachable.get(extension) is not reachable:
            self.reachable[extension] = reachable
            self.news[extension] = reachable
