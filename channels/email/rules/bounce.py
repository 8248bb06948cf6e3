"""Delivery reports: which of our messages did not arrive (RFC 3464), and why (RFC 3463)."""

from collections.abc import Mapping

from channels.email.matter import Decision, Matter
from channels.email.tokens import named_by
from intake.domain.contact import Outcome

_REASONS: Mapping[str, str] = {
    "1": "对方邮箱地址不存在或已停用",
    "2": "对方邮箱已满或不能接收",
    "3": "对方的邮件系统出了问题",
    "4": "邮件送不到对方的服务器",
    "6": "对方的邮件系统不接受邮件内容",
    "7": "对方的邮件系统拒收",
}
"""By the subject of the status, its second number (RFC 3463 section 3)."""


def judge(matter: Matter) -> Decision | None:
    """A report; only the signed Message-ID of ours says which message it is about."""
    bounce = matter.letter.bounce
    if bounce is None:
        return None
    for message_id in bounce.returned:
        named = named_by(matter.keys, message_id)
        if named is not None:
            remark = f"{_why(bounce.status)}（退信 {bounce.status}）。"
            key, number = named
            join = number if matter.records.exists(number) else ""
            return Decision(
                Outcome.AUTOMATIC, remark, join, bounced=key, permanent=bounce.permanent
            )
    return Decision(Outcome.AUTOMATIC, f"退信 {bounce.status}，不是热线发出的邮件")


def _why(status: str) -> str:
    """In plain words, for the operator who reads it beside the message."""
    parts = status.split(".")
    return _REASONS.get(parts[1] if len(parts) > 1 else "", "对方没有收下")
