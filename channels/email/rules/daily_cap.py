"""One sender over and over: two programs answering each other stop here."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """More mails of one sender within a day than ``mail_daily_cap``; a person may still take one
    of them in by hand."""
    cap = matter.settings.mail_daily_cap
    if matter.envelope.user or matter.records.recent(matter.letter.sender, cap) < cap:
        return None
    return Decision(Outcome.AUTOMATIC, f"同一发件人一天内超过 {cap} 封")
