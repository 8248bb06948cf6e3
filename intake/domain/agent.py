"""An operator at a telephone: states, reasons to pause, and what leads from one to the other.

Words of the field: 签入, 签出, 置闲, 置忙, 整理 (domain.md §3, 90–92).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from intake.domain.errors import WrongState


class AgentState(StrEnum):
    """What an operator's extension is doing; one at a time."""

    OFFLINE = "OFFLINE"
    READY = "READY"
    PAUSED = "PAUSED"
    RINGING = "RINGING"
    TALKING = "TALKING"
    WRAP_UP = "WRAP_UP"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def on_call(self) -> bool:
        return self in {AgentState.RINGING, AgentState.TALKING}

    @property
    def takes_calls(self) -> bool:
        """Whether the queue may offer a caller: only an agent who said so, and has no call."""
        return self in {AgentState.READY, AgentState.RINGING}


_STATE_LABELS = {
    AgentState.OFFLINE: "未签入",
    AgentState.READY: "就绪",
    AgentState.PAUSED: "暂停",
    AgentState.RINGING: "振铃",
    AgentState.TALKING: "通话中",
    AgentState.WRAP_UP: "话后整理",
}


class PauseReason(StrEnum):
    """Why somebody takes no calls for a while."""

    REST = "REST"
    MEETING = "MEETING"
    TRAINING = "TRAINING"
    TIDY = "TIDY"

    @property
    def label(self) -> str:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    PauseReason.REST: "小休",
    PauseReason.MEETING: "会议",
    PauseReason.TRAINING: "培训",
    PauseReason.TIDY: "整理",
}

LEAVING = "LEAVING"
"""Kept as the reason of an agent who signs out during a call: signed out when it ends."""


class Device(StrEnum):
    """What rings: the browser of the desk, or a telephone on the table."""

    BROWSER = "BROWSER"
    PHONE = "PHONE"

    @property
    def label(self) -> str:
        return _DEVICE_LABELS[self]


_DEVICE_LABELS = {Device.BROWSER: "浏览器软电话", Device.PHONE: "桌面话机"}


@dataclass(frozen=True, slots=True)
class Agent:
    """One extension and who sits at it; ``since`` is when ``state`` began, ``call_id`` the call.

    ``reason`` is a PauseReason; during a call it is what follows the wrap-up: a pause, or LEAVING.
    """

    extension: str
    account_id: int | None
    device: Device
    state: AgentState
    reason: str
    since: datetime
    wrap_until: datetime | None
    call_id: int | None
    reachable: bool
    version: int

    @property
    def next_state(self) -> AgentState:
        """Where wrap-up leads."""
        return AgentState.PAUSED if self.reason else AgentState.READY


def require_signed_in(agent: Agent) -> None:
    """Raise WrongState for an extension nobody has signed in to."""
    if agent.state is AgentState.OFFLINE:
        raise WrongState("还没有签入分机，请先签入。")


_EXTENSION = re.compile(r"[0-9]{2,8}")


def extensions_of(text: str) -> tuple[str, ...]:
    """The extensions of a setting such as "8001-8008,8101", in order, each once.

    Raises ValueError for anything else, and for more than 500.
    """
    found: dict[str, None] = {}
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = part.partition("-")
        last = last if dash else first
        known = _EXTENSION.fullmatch(first) and _EXTENSION.fullmatch(last)
        if not known or len(first) != len(last) or int(last) - int(first) not in range(500):
            raise ValueError("write extensions as 8001-8008,8101")
        found |= {f"{number:0{len(first)}}": None for number in range(int(first), int(last) + 1)}
    return tuple(found)
