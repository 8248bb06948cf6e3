"""Sign in, sign out, and change the own password."""

from urllib.parse import quote, urlsplit

from aiohttp import web

from intake.desk.forms import read_form, read_own_form
from intake.desk.pages import render, signed_in
from intake.domain.errors import Refusal
from intake.http.identity import (
    FIELD_NAME,
    Identity,
    end_session,
    identify,
    require_csrf,
    set_session,
    start_session,
)
from intake.http.problems import Problem, ProblemRaised
from intake.http.room import call_slowly, settings_of
from intake.services.accounts import change_own_password

_HOME = "/desk"


async def show_sign_in(request: web.Request) -> web.StreamResponse:
    """The sign-in page; who is signed in already goes on."""
    target = _target(request.query.get("next", ""))
    if await identify(request) is not None:
        raise web.HTTPSeeOther(target)
    return _sign_in_page(request, target, idle="idle" in request.query)


async def do_sign_in(request: web.Request) -> web.StreamResponse:
    """Check name and password; a failure shows the page again with what to do."""
    form = await read_form(request)
    target = _target(form.get("next", ""))
    username = form.get("username", "")[:100]
    try:
        signed = await start_session(request, username, form.get("password", "")[:1000])
    except Refusal as refusal:
        return _sign_in_page(request, target, username, refusal.message, refusal.status)
    except ProblemRaised as raised:
        problem = raised.problem
        return _sign_in_page(request, target, username, problem.detail, problem.status)
    response = web.Response(status=303, headers={"Location": target})
    set_session(request, response, signed)
    return response


async def do_sign_out(request: web.Request) -> web.StreamResponse:
    """End the session; ``idle`` tells the sign-in page why, ``next`` where to return to.

    Works as well when the session has already ended by itself.
    """
    form = await read_form(request)
    identity = await identify(request)
    if identity is not None:
        require_csrf(request, identity, form.get(FIELD_NAME))
    query = ""
    if "idle" in form:
        query = f"?idle=1&next={quote(_target(form.get('next', '')), safe='')}"
    response = web.Response(status=303, headers={"Location": f"/desk/sign-in{query}"})
    await end_session(request, response)
    return response


@signed_in
async def show_password(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The page to change the own password."""
    return render(request, "password.html", identity, problem=None)


@signed_in
async def do_password(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Change the own password; all sessions end and the new password is asked for at once."""
    form = await read_own_form(request, identity)
    fresh = form.get("fresh", "")
    problem: Problem | None = None
    if fresh != form.get("again", ""):
        problem = Problem("invalid", "两次输入的新密码不一样，请重新输入。")
    else:
        try:
            await call_slowly(
                request,
                change_own_password,
                identity.account,
                form.get("present", "")[:1000],
                fresh[:1000],
            )
        except Refusal as refusal:
            problem = Problem(refusal.id, refusal.message)
    if problem is not None:
        return render(request, "password.html", identity, 422, problem=problem)
    response = web.Response(status=303, headers={"Location": "/desk/sign-in"})
    await end_session(request, response)
    return response


def _sign_in_page(
    request: web.Request,
    target: str,
    username: str = "",
    message: str = "",
    status: int = 200,
    idle: bool = False,
) -> web.Response:
    return render(
        request,
        "sign_in.html",
        None,
        status,
        target=target,
        username=username,
        message=message,
        idle=idle,
        minutes=settings_of(request).idle_minutes,
    )


def _target(wanted: str) -> str:
    """Only a page of the desk: an address from outside must not lead people elsewhere."""
    parts = urlsplit(wanted)
    inside = parts.path == _HOME or parts.path.startswith(f"{_HOME}/")
    clean = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    plain = not parts.scheme and not parts.netloc and ".." not in parts.path
    return wanted if inside and plain and clean and "//" not in wanted else _HOME
