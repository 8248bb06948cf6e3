"""Delivery reports: which of our messages did not arrive (RFC 3464)."""

from channels.email.matter import Decision, Matter
from channels.email.tokens import named_by
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """A report; only the signed Message-ID of ours says which message it is about."""
    bounce = matter.letter.bounce
    if bounce is None:
        return None
    for message_id in bounce.returned:
        named = named_by(matter.keys, message_id)
        if named is not None:
            remark = f"退信 {bounce.status}"
            key, number = named
            join = number if matter.records.exists(number) else ""
            return Decision(
                Outcome.AUTOMATIC, remark, join, bounced=key, permanent=bounce.permanent
            )
    return Decision(Outcome.AUTOMATIC, f"退信 {bounce.status}，不是热线发出的邮件")
