"""One telephone call as the books keep it (domain.md §2.8, §5.1, §6.1)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Direction(StrEnum):
    """Who called whom, seen from the hotline."""

    IN = "IN"
    OUT = "OUT"

    @property
    def label(self) -> str:
        return _DIRECTION_LABELS[self]


_DIRECTION_LABELS = {Direction.IN: "呼入", Direction.OUT: "呼出"}


class Purpose(StrEnum):
    """Why a call takes place; statistics of different purposes are never mixed (domain.md §5.1)."""

    HOTLINE = "HOTLINE"
    CLICK = "CLICK"
    RETURN = "RETURN"
    CALLBACK = "CALLBACK"
    AUTO_RETURN = "AUTO_RETURN"
    INTERNAL = "INTERNAL"

    @property
    def label(self) -> str:
        return _PURPOSE_LABELS[self]


_PURPOSE_LABELS = {
    Purpose.HOTLINE: "热线来电",
    Purpose.CLICK: "受理单去电",
    Purpose.RETURN: "回访",
    Purpose.CALLBACK: "漏接回拨",
    Purpose.AUTO_RETURN: "自动回访",
    Purpose.INTERNAL: "内部通话",
}


class CallOutcome(StrEnum):
    """How a call ended; exactly one, and the empty string while it is open.

    VOICEMAIL means that a message was left, whatever led there; OVERFLOW and AFTER_HOURS callers
    were sent to voicemail and left none. SHORT is a hang-up during the greeting (domain.md §6.1).
    LOST_TRACK is said when the link was blind at the end, until the PBX's own log tells more
    (architecture decision 11).
    """

    OPEN = ""
    ANSWERED = "ANSWERED"
    ABANDONED = "ABANDONED"
    VOICEMAIL = "VOICEMAIL"
    OVERFLOW = "OVERFLOW"
    AFTER_HOURS = "AFTER_HOURS"
    SHORT = "SHORT"
    NUISANCE = "NUISANCE"
    OUT_ANSWERED = "OUT_ANSWERED"
    NO_ANSWER = "NO_ANSWER"
    BUSY = "BUSY"
    REJECTED = "REJECTED"
    INVALID = "INVALID"
    FAILED = "FAILED"
    LOST_TRACK = "LOST_TRACK"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]

    @property
    def missed(self) -> bool:
        """Whether a caller got no person, as far as anybody knows (C1 of domain.md §5.1).

        LOST_TRACK is among them: to call somebody back once too often harms less than never.
        """
        return self in _MISSED


_OUTCOME_LABELS = {
    CallOutcome.OPEN: "进行中",
    CallOutcome.ANSWERED: "已接听",
    CallOutcome.ABANDONED: "排队中挂断",
    CallOutcome.VOICEMAIL: "已留言",
    CallOutcome.OVERFLOW: "排队已满或超时",
    CallOutcome.AFTER_HOURS: "下班时间",
    CallOutcome.SHORT: "短呼",
    CallOutcome.NUISANCE: "骚扰电话",
    CallOutcome.OUT_ANSWERED: "已接通",
    CallOutcome.NO_ANSWER: "无人接听",
    CallOutcome.BUSY: "占线",
    CallOutcome.REJECTED: "拒接",
    CallOutcome.INVALID: "空号",
    CallOutcome.FAILED: "呼叫失败",
    CallOutcome.LOST_TRACK: "去向不明",
}
_MISSED = frozenset(
    {
        CallOutcome.ABANDONED,
        CallOutcome.VOICEMAIL,
        CallOutcome.OVERFLOW,
        CallOutcome.AFTER_HOURS,
        CallOutcome.LOST_TRACK,
    }
)


class CallSource(StrEnum):
    """Where the figures of a call come from: seen live, or read from the PBX's own log later."""

    LIVE = "LIVE"
    BACKFILL = "BACKFILL"


class LinkState(StrEnum):
    """How the link to the PBX is doing; shown on the wallboard."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTING = "CONNECTING"
    SYNCING = "SYNCING"
    LIVE = "LIVE"
    WRONG_PASSWORD = "WRONG_PASSWORD"

    @property
    def label(self) -> str:
        return _LINK_LABELS[self]


_LINK_LABELS = {
    LinkState.DISCONNECTED: "电话交换机未连接",
    LinkState.CONNECTING: "正在连接电话交换机",
    LinkState.SYNCING: "正在核对通话",
    LinkState.LIVE: "电话正常",
    LinkState.WRONG_PASSWORD: "电话交换机口令错误",
}


@dataclass(frozen=True, slots=True)
class CallRecord:
    """Everything the books say about one call; ``linkedid`` names it on its PBX.

    ``number`` is the caller's or called party's number as dialled, empty when withheld; the store
    seals it. Durations are derived from the moments: wait from queue to answer or end, talk from
    answer to end less ``hold_ms``.
    """

    pbx: str
    linkedid: str
    direction: Direction
    purpose: Purpose
    started_at: datetime
    outcome: CallOutcome = CallOutcome.OPEN
    source: CallSource = CallSource.LIVE
    in_gap: bool = False
    number: str = ""
    withheld: bool = False
    queued_at: datetime | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    hold_ms: int = 0
    extension: str = ""
    attempt_id: str | None = None
    remark: str = ""

    @property
    def wait_ms(self) -> int | None:
        """Milliseconds from joining the queue (or ringing out) to the answer, or to the end."""
        begun = self.queued_at or (self.started_at if self.direction is Direction.OUT else None)
        done = self.answered_at or self.ended_at
        return _milliseconds(begun, done)

    @property
    def talk_ms(self) -> int | None:
        """Milliseconds of conversation, holding left out; None when nobody answered."""
        whole = _milliseconds(self.answered_at, self.ended_at)
        return None if whole is None else max(0, whole - self.hold_ms)


def _milliseconds(begun: datetime | None, done: datetime | None) -> int | None:
    if begun is None or done is None:
        return None
    return max(0, int((done - begun).total_seconds() * 1000))
