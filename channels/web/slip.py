"""The slip: a short-lived signed cookie that opens one report's pages in one browser.

It stands in for number and query code, so that the code never appears in an address, a history or
a log. Each report has its own, sent by the browser below that report's address only, so that two
reports open side by side are never mixed up.
"""

import hmac
import time
from hashlib import sha256

from aiohttp import web

from intake.http.room import room_of, settings_of

SLIP_SECONDS = 2 * 3600
_PURPOSE = "link"


def report_address(number: str) -> str:
    """Where the pages of one report live."""
    return f"/progress/{number}"


def give_slip(request: web.Request, response: web.StreamResponse, number: str) -> None:
    """Let this browser open the report's pages for SLIP_SECONDS."""
    until = int(time.time()) + SLIP_SECONDS
    key = room_of(request).keyring.subkey(_PURPOSE)
    response.set_cookie(
        _name(request),
        f"{until}.{_signature(key, number, until)}",
        max_age=SLIP_SECONDS,
        path=report_address(number),
        httponly=True,
        samesite="Lax",
        secure=settings_of(request).behind_tls,
    )


def take_slip(request: web.Request, response: web.StreamResponse, number: str) -> None:
    """Close the report's pages in this browser."""
    response.del_cookie(_name(request), path=report_address(number))


def has_slip(request: web.Request, number: str) -> bool:
    """Whether this browser proved that it may see the report."""
    until, _, signature = request.cookies.get(_name(request), "").partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 12) or int(until) < time.time():
        return False
    given = signature.encode("utf-8", "replace")
    keys = room_of(request).keyring.subkeys(_PURPOSE)
    return any(
        hmac.compare_digest(_signature(key, number, int(until)).encode("ascii"), given)
        for key in keys
    )


def require_slip(request: web.Request) -> str:
    """The number in the address; a browser without its slip is sent to type number and code."""
    number = request.match_info["number"]
    if not has_slip(request, number):
        raise web.HTTPSeeOther(f"/progress?number={number}")
    return number


def _name(request: web.Request) -> str:
    return "__Secure-slip" if settings_of(request).behind_tls else "slip"


def _signature(key: bytes, number: str, until: int) -> str:
    return hmac.new(key, f"slip\x00{number}\x00{until}".encode(), sha256).hexdigest()
