"""What is said to and by citizens outside a call, whatever the channel (domain.md §5.2)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from intake.domain.numbers import COUNTY_ZONE


class MessageChannel(StrEnum):
    """Ways a message travels. WEB is the report's own page: nothing is sent, it is read there."""

    EMAIL = "EMAIL"
    TELEGRAM = "TELEGRAM"
    WECHAT = "WECHAT"
    SMS = "SMS"
    WEB = "WEB"

    @property
    def label(self) -> str:
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    MessageChannel.EMAIL: "邮件",
    MessageChannel.TELEGRAM: "Telegram",
    MessageChannel.WECHAT: "微信",
    MessageChannel.SMS: "短信",
    MessageChannel.WEB: "网页",
}


class Direction(StrEnum):
    """From the citizen, to the citizen, or a note that stays in the house."""

    IN = "IN"
    OUT = "OUT"
    NOTE = "NOTE"


class MessageKind(StrEnum):
    """What a message is for."""

    REPORT = "REPORT"
    SUPPLEMENT = "SUPPLEMENT"
    RECEIPT = "RECEIPT"
    PROGRESS = "PROGRESS"
    QUESTION = "QUESTION"
    RESULT = "RESULT"
    SATISFACTION = "SATISFACTION"
    UNREACHABLE = "UNREACHABLE"
    REPLY = "REPLY"
    NOTE = "NOTE"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    MessageKind.REPORT: "反映",
    MessageKind.SUPPLEMENT: "补充",
    MessageKind.RECEIPT: "受理回执",
    MessageKind.PROGRESS: "进展",
    MessageKind.QUESTION: "请求补充",
    MessageKind.RESULT: "答复",
    MessageKind.SATISFACTION: "回访",
    MessageKind.UNREACHABLE: "未能联系",
    MessageKind.REPLY: "回复",
    MessageKind.NOTE: "内部备注",
}


class MessageState(StrEnum):
    """How far a message has come. WAITING only is still going to be sent."""

    RECEIVED = "RECEIVED"
    WAITING = "WAITING"
    SENT = "SENT"
    SHOWN = "SHOWN"
    HELD = "HELD"
    BOUNCED = "BOUNCED"
    BLOCKED = "BLOCKED"
    FAILED = "FAILED"
    KEPT = "KEPT"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    MessageState.RECEIVED: "已收到",
    MessageState.WAITING: "等待发送",
    MessageState.SENT: "已发出",
    MessageState.SHOWN: "已在网页显示",
    MessageState.HELD: "未发送（当日自动消息已达上限）",
    MessageState.BOUNCED: "被退回",
    MessageState.BLOCKED: "对方已拒收",
    MessageState.FAILED: "发送失败",
    MessageState.KEPT: "已保存",
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an arrival came from, so that it can be answered.

    ``address`` is personal data (a mail address, a chat). ``external_id`` is the channel's own
    name of the message (Message-ID, message number), for replies to refer to.
    """

    channel: MessageChannel
    address: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice the citizen may press; ``data`` comes back, at most 64 bytes (Bot API limit)."""

    label: str
    data: str


PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long to wait after each failed attempt (RFC 5321 §4.5.4.1: give up after days, not hours)."""

_DISTURBING = frozenset({MessageChannel.SMS, MessageChannel.TELEGRAM, MessageChannel.WECHAT})
_QUIET_FROM = time(20, 0)
_QUIET_TO = time(8, 30)


def pause_after(attempts: int) -> timedelta | None:
    """The pause after this many failed attempts, or None when it is time to give up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def sending_progress(
    state: MessageState, tries: int, next_at: datetime | None, now: datetime
) -> str:
    """What the operator reads beside a message that has not gone out; empty when all is said.

    ``tries`` failed so far. Moments are the county's; the day is named when it is not today.
    """
    if state is not MessageState.WAITING:
        return f"试了 {tries} 次" if state is MessageState.FAILED and tries > 1 else ""
    if next_at is None or next_at <= now:
        return f"已试 {tries} 次，马上再试" if tries else ""
    local = next_at.astimezone(COUNTY_ZONE)
    today = local.date() == now.astimezone(COUNTY_ZONE).date()
    moment = f"{local:%H:%M}" if today else f"{local.month}月{local.day}日{local:%H:%M}"
    return f"已试 {tries} 次，{moment} 再试" if tries else f"夜间不打扰市民，{moment} 发出"


def quiet_until(channel: MessageChannel, kind: MessageKind, now: datetime) -> datetime | None:
    """When a message that would disturb somebody's evening may go, or None for at once.

    What answers the citizen (receipt, reply, question) goes at once: he is there (domain.md §5.2).
    """
    answering = {MessageKind.RECEIPT, MessageKind.REPLY, MessageKind.QUESTION}
    if channel not in _DISTURBING or kind in answering:
        return None
    local = now.astimezone(COUNTY_ZONE)
    if _QUIET_TO <= local.time() < _QUIET_FROM:
        return None
    day = local.date() + timedelta(days=1 if local.time() >= _QUIET_FROM else 0)
    return datetime.combine(day, _QUIET_TO, COUNTY_ZONE).astimezone(now.tzinfo)
