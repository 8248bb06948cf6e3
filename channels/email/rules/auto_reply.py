"""Answers of programs (RFC 3834): recorded, never answered."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome

_MARKS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply")
_PRECEDENCE = frozenset({"auto_reply", "auto-reply"})


def judge(matter: Matter) -> Decision | None:
    """Auto-Submitted other than "no" (RFC 3834 section 5), or a mark older programs set."""
    letter = matter.letter
    if letter.bounce is not None:
        return None
    submitted = letter.field_of("auto-submitted").partition(";")[0].strip().lower()
    automatic = (
        submitted not in ("", "no")
        or any(letter.field_of(name) for name in _MARKS)
        or letter.field_of("precedence").lower() in _PRECEDENCE
    )
    return Decision(Outcome.AUTOMATIC, "自动回复") if automatic else None
