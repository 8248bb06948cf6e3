"""Which addresses are ours: the hotline's own, with or without a tag after a plus (RFC 5233)."""

from collections.abc import Iterable

from intake.security.email_address import normalise_email


def plain(address: str) -> str | None:
    """The normalised address without its tag, or None when it is not an address."""
    known = normalise_email(address)
    if known is None:
        return None
    local, _, domain = known.partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def tag_of(address: str) -> str:
    """What stands after the plus, or nothing."""
    known = normalise_email(address) or ""
    return known.partition("@")[0].partition("+")[2]


def is_ours(address: str, own: Iterable[str]) -> bool:
    """Whether the address is one of ``own`` (normalised)."""
    return plain(address) in set(own)
