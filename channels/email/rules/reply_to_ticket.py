"""An answer to one of our mails, or more about an earlier report (channels in order of proof)."""

from collections.abc import Iterator

from channels.email.matter import Decision, Matter
from channels.email.recipients import tag_of
from channels.email.subjects import canonical
from channels.email.tokens import named_by, number_of_tag, numbers_in
from intake.domain.contact import Outcome


def judge(matter: Matter) -> Decision | None:
    """Joins the first ticket for which there is a token and whose conversation the sender is in.

    1. signed address, 2. signed Message-ID, 3. a stored mail answered under the same subject,
    4. a number in the subject. The last two can be made up together with the sender's address, so
    they do not count when the sender's domain disowns the mail. A stranger joins nothing.
    """
    letter = matter.letter
    for number in _signed(matter):
        if matter.records.participates(letter.sender, number):
            return Decision(Outcome.SUPPLEMENT, join=number)
    if matter.verdicts.forged:
        return None
    for number in _told(matter):
        if matter.records.participates(letter.sender, number):
            return Decision(Outcome.SUPPLEMENT, join=number)
    return None


def mentioned(matter: Matter) -> tuple[str, ...]:
    """Every ticket the mail points at, for a person to look at."""
    named = dict.fromkeys([*_signed(matter), *_told(matter)])
    return tuple(number for number in named if matter.records.exists(number))[:5]


def _signed(matter: Matter) -> Iterator[str]:
    letter = matter.letter
    for address in (*matter.envelope.recipients, *letter.recipients):
        number = number_of_tag(matter.keys, tag_of(address))
        if number:
            yield number
    for message_id in letter.answers:
        named = named_by(matter.keys, message_id)
        if named is not None:
            yield named[1]


def _told(matter: Matter) -> Iterator[str]:
    letter = matter.letter
    if letter.answers:
        yield from matter.records.tickets_answered(letter.answers, canonical(letter.subject))
    yield from numbers_in(letter.subject)
