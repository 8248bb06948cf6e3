"""Subjects with the prefixes of replies and forwards taken off, to tell one conversation."""

import re
import unicodedata

_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|回复|答复|回覆|答覆|转发|轉發|自动回复)\s*(?:\[\d+\])?\s*[:：]"
    r"|[\[【](?:回复|答复|转发|external|外部邮件)[\]】])\s*",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\s*(?:re|aw|回复|答复|回覆|答覆)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE)


def canonical(subject: str) -> str:
    """The subject of the conversation: folded, without prefixes, blanks and case."""
    text = unicodedata.normalize("NFKC", subject)
    while found := _PREFIX.match(text):
        text = text[found.end() :]
    return "".join(text.split()).casefold()


def is_reply(subject: str) -> bool:
    """Whether the subject says that it answers something."""
    return _REPLY.match(unicodedata.normalize("NFKC", subject)) is not None
