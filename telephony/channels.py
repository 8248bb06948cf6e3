"""What a channel's name tells: trunk, an operator's line, or something technical of the PBX."""

from functools import lru_cache

_OPERATORS = ("agent-", "web-")
_OUTSIDE = frozenset({"PJSIP", "SIP", "IAX2", "DAHDI"})


@lru_cache(maxsize=4096)
def extension_of(endpoint: str) -> str:
    """The operator's extension behind ``PJSIP/agent-8001`` or a channel of it; "" for others."""
    name = endpoint.partition("/")[2]
    for prefix in _OPERATORS:
        if name.startswith(prefix):
            return name.removeprefix(prefix).partition("-")[0].partition("@")[0]
    return ""


def is_line(channel: str) -> bool:
    """Whether a person is at its end: no Local half, announcer or recorder of the PBX."""
    return channel.partition("/")[0] in _OUTSIDE


def is_outside(channel: str) -> bool:
    """Whether it leads out of the house: a line that is no operator's and no load line."""
    return is_line(channel) and not extension_of(channel) and "/load-" not in channel
