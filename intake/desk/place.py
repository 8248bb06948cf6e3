"""Where is it: the county's own map, what lies at a point, and points an address may mean."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from intake.desk.forms import degrees, query_text
from intake.desk.pages import render, signed_in
from intake.geo.county import County
from intake.geo.map import county_geojson, grid_geojson
from intake.http.identity import Identity
from intake.http.room import call, room_of
from intake.services.place_candidates import find_places, places_of_ticket

_KEPT = "private, max-age=3600"
_LONGEST = 200


class Atlas:
    """Maps as text; each is made when it is first asked for, then kept."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._making = asyncio.Lock()

    async def get(self, name: str, make: Callable[[County], Any], county: County) -> Any:
        async with self._making:
            if name not in self._made:
                self._made[name] = await asyncio.to_thread(make, county)
        return self._made[name]


ATLAS = web.AppKey("atlas", Atlas)


@signed_in
async def show_map(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The base map as GeoJSON layers."""
    del identity
    return await _map(request, "map", county_geojson)


@signed_in
async def show_grid(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The unit grids as GeoJSON."""
    del identity
    return await _map(request, "grid", grid_geojson)


async def _map(
    request: web.Request, name: str, make: Callable[[County], dict[str, Any]]
) -> web.Response:
    def written(county: County) -> bytes:
        return json.dumps(make(county), ensure_ascii=False, separators=(",", ":")).encode()

    body = await request.config_dict[ATLAS].get(name, written, room_of(request).county)
    response = web.Response(
        body=body, content_type="application/json", headers={"Cache-Control": _KEPT}
    )
    response.enable_compression()
    return response


@signed_in
async def show_spot(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Town, unit grid and nearest landmark of a point given as ``lon`` and ``lat`` (WGS84)."""
    lon, lat = degrees(request.query, "lon", 180), degrees(request.query, "lat", 90)
    if lon is None or lat is None:
        return render(request, "spot.html", identity, spot=None, near=None)
    county = room_of(request).county
    near = county.nearest_landmark(lon, lat)
    return render(request, "spot.html", identity, spot=county.locate(lon, lat), near=near)


async def known_place(request: web.Request, identity: Identity, words: str) -> str:
    """The words themselves when the county knows such a place, else nothing."""
    if not words:
        return ""
    found = await call(request, find_places, identity.actor, words)
    return words if found else ""


@signed_in
async def show_places(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Points an address in words may mean, best first."""
    words = query_text(request, "words", _LONGEST)
    found = await call(request, find_places, identity.actor, words) if words else []
    return render(request, "places.html", identity, found=found, words=words)


@signed_in
async def show_ticket_places(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Points a ticket's own words may mean; the map shows the same."""
    number = request.match_info["number"]
    found = await call(request, places_of_ticket, identity.actor, number)
    return render(request, "places.html", identity, found=found, words="")
