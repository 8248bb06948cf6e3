"""The same letter once more, changed a little on another way (a list's footer, a gateway)."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """Same Message-ID, same sender, same words: what became of the first copy holds for it."""
    letter = matter.letter
    if not letter.message_id or not letter.visible:
        return None
    number = matter.records.same_letter(letter.message_id, letter.sender, letter.visible)
    if number is None:
        return None
    return Decision(Outcome.DUPLICATE_DELIVERY, "同一封邮件再次送达", number)
