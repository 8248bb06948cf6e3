"""What the county's own mail gateway thinks of it."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """The gateway's spam field says yes; anybody else could have written it, so it must have
    come from a gateway of ours."""
    if not matter.envelope.trusted:
        return None
    told = matter.letter.field_of(matter.settings.mail_spam_header.lower()).lower()
    spam = told.startswith(("yes", "true", "spam"))
    return Decision(Outcome.REFUSED, "邮件网关判为垃圾邮件") if spam else None
