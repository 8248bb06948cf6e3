"""Mail that we sent ourselves and that came round."""

from channels.email.matter import Decision, Matter
from channels.email.recipients import is_ours
from channels.email.tokens import named_by
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """Sent from one of our own addresses, or under a Message-ID of ours."""
    letter = matter.letter
    ours = is_ours(letter.sender, matter.own) or named_by(matter.keys, letter.message_id)
    return Decision(Outcome.AUTOMATIC, "热线自己发出的邮件") if ours else None
