"""A flat sheet of metres around one point: exact enough for one county.

Scales are those of the WGS84 ellipsoid at the sheet's origin. Across 10 km the error is a few
metres in the east-west direction, across a county town a few centimetres.
"""

from dataclasses import dataclass, field
from math import atan2, cos, degrees, hypot, pi, radians, sin, sqrt

from intake.geo.coordinates import Position

_SEMI_MAJOR_AXIS = 6378137.0
_ECCENTRICITY_SQUARED = 6.69437999014e-3
_COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


@dataclass(frozen=True)
class LocalPlane:
    """Converts WGS84 degrees to metres east (x) and north (y) of ``lon``, ``lat``, and back."""

    lon: float
    lat: float
    metres_per_lon: float = field(init=False)
    metres_per_lat: float = field(init=False)

    def __post_init__(self) -> None:
        phi = radians(self.lat)
        flattening = 1 - _ECCENTRICITY_SQUARED * sin(phi) ** 2
        parallel = _SEMI_MAJOR_AXIS / sqrt(flattening) * cos(phi)
        meridian = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / (flattening * sqrt(flattening))
        object.__setattr__(self, "metres_per_lon", parallel * pi / 180)
        object.__setattr__(self, "metres_per_lat", meridian * pi / 180)

    def to_metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Degrees to metres."""
        return (lon - self.lon) * self.metres_per_lon, (lat - self.lat) * self.metres_per_lat

    def to_degrees(self, x: float, y: float) -> Position:
        """Metres to degrees."""
        return Position(self.lon + x / self.metres_per_lon, self.lat + y / self.metres_per_lat)

    def distance(self, start: tuple[float, float], end: tuple[float, float]) -> float:
        """Metres between two (lon, lat)."""
        x1, y1 = self.to_metres(*start)
        x2, y2 = self.to_metres(*end)
        return hypot(x2 - x1, y2 - y1)

    def direction(self, start: tuple[float, float], end: tuple[float, float]) -> str:
        """The compass direction in Chinese (one of eight) in which ``end`` lies from ``start``."""
        x1, y1 = self.to_metres(*start)
        x2, y2 = self.to_metres(*end)
        bearing = degrees(atan2(x2 - x1, y2 - y1)) % 360
        return _COMPASS[round(bearing / 45) % 8]
