"""Unit grid codes and the arithmetic from a position to its square."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.geo.grid import (
    GridCodeError,
    GridFrame,
    Scheme,
    UnitGrid,
    UnitGrids,
    validate_grid_code,
)
from intake.geo.plane import LocalPlane

FRAME = GridFrame(113.5, 33.0)
GRIDS = UnitGrids(
    FRAME,
    [
        UnitGrid(f"999999100001{10 * row + column + 1:03d}", column, row)
        for row in range(10)
        for column in range(10)
    ],
)


@pytest.mark.parametrize(("code", "scheme"), [("999999100001007", 15), ("99999910000107", 14)])
def test_codes_are_read_and_written_back(code: str, scheme: Scheme) -> None:
    parts = validate_grid_code(code, scheme, county="999999")
    assert (parts.town, parts.community, parts.sequence) == ("100", "001", 7)
    assert str(parts) == code


@pytest.mark.parametrize(
    ("code", "scheme", "county"),
    [
        ("", 15, None),
        ("99999910000107", 15, None),
        ("999999100001007", 14, None),
        ("９９９９９９100001007", 15, None),
        ("99999910000100x", 15, None),
        ("999999100001007", 15, "410000"),
        ("999999000001007", 15, None),
        ("999999100000007", 15, None),
        ("999999100001000", 15, None),
    ],
)
def test_wrong_codes_are_refused(code: str, scheme: Scheme, county: str | None) -> None:
    with pytest.raises(GridCodeError):
        validate_grid_code(code, scheme, county)


@given(st.integers(0, 9), st.integers(0, 9), st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_every_position_of_a_square_finds_it(column: int, row: int, x: float, y: float) -> None:
    west_south, _, east_north, _, _ = FRAME.corners(column, row)
    lon = west_south.lon + x * (east_north.lon - west_south.lon)
    lat = west_south.lat + y * (east_north.lat - west_south.lat)
    found = GRIDS.at(lon, lat)
    assert found is not None
    assert (found.column, found.row) == (column, row)


def test_outside_the_squares_there_is_none() -> None:
    assert GRIDS.at(113.4999, 33.0005) is None
    assert GRIDS.at(*FRAME.centre(10, 0)) is None
    assert GRIDS.get("999999100001001") is GRIDS.at(*FRAME.centre(0, 0))
    assert GRIDS.get("999999100001999") is None


def test_squares_measure_100_metres() -> None:
    corners = FRAME.corners(5, 5)
    plane = LocalPlane(*corners[0])
    assert plane.distance(corners[0], corners[1]) == pytest.approx(100, abs=0.1)
    assert plane.distance(corners[0], corners[3]) == pytest.approx(100, abs=0.1)


def test_neighbours_stop_at_the_edge() -> None:
    corner, middle = GRIDS.at(*FRAME.centre(0, 0)), GRIDS.at(*FRAME.centre(5, 5))
    assert corner is not None
    assert middle is not None
    assert len(GRIDS.neighbours(corner)) == 3
    assert len(GRIDS.neighbours(middle)) == 8


def test_two_grids_on_one_square_are_a_mistake() -> None:
    with pytest.raises(GridCodeError):
        UnitGrids(FRAME, [UnitGrid("999999100001001", 0, 0), UnitGrid("999999100001002", 0, 0)])


def test_compass_directions() -> None:
    plane = LocalPlane(113.5, 33.0)
    here = (113.5, 33.0)
    for metres, direction in (
        ((0, 100), "北"),
        ((100, 0), "东"),
        ((-100, 2), "西"),
        ((70, -70), "东南"),
        ((-60, 70), "西北"),
    ):
        assert plane.direction(here, plane.to_degrees(*metres)) == direction
