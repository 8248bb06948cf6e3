"""Mail to many: lists, newsletters, bulk."""

from channels.email.matter import Decision, Matter
from intake.domain.contact import Outcome

_PRECEDENCE = frozenset({"list", "bulk", "junk"})


def judge(matter: Matter) -> Decision | None:
    """List-Id (RFC 2919), List-Post or List-Unsubscribe (RFC 2369), or Precedence."""
    letter = matter.letter
    listed = any(letter.field_of(name) for name in ("list-id", "list-post", "list-unsubscribe"))
    bulk = letter.field_of("precedence").lower() in _PRECEDENCE
    return Decision(Outcome.AUTOMATIC, "群发邮件") if listed or bulk else None
