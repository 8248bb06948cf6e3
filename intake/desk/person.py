"""People behind and before a ticket: reveal the reporter, show photos, tell who is looking."""

from aiohttp import web

from intake.desk.forms import read_own_form, text
from intake.desk.pages import render, signed_in
from intake.http.identity import Identity, require_csrf
from intake.http.problems import no
from intake.http.room import call
from intake.services.picture import clean_photo_file
from intake.services.presence import look_in
from intake.services.reporters import reveal


@signed_in
async def do_reveal(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Show the reporter in clear, once; the reveal is on record before it is shown."""
    form = await read_own_form(request, identity)
    number = request.match_info["number"]
    person = await call(request, reveal, identity.actor, number, text(form, "reason", 200))
    return render(request, "revealed.html", identity, person=person)


@signed_in
async def show_photo(request: web.Request, identity: Identity) -> web.StreamResponse:
    """A clean copy, never the original and never kept by the browser."""
    return await _photo(request, identity, small=False)


@signed_in
async def show_thumbnail(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The small picture of a clean copy."""
    return await _photo(request, identity, small=True)


async def _photo(request: web.Request, identity: Identity, *, small: bool) -> web.FileResponse:
    key = request.match_info["id"]
    if len(key) > 15:
        raise no("not-found", "没有这张照片。")
    path = await call(request, clean_photo_file, identity.actor, int(key), small=small)
    return web.FileResponse(
        path, headers={"Cache-Control": "no-store", "Content-Type": "image/jpeg"}
    )


@signed_in
async def be_seen(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The page is open; answers with the others who have it open, and the version."""
    require_csrf(request, identity)
    glance = await call(request, look_in, identity.actor, request.match_info["number"])
    return web.json_response({"others": glance.others, "version": glance.version})
