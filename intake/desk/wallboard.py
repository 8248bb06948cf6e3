"""The wallboard: one page for the wall, drawn anew when something happens on the telephone."""

from typing import Any

from aiohttp import web

from intake.desk.pages import render, signed_in
from intake.desk.tail import last_event
from intake.domain.people import Action
from intake.http.identity import Identity, require_action
from intake.http.room import call, room_of
from intake.services.wallboard import read_wallboard


@signed_in
async def show_wallboard(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The page; its script keeps it up to date."""
    require_action(identity, Action.READ_CALLS)
    cursor = await last_event(request)
    return await _board(request, identity, "wallboard.html", cursor=cursor)


@signed_in
async def show_now(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The moving part alone."""
    return await _board(request, identity, "wallboard_now.html")


async def _board(
    request: web.Request, identity: Identity, template: str, **values: Any
) -> web.Response:
    board = await call(request, read_wallboard, identity.actor)
    return render(request, template, identity, board=board, at=room_of(request).clock(), **values)


ROUTES = [web.get("/wallboard", show_wallboard), web.get("/wallboard/now", show_now)]
