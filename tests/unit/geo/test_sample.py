"""The sample county keeps the construction plan's figures and holds together."""

from collections import Counter
from itertools import combinations

import pytest
from shapely import Polygon, box
from shapely.ops import unary_union

from intake.domain.people import Role
from intake.geo.grid import validate_grid_code
from intake.geo.rows import RegionKind
from intake.sample.county import UnitKind, load_sample

SAMPLE = load_sample()
COUNTY = SAMPLE.county
ROWS = SAMPLE.rows
SQUARES = {(grid.column, grid.row) for grid in ROWS.grids}


def square_kilometres(polygon: Polygon) -> float:
    return (
        Polygon([COUNTY.plane.to_metres(*corner) for corner in polygon.exterior.coords]).area / 1e6
    )


def test_the_regions_tile_210_square_kilometres() -> None:
    kinds = Counter(region.kind for region in ROWS.regions)
    assert kinds[RegionKind.ZONE] == 1
    assert kinds[RegionKind.TOWN] + kinds[RegionKind.TOWNSHIP] == 21
    polygons = [COUNTY.polygon(region) for region in ROWS.regions]
    assert square_kilometres(COUNTY.border) == pytest.approx(210, rel=0.002)
    assert sum(map(square_kilometres, polygons)) == pytest.approx(210, rel=0.002)
    assert isinstance(COUNTY.border, Polygon)
    for one, other in combinations(polygons, 2):
        assert one.intersection(other).area < 1e-12


def test_392_villages_each_in_its_own_region() -> None:
    assert len(ROWS.villages) == 392
    assert len({village.code for village in ROWS.villages}) == 392
    assert {village.region_code for village in ROWS.villages} == set(COUNTY.regions)
    for village in ROWS.villages:
        here = COUNTY.locate(*village.centre)
        assert here.town is not None
        assert here.town.code == village.region_code
        assert here.village == village
    assert len({(village.region_code, village.name) for village in ROWS.villages}) == 392


def test_954_connected_unit_grids_of_one_hectare() -> None:
    assert len(SQUARES) == 954
    assert square_kilometres(COUNTY.managed_area) == pytest.approx(9.54, rel=0.001)
    blob = unary_union([box(x, y, x + 1, y + 1) for x, y in SQUARES])
    assert isinstance(blob, Polygon)
    assert not blob.interiors
    for grid in ROWS.grids:
        parts = validate_grid_code(grid.code, county=ROWS.code)
        # the same grids can be coded in the older scheme of 14 digits
        assert parts.sequence <= 99
        assert COUNTY.grids.at(*ROWS.frame.centre(grid.column, grid.row)) == grid
    assert 2 <= len({grid.code[:9] for grid in ROWS.grids}) <= 4
    assert {grid.community_code for grid in ROWS.grids} == set(COUNTY.communities)


def test_every_unit_grid_is_walked_by_someone() -> None:
    duties = {duty.code: duty.grids for duty in SAMPLE.duty_grids}
    walked = [code for grids in duties.values() for code in grids]
    assert sorted(walked) == sorted(grid.code for grid in ROWS.grids)
    assert max(map(len, duties.values())) <= 25
    assert len(duties) >= 39
    collectors = [person for person in SAMPLE.staff if person.role == Role.COLLECTOR]
    assert {person.duty_grid for person in collectors} == set(duties)


def test_the_posts_are_filled() -> None:
    assert Counter(person.role for person in SAMPLE.staff) == {
        Role.OPERATOR: 4,
        Role.SHIFT_LEADER: 1,
        Role.DISPATCHER: 1,
        Role.COLLECTOR: 50,
        Role.SYSADMIN: 1,
        Role.AUDITOR: 1,
        Role.LEADER: 1,
        Role.ASSESSOR: 1,
    }
    assert len({person.username for person in SAMPLE.staff}) == len(SAMPLE.staff)
    assert len({person.name for person in SAMPLE.staff}) == len(SAMPLE.staff)


def test_units_answer_for_every_subject_and_every_region() -> None:
    codes = {unit.code for unit in SAMPLE.units}
    assert len(codes) == len(SAMPLE.units)
    assert {unit.code for unit in SAMPLE.units if unit.kind is UnitKind.TERRITORY} == {
        f"T{region.code[6:]}" for region in ROWS.regions
    }
    assert {"CG", "SZ", "HW", "YL", "ZL", "DL", "RQ", "YJ"} <= codes
    assert all(unit.phone.startswith("0000-") for unit in SAMPLE.units)


def test_roads_landmarks_and_referrals_are_there() -> None:
    assert len(ROWS.roads) >= 45
    assert len({road.name for road in ROWS.roads}) == len(ROWS.roads)
    assert len(ROWS.landmarks) >= 160
    assert len({landmark.name for landmark in ROWS.landmarks}) == len(ROWS.landmarks)
    for landmark in ROWS.landmarks:
        assert COUNTY.locate(*landmark.position).in_county
    in_town = sum(COUNTY.locate(*each.position).in_managed_area for each in ROWS.landmarks)
    assert in_town >= 100
    phones = {referral.phone for referral in SAMPLE.referrals}
    assert {"12345", "110", "119", "120", "122", "12388", "95598", "96119", "12315"} <= phones
    assert len(ROWS.river) > 20
