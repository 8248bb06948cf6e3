"""Everything else is a report."""

from channels.email.matter import Decision, Matter
from channels.email.rules.reply_to_ticket import mentioned
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision:
    """A new ticket, with a pointer to tickets the mail names without belonging to them."""
    return Decision(Outcome.TICKET, related=mentioned(matter))
