"""Loading the sample county (示例数据): typed rows from the tables beside it, no database.

The county is fictional: code 999999 belongs to no one, the names are made up, the telephone
numbers cannot be dialled. Its figures are those of the construction plan: 210 km², 21 townships
and one development zone, 392 villages, 954 unit grids, 50 collectors.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from intake.geo.county import County
from intake.geo.grid import GridCode, GridFrame, UnitGrid
from intake.geo.rows import (
    Community,
    CountyRows,
    Landmark,
    LandmarkKind,
    Region,
    RegionKind,
    Road,
    RoadClass,
    Village,
)
from intake.sample.tables import line, names, read

COUNTY_CODE = "999999"
COUNTY_NAME = "示范县"
NOTICE = "示例数据:示范县是虚构的,人名、地名、电话均不真实,仅供试用"
"""To be shown wherever the sample is in use."""

SEAT = (113.6, 33.2)
"""The county seat, WGS84; the origin of the drawing's metres."""

FRAME = GridFrame(113.5571008, 33.1639341)
"""The unit grids' south-west corner: 4 km west and 4 km south of the seat."""


class UnitKind(StrEnum):
    """How a unit answers for its work: for a subject (条) or for a territory (块)."""

    LINE = "line"
    TERRITORY = "territory"


@dataclass(frozen=True, slots=True)
class Unit:
    """A responsible unit (专业部门 or township)."""

    code: str
    name: str
    short_name: str
    kind: UnitKind
    phone: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of the command centre; ``role`` is the name of the domain's role."""

    username: str
    name: str
    role: str
    duty_grid: str | None = None


@dataclass(frozen=True, slots=True)
class DutyGrid:
    """A collector's beat: at most 25 unit grids of one community."""

    code: str
    grids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Referral:
    """Another hotline to which a citizen is referred, and the words to say it."""

    code: str
    name: str
    phone: str
    text: str


@dataclass(frozen=True)
class SampleCounty:
    """Everything the sample holds."""

    rows: CountyRows
    duty_grids: tuple[DutyGrid, ...]
    units: tuple[Unit, ...]
    staff: tuple[Staff, ...]
    referrals: tuple[Referral, ...]

    @cached_property
    def county(self) -> County:
        """The geography, ready to be asked."""
        return County(self.rows)


def load_sample() -> SampleCounty:
    """The whole sample county."""
    grids, duty_grids = _grids()
    return SampleCounty(
        rows=CountyRows(
            code=COUNTY_CODE,
            name=COUNTY_NAME,
            regions=_regions(),
            communities=tuple(
                Community(row["code"], row["name"]) for row in read("communities.tsv")
            ),
            villages=tuple(
                Village(row["code"], row["name"], line(row["centre"])[0])
                for row in read("villages.tsv")
            ),
            frame=FRAME,
            grids=grids,
            roads=tuple(
                Road(row["name"], RoadClass(row["class"]), line(row["line"]), names(row["aliases"]))
                for row in read("roads.tsv")
            ),
            landmarks=tuple(
                Landmark(
                    row["name"],
                    LandmarkKind(row["kind"]),
                    line(row["position"])[0],
                    names(row["aliases"]),
                )
                for row in read("landmarks.tsv")
            ),
            river=line(read("river.tsv")[0]["line"]),
        ),
        duty_grids=duty_grids,
        units=tuple(
            Unit(row["code"], row["name"], row["short_name"], UnitKind(row["kind"]), row["phone"])
            for row in read("units.tsv")
        ),
        staff=tuple(
            Staff(row["username"], row["name"], row["role"], row["duty_grid"] or None)
            for row in read("staff.tsv")
        ),
        referrals=tuple(Referral(**row) for row in read("referrals.tsv")),
    )


def _regions() -> tuple[Region, ...]:
    return tuple(
        Region(
            row["code"],
            row["name"],
            RegionKind(row["kind"]),
            line(row["seat"])[0],
            line(row["ring"]),
        )
        for row in read("regions.tsv")
    )


def _grids() -> tuple[tuple[UnitGrid, ...], tuple[DutyGrid, ...]]:
    """Unit grids numbered in the table's order, and the duty grids their letters name."""
    grids: list[UnitGrid] = []
    beats: dict[str, list[str]] = {}
    sequence: dict[str, int] = {}
    for row in read("grids.tsv"):
        community = row["community"]
        for offset, letter in enumerate(row["duties"]):
            sequence[community] = sequence.get(community, 0) + 1
            code = str(GridCode(community[:6], community[6:9], community[9:], sequence[community]))
            grids.append(UnitGrid(code, int(row["first_column"]) + offset, int(row["row"])))
            beats.setdefault(f"{community}{letter}", []).append(code)
    return tuple(grids), tuple(DutyGrid(code, tuple(of)) for code, of in sorted(beats.items()))
