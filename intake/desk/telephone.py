"""The telephone on the desk: the window that holds the line, and what every page says of it."""

import re
from urllib.parse import urlsplit

from aiohttp import web

from intake.desk.pages import render, signed_in
from intake.domain.people import Action
from intake.http.identity import Identity, require_action
from intake.http.room import settings_of
from intake.security.headers import CONTENT_SECURITY_POLICY

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")


@signed_in
async def show_phone(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The telephone's own window: it registers, holds the sound, and outlives the desk's pages.

    No secret is in the page; its script fetches a short-lived one (telephony.md §9).
    """
    require_action(identity, Action.CALL)
    page = render(request, "phone.html", identity)
    page.headers["Content-Security-Policy"] = policy_with_line(request)
    return page


def policy_with_line(request: web.Request) -> str:
    """The usual policy, and beside our own address the one WebSocket of the PBX."""
    settings = settings_of(request)
    line = line_origin(settings.pbx_ws_url, request.host, settings.behind_tls)
    return CONTENT_SECURITY_POLICY.replace("connect-src 'self'", f"connect-src 'self' {line}")


def line_origin(configured: str, host: str, secure: bool) -> str:
    """Scheme, host and port of the WebSocket: as configured, else this very host behind its proxy.

    Empty for a host that no browser would send.
    """
    if configured:
        parts = urlsplit(configured)
        return f"{parts.scheme}://{parts.netloc}"
    if not _HOST.fullmatch(host):
        return ""
    return f"wss://{host}" if secure else f"ws://{host} wss://{host}"
