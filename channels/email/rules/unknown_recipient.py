"""Mails for nobody here; the door refuses them, this is for addresses that were given up since."""

from channels.email.matter import Decision, Matter
from channels.email.recipients import is_ours
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """No recipient of the envelope is ours; without an envelope the header's recipients count."""
    named = matter.envelope.recipients or matter.letter.recipients
    if any(is_ours(address, matter.own) for address in named):
        return None
    return Decision(Outcome.REFUSED, "收件人不是热线的地址")
