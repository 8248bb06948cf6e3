"""The table of rules: asked from the top, the first that decides, decides."""

from dataclasses import dataclass

from channels.email.matter import Decision, Judge, Matter
from channels.email.rules import (
    auto_reply,
    bounce,
    daily_cap,
    loop_headers,
    mailing_list,
    new_ticket,
    out_of_office,
    own_mail,
    reply_to_ticket,
    second_copy,
    size,
    spam_score,
    unknown_recipient,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A name for the record, the judge, and whether a person's word goes over it."""

    name: str
    judge: Judge
    final: bool = False


CHAIN = (
    Rule("own-mail", own_mail.judge, final=True),
    Rule("loop-headers", loop_headers.judge),
    Rule("auto-reply", auto_reply.judge),
    Rule("out-of-office", out_of_office.judge),
    Rule("bounce", bounce.judge),
    Rule("mailing-list", mailing_list.judge),
    Rule("spam-score", spam_score.judge),
    Rule("size", size.judge),
    Rule("unknown-recipient", unknown_recipient.judge),
    Rule("second-copy", second_copy.judge, final=True),
    Rule("daily-cap", daily_cap.judge),
    Rule("reply-to-ticket", reply_to_ticket.judge, final=True),
    Rule("new-ticket", new_ticket.judge, final=True),
)


def decide(matter: Matter, *, by_hand: bool = False) -> tuple[str, Decision]:
    """The deciding rule's name and what it says.

    ``by_hand``: a person has looked at it and says that it is a report, so that only the rules
    marked ``final`` are asked.
    """
    for rule in CHAIN:
        if by_hand and not rule.final:
            continue
        decision = rule.judge(matter)
        if decision is not None:
            return rule.name, decision
    raise AssertionError("the last rule takes everything")
