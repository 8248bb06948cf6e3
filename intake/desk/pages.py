"""Pages of the desk: templates, what every page shows, and problems as friendly pages."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from intake.domain.numbers import COUNTY_ZONE
from intake.domain.people import Action
from intake.http.identity import Identity, csrf_token_of, identify
from intake.http.problems import Problem, no, problem_response
from intake.http.room import room_of, settings_of

HERE = Path(__file__).parent
SIGN_IN = "/desk/sign-in"
_SHEET = re.compile(r"/desk/(?:tickets|cases)/[0-9A-Z]+")

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PageHandler = Callable[[web.Request, Identity], Awaitable[web.StreamResponse]]


def _minute(moment: datetime | None) -> str:
    """Month, day and minute in the county's time; the year is told by the numbers."""
    return f"{moment.astimezone(COUNTY_ZONE):%m-%d %H:%M}" if moment else ""


def _instant(moment: datetime) -> str:
    """For scripts: ISO 8601 in UTC."""
    return moment.isoformat()


def marked(text: str, words: Iterable[str]) -> Markup:
    """The text with every given word marked; everything else is escaped."""
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    parts: list[Markup] = []
    position = 0
    while position < len(text):
        found = next((word for word in wanted if text.startswith(word, position)), None)
        if found is None:
            parts.append(escape(text[position]))
            position += 1
        else:
            parts.append(Markup("<mark>{}</mark>").format(found))
            position += len(found)
    return Markup().join(parts)


def _share(probability: float) -> str:
    """A probability for people: nothing is certain, and little is not nothing."""
    return "<1%" if probability < 0.01 else f"{min(probability, 0.99):.0%}"


_ENVIRONMENT.filters.update(minute=_minute, instant=_instant, marked=marked, share=_share)


def fragment(template: str, **values: Any) -> str:
    """A part of a page as text, for streams and scripts."""
    return _ENVIRONMENT.get_template(template).render(**values)


def render(
    request: web.Request,
    template: str,
    identity: Identity | None = None,
    status: int = 200,
    **values: Any,
) -> web.Response:
    """One page or fragment; ``values`` are what the template names beside the common ones."""
    text = fragment(template, **_common(request, identity), **values)
    return web.Response(status=status, text=text, content_type="text/html")


def _common(request: web.Request, identity: Identity | None) -> Mapping[str, Any]:
    settings = settings_of(request)
    room = room_of(request)
    actor = identity.actor if identity else None
    return {
        "county": room.county.name,
        "hotline": settings.hotline,
        "idle_minutes": settings.idle_minutes,
        "telephone": settings.has_pbx and actor is not None and actor.may(Action.CALL),
        "me": actor,
        "may": (lambda action: actor.may(Action(action))) if actor else (lambda _action: False),
        "csrf": csrf_token_of(request, identity) if identity else "",
        "here": request.path,
        "now": room.clock(),
    }


def signed_in(handler: PageHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A page for people who are signed in; others are led to the sign-in page and back."""

    @wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        identity = await identify(request)
        if identity is not None:
            return await handler(request, identity)
        if request.method == "GET" and _wants_page(request):
            raise web.HTTPSeeOther(f"{SIGN_IN}?next={quote(request.path_qs, safe='')}")
        raise no("unauthenticated", "登录已过期，请重新登录后再操作；您填写的内容还在这个窗口里。")

    return guarded


def _wants_page(request: web.Request) -> bool:
    """Fragments asked for by scripts get a problem, not a sign-in page in the middle of a page."""
    page = "text/html" in request.headers.get("Accept", "")
    script = "HX-Request" in request.headers
    return page and not script and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"


async def problem_page(request: web.Request, problem: Problem) -> web.StreamResponse:
    """A problem as a page of the desk, or as JSON for scripts; see ``intake.http.failures``."""
    if "HX-Request" in request.headers:
        return render(request, "fault.html", None, problem.status, problem=problem)
    if not _wants_page(request):
        return problem_response(problem)
    try:
        identity = await identify(request)
    except Exception as error:  # The store itself may be what is away.
        if isinstance(error, web.HTTPException):
            raise
        identity = None
    sheet = _SHEET.match(request.path)
    back = sheet[0] if sheet else "/desk"
    return render(request, "problem.html", identity, problem.status, problem=problem, back=back)
