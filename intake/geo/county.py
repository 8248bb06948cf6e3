"""The county: which town, village, community and unit grid a position lies in.

Built once per process from rows. Borders are asked of shapely polygons; the unit grid is found
by arithmetic.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from shapely import Point, Polygon, STRtree, box, prepare, union_all
from shapely.geometry.base import BaseGeometry

from intake.geo.coordinates import Datum, Position, in_china, to_wgs84
from intake.geo.grid import UnitGrid, UnitGrids
from intake.geo.plane import LocalPlane
from intake.geo.rows import Community, CountyRows, Landmark, Region, Village


class CountyError(ValueError):
    """The rows do not make a county; the message names the row to correct."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a position is; parts that do not apply are None."""

    lon: float
    lat: float
    in_county: bool
    in_managed_area: bool
    town: Region | None = None
    village: Village | None = None
    """The nearest village centre of the town; None within the built-up area."""
    community: Community | None = None
    unit_grid: UnitGrid | None = None

    @property
    def unit_grid_code(self) -> str | None:
        """The code of the unit grid, or None outside the built-up area."""
        return self.unit_grid.code if self.unit_grid else None


class Finding(StrEnum):
    """What can be said about a pair of numbers given as a position."""

    IN_MANAGED_AREA = "IN_MANAGED_AREA"
    IN_COUNTY = "IN_COUNTY"
    """In the county but outside the built-up area: the township's business (R33)."""
    GCJ02 = "GCJ02"
    """Outside, but inside when read as GCJ-02 (a Chinese map's coordinates)."""
    BD09 = "BD09"
    """Outside, but inside when read as BD-09 (Baidu's coordinates)."""
    SWAPPED = "SWAPPED"
    """Outside, but inside with longitude and latitude exchanged."""
    OUTSIDE_COUNTY = "OUTSIDE_COUNTY"
    OUTSIDE_CHINA = "OUTSIDE_CHINA"
    NOT_A_POSITION = "NOT_A_POSITION"
    """Not numbers on the globe, or the 0, 0 that devices send for "unknown"."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a position given by a person or a device is worth."""

    finding: Finding
    location: Location | None = None
    """Where it is, for the two findings inside the county."""
    reading: Position | None = None
    """WGS84 position inside the county it may have meant, to be confirmed by a person."""
    distance_km: float | None = None
    """How far outside the county it is, when it is on the globe."""

    @property
    def usable(self) -> bool:
        """Whether the position can be stored as it is."""
        return self.location is not None


