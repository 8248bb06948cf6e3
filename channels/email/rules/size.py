"""Mails larger than the setting; the door refuses them, this is for what came another way."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """More bytes than ``mail_bytes``."""
    if matter.size <= matter.settings.mail_bytes:
        return None
    megabytes = matter.settings.mail_bytes // 1_000_000
    return Decision(Outcome.REFUSED, f"邮件超过 {megabytes} MB")
