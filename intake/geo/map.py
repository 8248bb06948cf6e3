"""The county's own map as GeoJSON (RFC 7946), so that no outside tile server is needed.

Coordinates are WGS84 with five decimals (about one metre); borders are simplified together, so
that neighbours keep sharing them.
"""

from collections.abc import Iterable
from typing import Any

from shapely import LineString, coverage_simplify, union_all
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from intake.geo.county import County

DECIMALS = 5
TOLERANCE = 0.00012
"""Degrees by which borders may be smoothed: about 12 m."""

ROAD_TOLERANCE = 0.00002
Feature = dict[str, Any]


def county_geojson(county: County) -> dict[str, Any]:
    """The base map: ``bbox``, and under ``layers`` one FeatureCollection for each layer.

    Layers, in the order in which to draw them: boundary, towns, managed_area, river, roads
    (property ``class``), landmarks (property ``kind``). Meant for phones: below 250 KB as text.
    """
    rows = county.rows
    borders = coverage_simplify([county.polygon(region) for region in rows.regions], TOLERANCE)
    towns = [
        _feature(border, code=region.code, name=region.name, kind=region.kind.value)
        for region, border in zip(rows.regions, borders, strict=True)
    ]
    river = [_feature(LineString(rows.river).simplify(ROAD_TOLERANCE))] if rows.river else []
    roads = [
        _feature(
            LineString(road.line).simplify(ROAD_TOLERANCE),
            name=road.name,
            **{"class": road.road_class.value},
        )
        for road in rows.roads
    ]
    landmarks: list[Feature] = [
        {
            "type": "Feature",
            "properties": {"name": landmark.name, "kind": landmark.kind.value},
            "geometry": {"type": "Point", "coordinates": _rounded(landmark.position)},
        }
        for landmark in rows.landmarks
    ]
    return {
        "name": county.name,
        "bbox": [round(bound, DECIMALS) for bound in county.border.bounds],
        "layers": {
            "boundary": _collection([_feature(union_all(borders), name=county.name)]),
            "towns": _collection(towns),
            "managed_area": _collection([_feature(county.managed_area)]),
            "river": _collection(river),
            "roads": _collection(roads),
            "landmarks": _collection(landmarks),
        },
    }


def grid_geojson(county: County) -> Feature:
    """The unit grids: one MultiPolygon for each community, its squares in the order of numbers.

    Properties: ``community`` (12 digits), ``name``, ``codes`` (the last digits of each square's
    code, in the order of the polygons). Below 150 KB as text.
    """
    frame = county.grids.frame
    by_community: dict[str, list[tuple[str, int, int]]] = {}
    for grid in sorted(county.grids, key=lambda each: each.code):
        squares = by_community.setdefault(grid.community_code, [])
        squares.append((grid.code[12:], grid.column, grid.row))
    features: list[Feature] = [
        {
            "type": "Feature",
            "properties": {
                "community": community,
                "name": county.communities[community].name,
                "codes": [code for code, _, _ in squares],
            },
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [[_rounded(corner) for corner in frame.corners(column, row)]]
                    for _, column, row in squares
                ],
            },
        }
        for community, squares in by_community.items()
    ]
    return _collection(features)


def _collection(features: list[Feature]) -> Feature:
    return {"type": "FeatureCollection", "features": features}


def _feature(shape: BaseGeometry, **properties: str) -> Feature:
    geometry = mapping(shape)
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])},
    }


def _rounded(coordinates: Iterable[Any]) -> list[Any]:
    """Nested coordinates as lists, each number with DECIMALS decimals."""
    return [
        round(each, DECIMALS) if isinstance(each, float) else _rounded(each) for each in coordinates
    ]