class County:
    """One county's geography, ready to be asked."""

    def __init__(self, rows: CountyRows) -> None:
        self.rows = rows
        self.code = rows.code
        self.name = rows.name
        self.grids = UnitGrids(rows.frame, rows.grids)
        self.regions = {region.code: region for region in rows.regions}
        self.communities = {community.code: community for community in rows.communities}
        self._polygons = [_polygon(region) for region in rows.regions]
        self._tree = STRtree(self._polygons)
        self.border: BaseGeometry = union_all(self._polygons)
        self.managed_area = self._managed_area()
        prepare(self.border)
        prepare(self.managed_area)
        middle = self.border.centroid
        self.plane = LocalPlane(middle.x, middle.y)
        self._villages: dict[str, list[Village]] = {}
        for village in rows.villages:
            if village.region_code not in self.regions:
                raise CountyError(f"village {village.code} {village.name}: no such region")
            self._villages.setdefault(village.region_code, []).append(village)
        for grid in self.grids:
            if grid.community_code not in self.communities:
                raise CountyError(f"unit grid {grid.code}: no such community")

    def polygon(self, region: Region) -> Polygon:
        """The region's border as a polygon in degrees."""
        return self._polygons[self.rows.regions.index(region)]

    def locate(self, lon: float, lat: float) -> Location:
        """Where a WGS84 position is, in the county or not."""
        point = Point(lon, lat)
        found = self._tree.query(point, predicate="intersects")
        if not len(found):
            return Location(lon, lat, in_county=False, in_managed_area=False)
        town = self.rows.regions[int(min(found))]
        grid = self.grids.at(lon, lat)
        if grid is not None:
            # The grid's code says whose it is, also where a border runs through the square.
            town = self.regions[grid.code[:9]]
            community = self.communities[grid.community_code]
            return Location(lon, lat, True, True, town, None, community, grid)
        managed = bool(self.managed_area.intersects(point))
        return Location(lon, lat, True, managed, town, self._nearest_village(town, lon, lat))

    def diagnose(self, lon: float, lat: float) -> Diagnosis:
        """What a position that claims to be WGS84 is worth, and what else it may have meant."""
        swapped_on_globe = abs(lat) <= 180 and abs(lon) <= 90
        if not (isfinite(lon) and isfinite(lat)) or abs(lon) > 180 or (lon == 0 and lat == 0):
            return Diagnosis(Finding.NOT_A_POSITION)
        if swapped_on_globe and self.locate(lat, lon).in_county:
            return self._outside(Finding.SWAPPED, lon, lat, Position(lat, lon))
        if abs(lat) > 90:
            return Diagnosis(Finding.NOT_A_POSITION)
        location = self.locate(lon, lat)
        if location.in_county:
            managed = location.in_managed_area
            return Diagnosis(Finding.IN_MANAGED_AREA if managed else Finding.IN_COUNTY, location)
        for finding, datum in ((Finding.GCJ02, Datum.GCJ02), (Finding.BD09, Datum.BD09)):
            reading = to_wgs84(lon, lat, datum)
            if self.locate(*reading).in_county:
                return self._outside(finding, lon, lat, reading)
        within_china = in_china(lon, lat)
        return self._outside(
            Finding.OUTSIDE_COUNTY if within_china else Finding.OUTSIDE_CHINA, lon, lat, None
        )

    def nearest_landmark(self, lon: float, lat: float) -> tuple[Landmark, float, str] | None:
        """The nearest landmark, metres to it, and the direction in which the position lies from it.

        None when the county has no landmarks.
        """
        here = (lon, lat)
        if not self.rows.landmarks:
            return None
        landmark = min(
            self.rows.landmarks, key=lambda each: self.plane.distance(each.position, here)
        )
        distance = self.plane.distance(landmark.position, here)
        return landmark, distance, self.plane.direction(landmark.position, here)

    def _outside(
        self, finding: Finding, lon: float, lat: float, reading: Position | None
    ) -> Diagnosis:
        if abs(lat) > 90:
            return Diagnosis(finding, reading=reading)
        x, y = self.plane.to_metres(*_nearest_on(self.border, lon, lat))
        here = self.plane.to_metres(lon, lat)
        kilometres = ((x - here[0]) ** 2 + (y - here[1]) ** 2) ** 0.5 / 1000
        return Diagnosis(finding, reading=reading, distance_km=kilometres)

    def _nearest_village(self, town: Region, lon: float, lat: float) -> Village | None:
        villages = self._villages.get(town.code)
        if not villages:
            return None
        return min(villages, key=lambda village: self.plane.distance(village.centre, (lon, lat)))

    def _managed_area(self) -> BaseGeometry:
        if self.rows.managed_ring:
            return Polygon(self.rows.managed_ring)
        squares = []
        for grid in self.grids:
            ring = self.grids.frame.corners(grid.column, grid.row)
            squares.append(box(*ring[0], *ring[2]))
        return union_all(squares)


def _polygon(region: Region) -> Polygon:
    polygon = Polygon(region.ring)
    if not polygon.is_valid or polygon.is_empty:
        raise CountyError(f"region {region.code} {region.name}: its border crosses itself")
    return polygon


def _nearest_on(shape: BaseGeometry, lon: float, lat: float) -> tuple[float, float]:
    boundary = shape.boundary
    nearest = boundary.interpolate(boundary.project(Point(lon, lat)))
    return nearest.x, nearest.y
