"""Where is this? Asked of the sample county."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon

from intake.geo.coordinates import Position, gcj02_to_bd09, wgs84_to_gcj02
from intake.geo.county import County, CountyError, Finding
from intake.geo.grid import GridFrame
from intake.geo.rows import CountyRows, Region, RegionKind, Village
from intake.sample.county import load_sample

SAMPLE = load_sample()
COUNTY = SAMPLE.county
WEST, SOUTH, EAST, NORTH = COUNTY.border.bounds


def test_the_seat_lies_in_a_unit_grid() -> None:
    here = COUNTY.locate(113.6, 33.2)
    assert here.in_county
    assert here.in_managed_area
    assert here.town is not None
    assert here.town.name == "城关镇"
    assert here.community is not None
    assert here.unit_grid_code is not None
    assert here.unit_grid_code.startswith(here.community.code)
    assert here.village is None


def test_a_village_lies_outside_the_managed_area() -> None:
    village = SAMPLE.rows.villages[200]
    here = COUNTY.locate(*village.centre)
    assert here.in_county
    assert not here.in_managed_area
    assert here.unit_grid_code is None
    assert here.village == village
    assert here.town is not None
    assert here.town.code == village.region_code


def test_far_away_is_nowhere() -> None:
    here = COUNTY.locate(116.4, 39.9)
    assert not here.in_county
    assert here.town is None


@given(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))
def test_answers_agree_with_each_other(lon: float, lat: float) -> None:
    here = COUNTY.locate(lon, lat)
    assert here.in_county == COUNTY.border.intersects(Point(lon, lat))
    assert (here.town is not None) == here.in_county
    if here.unit_grid:
        assert here.in_managed_area
        assert here.community == COUNTY.communities[here.unit_grid.community_code]
    if here.in_managed_area:
        assert here.in_county
    diagnosis = COUNTY.diagnose(lon, lat)
    assert diagnosis.usable == here.in_county
    assert diagnosis.usable or diagnosis.distance_km is not None


def test_a_square_on_a_border_belongs_to_the_town_its_code_names() -> None:
    on_borders = 0
    for grid in COUNTY.grids:
        corners = COUNTY.grids.frame.corners(grid.column, grid.row)
        inside = [(lon - 1e-6, lat - 1e-6) for lon, lat in corners[2:3]]
        inside += [(lon + 1e-6, lat + 1e-6) for lon, lat in corners[:1]]
        for lon, lat in inside:
            here = COUNTY.locate(lon, lat)
            assert here.unit_grid == grid
            assert here.town is not None
            assert here.town.code == grid.code[:9]
            on_borders += not COUNTY.polygon(here.town).contains(Point(lon, lat))
    assert on_borders > 0


def near_the_border(metres: float) -> tuple[float, float]:
    """A position just inside the eastern border."""
    assert isinstance(COUNTY.border, Polygon)
    lon, lat, *_ = max(COUNTY.border.exterior.coords)
    x, y = COUNTY.plane.to_metres(lon, lat)
    return COUNTY.plane.to_degrees(x - metres, y)


def test_coordinates_of_chinese_maps_are_recognised_at_the_border() -> None:
    inside = near_the_border(200)
    for finding, shifted in (
        (Finding.GCJ02, wgs84_to_gcj02(*inside)),
        (Finding.BD09, gcj02_to_bd09(*wgs84_to_gcj02(*inside))),
    ):
        diagnosis = COUNTY.diagnose(*shifted)
        assert diagnosis.finding is finding
        assert not diagnosis.usable
        assert diagnosis.reading == pytest.approx(inside, abs=1e-6)
        assert diagnosis.distance_km is not None
        assert diagnosis.distance_km < 2


@pytest.mark.parametrize(
    ("lon", "lat", "finding"),
    [
        (113.6, 33.2, Finding.IN_MANAGED_AREA),
        (113.6, 33.15, Finding.IN_COUNTY),
        (33.2, 113.6, Finding.SWAPPED),
        (116.4, 39.9, Finding.OUTSIDE_COUNTY),
        (2.35, 48.85, Finding.OUTSIDE_CHINA),
        (0, 0, Finding.NOT_A_POSITION),
        (113.6, 100, Finding.NOT_A_POSITION),
        (1136000, 332000, Finding.NOT_A_POSITION),
        (nan, 33.2, Finding.NOT_A_POSITION),
        (113.6, inf, Finding.NOT_A_POSITION),
        (-inf, nan, Finding.NOT_A_POSITION),
    ],
)
def test_diagnosis(lon: float, lat: float, finding: Finding) -> None:
    assert COUNTY.diagnose(lon, lat).finding is finding


@given(st.floats(), st.floats())
def test_diagnosis_never_fails(lon: float, lat: float) -> None:
    assert COUNTY.diagnose(lon, lat).finding in Finding


def test_swapped_coordinates_are_offered_the_right_way_round() -> None:
    assert COUNTY.diagnose(33.2, 113.6).reading == (113.6, 33.2)


def test_nearest_landmark() -> None:
    landmark = SAMPLE.rows.landmarks[30]
    x, y = COUNTY.plane.to_metres(*landmark.position)
    found = COUNTY.nearest_landmark(*COUNTY.plane.to_degrees(x, y - 20))
    assert found is not None
    assert found[0] == landmark
    assert found[1] == pytest.approx(20, abs=0.1)
    assert found[2] == "南"


def test_rows_that_do_not_fit_are_named() -> None:
    square = ((113.0, 33.0), (113.1, 33.0), (113.1, 33.1), (113.0, 33.1))
    bow_tie = (square[0], square[2], square[1], square[3])
    seat = Position(113.05, 33.05)
    frame = GridFrame(113.0, 33.0)
    stray = Village("999999101201", "张湾村", seat)

    def rows(ring: tuple[tuple[float, float], ...], villages: tuple[Village, ...]) -> CountyRows:
        region = Region("999999100", "城关镇", RegionKind.TOWN, seat, ring)
        return CountyRows("999999", "示范县", (region,), (), villages, frame, ())

    with pytest.raises(CountyError, match="城关镇"):
        County(rows(bow_tie, ()))
    with pytest.raises(CountyError, match="张湾村"):
        County(rows(square, (stray,)))
    empty = County(rows(square, ()))
    assert empty.locate(113.05, 33.05).in_county
    assert empty.nearest_landmark(113.05, 33.05) is None
