"""The page of the doors: is every way in and out alive?"""

from aiohttp import web

from intake.desk.pages import render, signed_in
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.doors import read_doors


@signed_in
async def show_doors(request: web.Request, identity: Identity) -> web.StreamResponse:
    """GET /desk/doors, for shift leader, leaders and administrator."""
    doors, ways = await call(request, read_doors, identity.actor)
    return render(request, "doors.html", identity, doors=doors, ways=ways)
