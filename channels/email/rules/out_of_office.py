"""Absence notes of mailers that do not mark them as automatic."""

import re

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome

_SUBJECT = re.compile(
    r"^\s*(?:\[?自动回复\]?|自動回覆|自动答复|系统自动回复|外出自动回复|休假自动回复|不在办公室"
    r"|out of (?:the )?office|automatic reply|auto(?:matic)?[ -]?(?:reply|response)"
    r"|vacation reply)",
    re.IGNORECASE,
)


def judge(matter: Matter) -> Decision | None:
    """The subject begins as absence notes do."""
    letter = matter.letter
    if letter.bounce is not None or not _SUBJECT.match(letter.subject):
        return None
    return Decision(Outcome.AUTOMATIC, "外出或自动回复")
