"""The three datums: known values, round trips, and no shift abroad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.geo.coordinates import (
    Datum,
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china,
    to_wgs84,
    wgs84_to_gcj02,
)

CHINA = st.tuples(st.floats(74, 134), st.floats(19, 53))
ABROAD = st.tuples(st.floats(-180, 70), st.floats(-90, 90))


@pytest.mark.parametrize(
    ("wgs84", "gcj02", "bd09"),
    [
        # computed with an independent implementation of the same published formulas
        ((116.404, 39.915), (116.410244, 39.916404), (116.416627, 39.922700)),
        ((113.6, 33.2), (113.605884, 33.198062), (113.612389, 33.203984)),
    ],
)
def test_known_values(
    wgs84: tuple[float, float], gcj02: tuple[float, float], bd09: tuple[float, float]
) -> None:
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=2e-6)
    assert gcj02_to_bd09(*wgs84_to_gcj02(*wgs84)) == pytest.approx(bd09, abs=2e-6)
    assert to_wgs84(*gcj02, Datum.GCJ02) == pytest.approx(wgs84, abs=2e-6)
    assert to_wgs84(*bd09, Datum.BD09) == pytest.approx(wgs84, abs=2e-6)
    assert to_wgs84(*wgs84, Datum.WGS84) == wgs84


@given(CHINA)
def test_gcj02_round_trip(position: tuple[float, float]) -> None:
    there = wgs84_to_gcj02(*position)
    assert gcj02_to_wgs84(*there) == pytest.approx(position, abs=1e-7)
    assert there != position


@given(CHINA)
def test_bd09_round_trip(position: tuple[float, float]) -> None:
    assert bd09_to_gcj02(*gcj02_to_bd09(*position)) == pytest.approx(position, abs=1e-7)


@given(ABROAD)
def test_nothing_is_shifted_abroad(position: tuple[float, float]) -> None:
    assert not in_china(*position)
    assert wgs84_to_gcj02(*position) == position
    assert gcj02_to_wgs84(*position) == position
    assert gcj02_to_bd09(*position) == position
    assert bd09_to_gcj02(*position) == position
