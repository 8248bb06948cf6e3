"""Sign-in sessions kept on the server: the browser holds a random value, the store its hash.

The store keeps for each session: hash, account, created_at, seen_at. This module makes the values
and decides over the times; it keeps nothing.
"""

import enum
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypedDict

IDLE_TIMEOUT = timedelta(minutes=20)
ABSOLUTE_TIMEOUT = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)

_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 bits in base64url


@dataclass(frozen=True)
class SessionToken:
    """A new session: ``cookie`` goes to the browser once, ``digest`` (hex SHA-256) to the store."""

    cookie: str
    digest: str

    def __repr__(self) -> str:
        return f"SessionToken(digest={self.digest[:8]}…)"


@dataclass(frozen=True)
class Rotation:
    """A sign-in: store ``fresh``, and delete the session of ``retired`` if there is one."""

    fresh: SessionToken
    retired: str | None


class Standing(enum.Enum):
    """Whether a stored session still counts."""

    LIVE = "live"
    IDLE = "idle"
    EXPIRED = "expired"


class CookieAttributes(TypedDict):
    """Keyword arguments for ``aiohttp.web.Response.set_cookie`` beside name and value."""

    httponly: bool
    secure: bool
    samesite: Literal["Lax"]
    path: str
    max_age: int


def new_token() -> SessionToken:
    """A fresh session of 256 random bits."""
    cookie = secrets.token_urlsafe(32)
    return SessionToken(cookie, _sha256(cookie))


def token_digest(cookie: str | None) -> str | None:
    """What to look a request's cookie up by, None if it cannot be one of ours."""
    if cookie is None or not _COOKIE_VALUE.fullmatch(cookie):
        return None
    return _sha256(cookie)


def rotate(old_cookie: str | None) -> Rotation:
    """At every sign-in: a new token, whatever the browser brought along (session fixation)."""
    return Rotation(fresh=new_token(), retired=token_digest(old_cookie))


def standing(
    created_at: datetime, seen_at: datetime, now: datetime, idle: timedelta = IDLE_TIMEOUT
) -> Standing:
    """20 minutes (or ``idle``) without a request or 12 hours in all end a session.

    Times are aware, in UTC.
    """
    if now - created_at >= ABSOLUTE_TIMEOUT:
        return Standing.EXPIRED
    if now - seen_at >= idle:
        return Standing.IDLE
    return Standing.LIVE


def should_touch(seen_at: datetime, now: datetime) -> bool:
    """Whether seen_at is worth writing again: once a minute, not with every request."""
    return now - seen_at >= TOUCH_EVERY


def cookie_name(behind_tls: bool) -> str:
    """The cookie's name; behind TLS the prefix makes browsers refuse it from sub-domains."""
    return "__Host-minsheng" if behind_tls else "minsheng"


def cookie_attributes(behind_tls: bool) -> CookieAttributes:
    """Out of reach of scripts, of other sites' posts, and of plain HTTP where TLS is used."""
    return CookieAttributes(
        httponly=True,
        secure=behind_tls,
        samesite="Lax",
        path="/",
        max_age=int(ABSOLUTE_TIMEOUT.total_seconds()),
    )


def _sha256(cookie: str) -> str:
    # A plain hash is enough: 256 random bits cannot be guessed from it.
    return hashlib.sha256(cookie.encode("ascii")).hexdigest()
