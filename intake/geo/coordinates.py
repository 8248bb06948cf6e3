"""The three datums in daily use in China: WGS84 (GPS), GCJ-02 (Chinese maps) and BD-09 (Baidu).

GCJ-02 shifts WGS84 by up to several hundred metres with a published polynomial of sines on the
Krasovsky 1940 ellipsoid; BD-09 shifts GCJ-02 once more. Neither formula has a closed inverse,
so the way back iterates until the forward formula gives the starting point again, to better
than 1e-7 degrees (about 1 cm). Outside China nothing is shifted. The store keeps WGS84 and,
beside it, the coordinates as they came with their datum.
"""

from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import NamedTuple

_SEMI_MAJOR_AXIS = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_PI = pi * 3000 / 180
_TOLERANCE = 1e-9
_MOST_STEPS = 30


class Datum(StrEnum):
    """The reference system of a pair of coordinates; the value is the stored name."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ02"
    BD09 = "BD09"


class Position(NamedTuple):
    """Longitude and latitude in degrees, east and north positive."""

    lon: float
    lat: float


def in_china(lon: float, lat: float) -> bool:
    """The rectangle within which GCJ-02 shifts coordinates."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def to_wgs84(lon: float, lat: float, datum: Datum) -> Position:
    """Any datum to WGS84."""
    if datum is Datum.BD09:
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    if datum is Datum.GCJ02:
        return gcj02_to_wgs84(lon, lat)
    return Position(lon, lat)


def wgs84_to_gcj02(lon: float, lat: float) -> Position:
    """GPS coordinates to those of Chinese maps."""
    if not in_china(lon, lat):
        return Position(lon, lat)
    east, north = _shift(lon - 105.0, lat - 35.0)
    phi = radians(lat)
    flattening = 1 - _ECCENTRICITY_SQUARED * sin(phi) ** 2
    meridian = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / (flattening * sqrt(flattening))
    parallel = _SEMI_MAJOR_AXIS / sqrt(flattening) * cos(phi)
    return Position(lon + east * 180 / (parallel * pi), lat + north * 180 / (meridian * pi))


def gcj02_to_wgs84(lon: float, lat: float) -> Position:
    """Coordinates of Chinese maps to GPS, by fixed-point iteration."""
    if not in_china(lon, lat):
        return Position(lon, lat)
    guess = Position(lon, lat)
    for _ in range(_MOST_STEPS):
        shifted = wgs84_to_gcj02(*guess)
        east, north = lon - shifted.lon, lat - shifted.lat
        guess = Position(guess.lon + east, guess.lat + north)
        if abs(east) < _TOLERANCE and abs(north) < _TOLERANCE:
            break
    return guess


def gcj02_to_bd09(lon: float, lat: float) -> Position:
    """Coordinates of Chinese maps to Baidu's."""
    if not in_china(lon, lat):
        return Position(lon, lat)
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BD_PI)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD_PI)
    return Position(radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006)


def bd09_to_gcj02(lon: float, lat: float) -> Position:
    """Baidu's coordinates to those of Chinese maps, by fixed-point iteration."""
    guess = Position(lon - 0.0065, lat - 0.006)
    if not in_china(*guess):
        return Position(lon, lat)
    for _ in range(_MOST_STEPS):
        shifted = gcj02_to_bd09(*guess)
        east, north = lon - shifted.lon, lat - shifted.lat
        guess = Position(guess.lon + east, guess.lat + north)
        if abs(east) < _TOLERANCE and abs(north) < _TOLERANCE:
            break
    return guess


def _shift(x: float, y: float) -> tuple[float, float]:
    """The GCJ-02 shift in metres (east, north) at x degrees east of 105° and y north of 35°."""
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    return east, north
