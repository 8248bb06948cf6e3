"""The streets of the town and the roads of the county.

Streets are drawn on a straight net of kilometres and then bent together by one gentle warp, so
that crossings stay crossings. Country roads run through the town seats.
"""

from dataclasses import dataclass
from math import sin

from shapely import LineString, Polygon

from intake.sample.drawing.curves import Spot, smoothed, weathered
from intake.sample.drawing.regions import TOWNS, longest


@dataclass(frozen=True)
class Drawn:
    """A road as drawn: name, class, other names, and its line in metres."""

    name: str
    road_class: str
    aliases: tuple[str, ...]
    line: LineString


# Name, class, fixed coordinate, from, to (kilometres on the straight net).
EAST_WEST = [
    ("北环路", "arterial", 1.45, -2.2, 2.6),
    ("迎宾路", "street", 1.12, -2.2, 2.3),
    ("文化路", "street", 0.78, -2.4, 2.6),
    ("和平路", "street", 0.4, -2.4, 2.6),
    ("人民路", "arterial", 0.0, -3.2, 3.4),
    ("建设路", "arterial", -0.42, -2.6, 3.4),
    ("工业路", "street", -0.85, -2.4, 3.6),
    ("滨湖路", "street", -1.15, -1.5, 3.6),
    ("南环路", "arterial", -1.5, -1.5, 3.6),
    ("书院街", "lane", 0.6, -1.2, 0.05),
    ("民生巷", "lane", 0.22, -0.78, 0.5),
    ("前进巷", "lane", -0.2, -1.2, -0.36),
    ("健康路", "lane", 0.62, 0.5, 1.45),
    ("育才路", "lane", 0.95, 0.05, 0.95),
    ("振兴路", "lane", -0.98, 1.95, 2.85),
    ("科技路", "lane", -1.32, 1.95, 2.85),
    ("幸福巷", "lane", -0.63, -0.36, 0.5),
]
NORTH_SOUTH = [
    ("西环路", "arterial", -1.62, -2.4, 2.2),
    ("胜利街", "street", -1.2, -2.4, 2.2),
    ("光明街", "street", -0.78, -2.4, 2.2),
    ("解放街", "arterial", -0.36, -2.6, 2.6),
    ("中山街", "street", 0.05, -2.6, 2.4),
    ("新华街", "street", 0.5, -2.6, 2.4),
    ("团结街", "street", 0.95, -2.6, 2.4),
    ("东环路", "arterial", 1.45, -2.8, 2.4),
    ("发展大道", "arterial", 1.95, -2.8, 1.4),
    ("创业路", "street", 2.4, -2.6, 0.6),
    ("东风巷", "lane", -0.57, -0.42, 0.4),
    ("学府路", "lane", 0.72, 0.78, 1.45),
    ("花园街", "lane", -1.0, -1.15, -0.42),
]
# Name, class, other names, points in metres or the code of a town whose seat is passed.
COUNTRY: list[tuple[str, str, tuple[str, ...], list[Spot | str]]] = [
    ("国道G997", "national", ("G997", "997国道"), [
        (-9900, 900), (-7000, 700), "103", (-2600, 1900), (-900, 2250), (1500, 2500), (3000, 2450),
        "106", (7300, 3000), (9900, 2700)]),
    ("省道S991", "provincial", ("S991", "991省道"), [
        (2900, 9500), "109", (2300, 5400), "105", (2000, 2500), (2000, 1200), (1780, -500),
        (1650, -2600), "206", (1500, -6300), (1900, -9500)]),
    ("省道S992", "provincial", ("S992", "992省道"), [
        (-9900, -5400), (-6900, -4000), "108", (-2900, -1300), (-2390, -350)]),
    ("县道X901", "county", ("望川公路",), [
        (-335, 1600), (-1200, 2600), "104", "201", (-3600, 9000)]),
    ("县道X902", "county", ("黄集公路",), [
        (2310, -130), (4600, 500), (6200, 900), "204", (9900, 600)]),
    ("县道X903", "county", ("河湾公路",), [
        (2650, -1495), "400", (5000, -2300), "205", (9900, -2200)]),
    ("县道X904", "county", ("永丰公路",), [
        (-475, -1500), (-300, -1900), (-500, -3300), "107", "207",
        (-5600, -8800)]),
    ("县道X905", "county", ("金沟公路",), ["206", (3500, -4700), "110", (6600, -7300)]),
    ("县道X906", "county", ("龙泉公路",), [
        (90, 1800), (200, 3000), (500, 5200), "202", (100, 9000)]),
    ("乡道Y901", "township", (), ["103", (-5000, 2900), "200", (-7600, 5600)]),
    ("乡道Y902", "township", (), ["108", (-5800, -1700), "208", (-9900, -700)]),
    ("乡道Y903", "township", (), ["107", (-700, -5900), "111", (200, -9500)]),
    ("乡道Y904", "township", (), ["106", (5700, 3500), "203", (8000, 6200)]),
    ("乡道Y905", "township", (), ["104", (-500, 4500), "105"]),
    ("乡道Y906", "township", (), ["204", (7600, -600), "205"]),
]  # fmt: skip


def warp(x: float, y: float) -> Spot:
    """From the straight net (kilometres) to the ground (metres)."""
    bent_x = x + 0.06 * sin(2.1 * y + 0.4) + 0.04 * sin(1.3 * x) + 0.05 * y
    bent_y = y + 0.07 * sin(1.7 * x + 1.1) + 0.04 * sin(2.3 * y + 0.8) - 0.04 * x
    return bent_x * 1000, bent_y * 1000


def draw_streets(built_up: Polygon) -> list[Drawn]:
    """Streets and lanes, cut off where the town ends."""
    town = built_up.buffer(120).simplify(40)
    drawn = []
    for table, across in ((EAST_WEST, False), (NORTH_SOUTH, True)):
        for name, road_class, fixed, begin, end in table:
            steps = max(2, round((end - begin) / 0.12))
            along = [begin + (end - begin) * step / steps for step in range(steps + 1)]
            points = [warp(fixed, at) if across else warp(at, fixed) for at in along]
            line = longest(LineString(points).intersection(town).simplify(2))
            drawn.append(Drawn(name, road_class, (), line))
    return drawn


def draw_country_roads(outline: Polygon) -> list[Drawn]:
    """National, provincial, county and township roads, cut off at the border."""
    seats = {code: (float(x), float(y)) for code, _, (x, y) in TOWNS}
    drawn = []
    for name, road_class, aliases, stops in COUNTRY:
        through = [seats[stop] if isinstance(stop, str) else stop for stop in stops]
        line = LineString(weathered(smoothed(through), name, 0.05, 200))
        drawn.append(
            Drawn(name, road_class, aliases, longest(line.intersection(outline).simplify(6)))
        )
    return drawn
