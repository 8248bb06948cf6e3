"""The county's own map for the report form, and what lies at a position; no outside tile server."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field
from shapely import LineString, Point, STRtree

from intake.geo.county import County, Diagnosis, Finding
from intake.geo.map import county_geojson, grid_geojson
from intake.http.endpoints import json_answer
from intake.http.reading import parse_strings, query_values
from intake.http.room import ROOM
from intake.http.words import Input, Shown

DAY_SECONDS = 24 * 3600
NEAR_ROAD_METRES = 60
NEAR_LANDMARK_METRES = 1500

_WARNINGS = {
    Finding.IN_COUNTY: "这里在城区管理范围以外，我们会转给所在乡镇处理。",
    Finding.NOT_A_POSITION: "没有取得有效的位置，请在地图上点一下。",
}
_OUTSIDE = "这里不在本县范围内，请重新标出位置，或只填写地址。"


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON text that is the same for everybody, with its entity tag (RFC 9110 section 8.8.3)."""

    body: bytes
    tag: str


class PositionQuery(Input):
    """WGS84 degrees."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]


class PlaceShown(Shown):
    """What lies at a position; ``words`` describe it, ``warning`` is empty when all is well."""

    in_county: bool
    in_area: bool
    town: str
    road: str
    landmark: str
    words: str
    warning: str


class CountyMap:
    """The map of one county, built once; roads are found by the nearest line."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._lines = [
            LineString([county.plane.to_metres(*point) for point in road.line])
            for road in county.rows.roads
        ]
        self._tree = STRtree(self._lines)
        self.base = _document(county_geojson(county))
        self.grid = _document(grid_geojson(county))

    def place(self, lon: float, lat: float) -> PlaceShown:
        """What lies at a WGS84 position."""
        diagnosis = self._county.diagnose(lon, lat)
        location = diagnosis.location
        if location is None:
            return _nowhere(diagnosis)
        town = location.town.name if location.town else ""
        road = self._road(lon, lat)
        landmark = self._landmark(lon, lat)
        where = location.community or location.village
        parts = [town, where.name if where and not landmark else "", road, landmark]
        return PlaceShown(
            in_county=True,
            in_area=location.in_managed_area,
            town=town,
            road=road,
            landmark=landmark,
            words=" ".join(part for part in parts if part),
            warning=_WARNINGS.get(diagnosis.finding, ""),
        )

    def _road(self, lon: float, lat: float) -> str:
        if not self._lines:
            return ""
        here = Point(self._county.plane.to_metres(lon, lat))
        nearest = int(self._tree.nearest(here))
        if self._lines[nearest].distance(here) > NEAR_ROAD_METRES:
            return ""
        return self._county.rows.roads[nearest].name

    def _landmark(self, lon: float, lat: float) -> str:
        found = self._county.nearest_landmark(lon, lat)
        if found is None or found[1] > NEAR_LANDMARK_METRES:
            return ""
        landmark, metres, direction = found
        if metres < 30:
            return f"{landmark.name}旁"
        return f"{landmark.name}{direction}约{round(metres, -1):.0f}米"


MAP = web.AppKey("county_map", CountyMap)


def prepare_map(app: web.Application) -> None:
    """Build the map when the process starts."""

    async def build(started: web.Application) -> None:
        started[MAP] = CountyMap(started[ROOM].county)

    app.on_startup.append(build)


async def base_map(request: web.Request) -> web.StreamResponse:
    """GET /map/county.json: the layers to draw."""
    return _cached(request, request.config_dict[MAP].base)


async def grid_map(request: web.Request) -> web.StreamResponse:
    """GET /map/grid.json: the unit grids."""
    return _cached(request, request.config_dict[MAP].grid)


async def place_at(request: web.Request) -> web.StreamResponse:
    """GET /map/place?lon=&lat=: what lies there; asks no store and tells nothing personal."""
    query = parse_strings(PositionQuery, query_values(request))
    return json_answer(request.config_dict[MAP].place(query.lon, query.lat))


def _nowhere(diagnosis: Diagnosis) -> PlaceShown:
    warning = _WARNINGS.get(diagnosis.finding, _OUTSIDE)
    return PlaceShown(
        in_county=False, in_area=False, town="", road="", landmark="", words="", warning=warning
    )


def _document(content: dict[str, Any]) -> Document:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(body, hashlib.sha256(body).hexdigest()[:32])


def _cached(request: web.Request, document: Document) -> web.StreamResponse:
    known = request.if_none_match or ()
    fresh = any(tag.value in (document.tag, "*") for tag in known)
    response = web.Response(status=304) if fresh else web.Response(body=document.body)
    response.content_type = "application/geo+json"
    response.etag = document.tag
    response.headers["Cache-Control"] = f"public, max-age={DAY_SECONDS}"
    if not fresh:
        response.enable_compression()
    return response
