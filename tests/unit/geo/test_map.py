"""The county's own map: layers, sizes a phone can take, borders that still fit together."""

import json
from itertools import combinations
from typing import Any

from shapely.geometry import shape

from intake.geo.map import county_geojson, grid_geojson
from intake.sample.county import load_sample

SAMPLE = load_sample()
COUNTY = SAMPLE.county
MAP = county_geojson(COUNTY)
GRID = grid_geojson(COUNTY)


def features(layer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = MAP["layers"][layer]["features"]
    return found


def test_the_layers_hold_everything() -> None:
    assert len(features("towns")) == 22
    assert len(features("boundary")) == len(features("river")) == len(features("managed_area")) == 1
    drawn = {feature["properties"]["name"] for feature in features("roads")}
    assert drawn == {road.name for road in SAMPLE.rows.roads}
    assert len(features("landmarks")) == len(SAMPLE.rows.landmarks)
    assert {"arterial", "national"} <= {f["properties"]["class"] for f in features("roads")}
    west, south, east, north = MAP["bbox"]
    assert west < 113.6 < east
    assert south < 33.2 < north


def test_the_map_is_small_enough_for_a_phone() -> None:
    assert len(json.dumps(MAP).encode()) <= 250_000
    assert len(json.dumps(GRID).encode()) <= 150_000


def test_simplified_towns_are_valid_and_do_not_overlap() -> None:
    towns = [shape(feature["geometry"]) for feature in features("towns")]
    assert all(town.is_valid for town in towns)
    for one, other in combinations(towns, 2):
        assert one.intersection(other).area < 1e-9
    for feature, region in zip(features("towns"), SAMPLE.rows.regions, strict=True):
        exact = COUNTY.polygon(region)
        changed = exact.symmetric_difference(shape(feature["geometry"])).area
        assert changed / exact.area < 0.02


def test_the_grid_names_every_square() -> None:
    codes = [
        feature["properties"]["community"] + code
        for feature in GRID["features"]
        for code in feature["properties"]["codes"]
    ]
    assert sorted(codes) == sorted(grid.code for grid in SAMPLE.rows.grids)
    for feature in GRID["features"]:
        squares = feature["geometry"]["coordinates"]
        assert len(squares) == len(feature["properties"]["codes"])
        middle = shape({"type": "Polygon", "coordinates": squares[0]}).centroid
        found = COUNTY.locate(middle.x, middle.y).unit_grid_code
        assert found == feature["properties"]["community"] + feature["properties"]["codes"][0]
