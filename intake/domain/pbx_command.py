"""What the desk asks of the PBX: rows with a deadline, executed by the telephony process.

Processes meet only in the database (architecture decision 14): a command is asked, taken once,
and ends in exactly one way. It is never executed a second time by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class CommandKind(StrEnum):
    """Everything the desk may ask; the payload of each is described in telephony/README.md."""

    AGENT_ON = "agent_on"
    AGENT_OFF = "agent_off"
    PAUSE = "pause"
    UNPAUSE = "unpause"
    CREDENTIAL = "credential"
    HANGUP = "hangup"
    HOLD = "hold"
    UNHOLD = "unhold"
    MUTE = "mute"
    UNMUTE = "unmute"
    TRANSFER_BLIND = "transfer_blind"
    TRANSFER_ATTENDED = "transfer_attended"
    TRANSFER_COMPLETE = "transfer_complete"
    TRANSFER_CANCEL = "transfer_cancel"
    CONFERENCE = "conference"
    SPY = "spy"
    RECORD_PAUSE = "record_pause"
    RECORD_RESUME = "record_resume"
    ORIGINATE = "originate"
    ORIGINATE_RETURN = "originate_return"
    OPEN_HOURS = "open_hours"
    NUISANCE = "nuisance"

    @property
    def seconds(self) -> int:
        """How long it may wait to be executed; later nobody would expect it any more."""
        return _SECONDS.get(self, 5)


_SECONDS = {
    CommandKind.ORIGINATE: 30,
    CommandKind.ORIGINATE_RETURN: 30,
    CommandKind.OPEN_HOURS: 60,
    CommandKind.NUISANCE: 60,
}


class CommandState(StrEnum):
    """ASKED → TAKEN → DONE or REFUSED; EXPIRED was never taken, UNKNOWN was taken by a process
    that died before it said what came of it."""

    ASKED = "ASKED"
    TAKEN = "TAKEN"
    DONE = "DONE"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"

    @property
    def ended(self) -> bool:
        return self not in {CommandState.ASKED, CommandState.TAKEN}


@dataclass(frozen=True, slots=True)
class Command:
    """One command; ``payload`` and ``answer`` are JSON and hold no number in clear."""

    id: int
    pbx: str
    kind: CommandKind
    payload: Mapping[str, Any]
    asked_by: int | None
    asked_at: datetime
    expires_at: datetime
    state: CommandState
    answer: Mapping[str, Any]
