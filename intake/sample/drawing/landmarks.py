"""The places everybody knows: in the town beside a street, in the country at the town seats."""

from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from math import hypot

from shapely import LineString, Point, Polygon, STRtree, prepare

from intake.sample.drawing.curves import Spot, chance
from intake.sample.drawing.regions import TOWNS
from intake.sample.drawing.streets import Drawn
from intake.sample.tables import names, read_table

APART = 105
"""Metres between two landmarks of the town, at least."""

BRIDGES = {
    "国道G997": "石桥大桥",
    "省道S991": "马渡大桥",
    "省道S992": "柳河一桥",
    "县道X904": "永丰大桥",
    "乡道Y901": "云岭桥",
}
AROUND = 350
"""Metres within which chance moves a landmark that is wanted near a place."""


@dataclass(frozen=True)
class Placed:
    """A landmark as drawn: name, kind, other names, place in metres."""

    name: str
    kind: str
    aliases: tuple[str, ...]
    spot: Spot


def draw_landmarks(
    built_up: Polygon, roads: list[Drawn], river: LineString, zone: Polygon
) -> list[Placed]:
    """Every landmark of the county; those of the town come from ``place_names.tsv``."""
    prepare(zone)
    free = _frontages(built_up, roads)
    spots = {
        "zone": [spot for spot in free if zone.contains(Point(spot))],
        "town": [spot for spot in free if not zone.contains(Point(spot))],
    }
    placed = []
    for row in read_table(files("intake.sample.drawing").joinpath("place_names.tsv")):
        area, name, kind = row["area"], row["name"], row["kind"]
        spot = min(spots[area], key=partial(_unfitness, name, row["near"]))
        placed.append(Placed(name, kind, names(row["aliases"]), spot))
        spots[area] = [s for s in spots[area] if hypot(s[0] - spot[0], s[1] - spot[1]) >= APART]
    return placed + _bridges(roads, river) + _seats()


def _unfitness(name: str, near: str, spot: Spot) -> float:
    """Some landmarks are wanted near a place, the others lie where chance has them."""
    if not near:
        return chance(name, spot)
    x, y = map(float, near.split())
    return hypot(spot[0] - x, spot[1] - y) + AROUND * chance(name, spot)


def _frontages(built_up: Polygon, roads: list[Drawn]) -> list[Spot]:
    """Places 35 m beside a street of the town and not on another road."""
    prepare(built_up)
    lines = [road.line for road in roads]
    tree = STRtree(lines)
    spots = []
    for line in lines:
        for step in range(1, int(line.length // 45)):
            at, ahead = line.interpolate(step * 45), line.interpolate(step * 45 + 5)
            for side in (7, -7):
                spot = Point(at.x - (ahead.y - at.y) * side, at.y + (ahead.x - at.x) * side)
                if built_up.contains(spot) and not len(tree.query(spot, "dwithin", distance=30)):
                    spots.append((round(spot.x, 1), round(spot.y, 1)))
    return spots


def _bridges(roads: list[Drawn], river: LineString) -> list[Placed]:
    bridges = []
    for road in roads:
        crossing = road.line.intersection(river)
        if road.name in BRIDGES and not crossing.is_empty:
            point = crossing.representative_point()
            bridges.append(Placed(BRIDGES[road.name], "bridge", (), (point.x, point.y)))
    return bridges


def _seats() -> list[Placed]:
    """Every country town has a government, a central school and a clinic at its seat."""
    placed = []
    for code, name, (x, y) in TOWNS:
        if code in ("100", "400"):
            continue
        short = name[:-1]
        aliases = (f"{name}政府",)
        placed += [
            Placed(f"{name}人民政府", "government", aliases, (x + 40, y + 45)),
            Placed(f"{short}中心小学", "school", (), (x - 130, y + 70)),
        ]
        if int(code) < 200:
            placed.append(Placed(f"{name}卫生院", "hospital", (), (x + 60, y - 90)))
    return placed
