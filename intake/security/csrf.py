"""Defence of signed-in browsers against posts that other sites make them send.

Two independent checks: where the request comes from (Fetch metadata, RFC 6454 Origin), and a token
bound to the session that only our own pages can read.
"""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD_NAME = "csrf_token"
HEADER_NAME = "X-CSRF-Token"


def csrf_token(session_cookie: str, key: bytes) -> str:
    """The token for a session's forms and scripts; ``key`` is the keyring's "session" key."""
    digest = hmac.digest(key, b"csrf\x00" + session_cookie.encode("utf-8", "replace"), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def csrf_matches(session_cookie: str, presented: str | None, keys: Iterable[bytes]) -> bool:
    """Whether the presented token belongs to the session under any key still on the ring."""
    given = (presented or "").encode("utf-8", "replace")
    found = False
    for key in keys:
        found |= hmac.compare_digest(csrf_token(session_cookie, key).encode("ascii"), given)
    return found


def comes_from_our_pages(request: web.BaseRequest, public_origins: Iterable[str] = ()) -> bool:
    """Whether an unsafe request was sent by a page of ours; safe methods always pass.

    ``public_origins`` are the addresses people use ("https://sheng.example"); without them the
    Host header stands in. A request without Sec-Fetch-Site and without Origin is refused: every
    browser sends one of them with a post, other programs use a bearer token.
    """
    if request.method in SAFE_METHODS:
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # Scripts cannot set this header; "none" is the user's own act, such as a reload.
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    allowed = {known.rstrip("/").lower() for known in public_origins}
    if allowed:
        return origin.lower() in allowed
    return _host_of(origin) == request.host.lower()


def _host_of(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.path or parts.query:
        return None
    return parts.netloc.lower()
