"""Mail that has been here before, or says that it goes round."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome

LOOP_FIELD = "x-loop"


def judge(matter: Matter) -> Decision | None:
    """X-Loop names one of our addresses: another program sends back what we sent."""
    told = matter.letter.field_of(LOOP_FIELD).lower()
    looping = any(address in told for address in matter.own)
    return Decision(Outcome.AUTOMATIC, "循环转发的邮件") if looping else None
