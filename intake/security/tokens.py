"""Bearer tokens (RFC 6750) for programs: shown once, stored as a hash, tied to one role."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

PREFIX = "mst_"  # lets secret scanners find a token that was published by mistake

_TOKEN = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
_AUTHORIZATION = re.compile(r"Bearer +(\S+) *", re.IGNORECASE)


@dataclass(frozen=True)
class IssuedToken:
    """A new token: ``secret`` is printed once, ``digest`` (hex SHA-256) and ``role`` are stored."""

    secret: str
    digest: str
    role: str

    def __repr__(self) -> str:
        return f"IssuedToken(role={self.role!r}, digest={self.digest[:8]}…)"


def issue_token(role: str) -> IssuedToken:
    """A fresh token of 256 random bits for a role (the caller checks that the role exists)."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return IssuedToken(secret, _sha256(secret), role)


def bearer_digest(authorization: str | None) -> str | None:
    """What to look an Authorization header up by, None if it does not carry one of our tokens."""
    found = _AUTHORIZATION.fullmatch(authorization or "")
    if found is None or not _TOKEN.fullmatch(found.group(1)):
        return None
    return _sha256(found.group(1))


def digests_match(presented: str | None, stored: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest((presented or "").encode("utf-8"), stored.encode("utf-8"))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
