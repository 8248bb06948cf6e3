"""The rows a county is built from, as plain values: what the store keeps and the sample holds.

Positions are WGS84 degrees, (longitude, latitude). Rings are closed or not; either is accepted.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from intake.geo.coordinates import Position
from intake.geo.grid import GridFrame, UnitGrid

Line = tuple[tuple[float, float], ...]


class RegionKind(StrEnum):
    """Second-level regions of a county."""

    TOWN = "TOWN"
    TOWNSHIP = "TOWNSHIP"
    SUBDISTRICT = "SUBDISTRICT"
    ZONE = "ZONE"


class RoadClass(StrEnum):
    """Classes of roads, from the highest to the lowest."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    COUNTY = "county"
    TOWNSHIP = "township"
    ARTERIAL = "arterial"
    STREET = "street"
    LANE = "lane"


class LandmarkKind(StrEnum):
    """What a landmark is."""

    GOVERNMENT = "government"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    MARKET = "market"
    PARK = "park"
    STATION = "station"
    BRIDGE = "bridge"
    ESTATE = "estate"
    SHOP = "shop"
    FACTORY = "factory"


@dataclass(frozen=True, slots=True)
class Region:
    """A township, sub-district or development zone; code of 9 digits, seat and border ring."""

    code: str
    name: str
    kind: RegionKind
    seat: Position
    ring: Line = field(repr=False)


@dataclass(frozen=True, slots=True)
class Village:
    """An administrative village (行政村) with its centre; code of 12 digits."""

    code: str
    name: str
    centre: Position

    @property
    def region_code(self) -> str:
        """The 9 digits of the region it belongs to."""
        return self.code[:9]


@dataclass(frozen=True, slots=True)
class Community:
    """A residents' community (社区) of the built-up area; code of 12 digits."""

    code: str
    name: str

    @property
    def region_code(self) -> str:
        """The 9 digits of the region it belongs to."""
        return self.code[:9]


@dataclass(frozen=True, slots=True)
class Road:
    """A named road with its middle line; house numbers begin at the line's first point."""

    name: str
    road_class: RoadClass
    line: Line = field(repr=False)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place everybody knows."""

    name: str
    kind: LandmarkKind
    position: Position
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CountyRows:
    """Everything needed to build a County."""

    code: str
    name: str
    regions: tuple[Region, ...]
    communities: tuple[Community, ...]
    villages: tuple[Village, ...]
    frame: GridFrame
    grids: tuple[UnitGrid, ...]
    roads: tuple[Road, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    river: Line = ()
    managed_ring: Line = field(default=())
    """Border of the managed area; empty: the union of the unit grids."""
