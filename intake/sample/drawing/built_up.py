"""The built-up area: 954 squares of 100 m, their communities and the collectors' duty grids."""

import heapq
from collections.abc import Callable
from math import exp, hypot, sin

from shapely import LineString, Point, Polygon

GRIDS = 954
CORNER = -4000
"""South-west corner of the grid frame: metres east and north of the county seat."""

LARGEST_DUTY = 25
"""Squares a collector walks at most: 0.25 km²."""

SEAT_TOWNS = ("100", "101", "102", "400")
COMMUNITIES = {
    "100": ["北关社区", "文庙社区", "西街社区", "县前社区", "光明社区", "滨河社区", "胜利社区"],
    "101": ["迎宾社区", "新华社区", "东关社区", "团结社区", "学府社区"],
    "102": ["南关社区", "滨湖社区"],
    "400": ["兴业社区", "创业社区"],
}
Square = tuple[int, int]
TownOf = Callable[[Square], str | None]


def centre(square: Square) -> tuple[float, float]:
    """The middle of a square (column, row) in metres."""
    return CORNER + square[0] * 100 + 50, CORNER + square[1] * 100 + 50


def remoteness(x: float, y: float) -> float:
    """How late the town reaches a place: it grows around its centre, along roads, to the zone."""
    core = hypot(x / 1.12, y / 0.94)
    zone = 1.05 * hypot(x - 2200, y + 1250) + 800
    east_west = 420 * exp(-(((y - 0.05 * x + 60) / 330) ** 2))
    north_south = 300 * exp(-(((x - 250 + 0.05 * y) / 300) ** 2))
    ripple = 130 * sin(x / 330 + 1.3) * sin(y / 290 + 0.4) + 70 * sin(x / 170 + y / 210)
    return min(core - east_west - north_south, zone) + ripple


def grow(towns: dict[str, Polygon], river: LineString) -> dict[Square, str]:
    """The 954 connected squares, each with the code of the town its middle lies in."""
    seat_towns = {code: towns[code] for code in SEAT_TOWNS}
    banks = river.buffer(110)

    def town_of(square: Square) -> str | None:
        middle = Point(centre(square))
        if banks.contains(middle):
            return None
        return next((code for code, town in seat_towns.items() if town.contains(middle)), None)

    wanted = GRIDS
    while True:
        grown = _grown(wanted, town_of)
        _fill_holes(grown, town_of)
        if len(grown) == GRIDS:
            return grown
        wanted -= len(grown) - GRIDS


def _grown(count: int, town_of: TownOf) -> dict[Square, str]:
    start = (-CORNER // 100, -CORNER // 100)
    frontier = [(0.0, start)]
    seen = {start}
    grown: dict[Square, str] = {}
    while len(grown) < count:
        _, square = heapq.heappop(frontier)
        town = town_of(square)
        if town is None:
            continue
        grown[square] = town
        for beside in _beside(square):
            if beside not in seen:
                seen.add(beside)
                heapq.heappush(frontier, (remoteness(*centre(beside)), beside))
    return grown


def _beside(square: Square) -> list[Square]:
    column, row = square
    return [(column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1)]


def _fill_holes(grown: dict[Square, str], town_of: TownOf) -> None:
    columns = [column for column, _ in grown]
    rows = [row for _, row in grown]
    outside: set[Square] = set()
    edge = [(min(columns) - 1, min(rows) - 1)]
    while edge:
        square = edge.pop()
        if square in outside or square in grown:
            continue
        if not min(columns) - 1 <= square[0] <= max(columns) + 1:
            continue
        if not min(rows) - 1 <= square[1] <= max(rows) + 1:
            continue
        outside.add(square)
        edge += _beside(square)
    for column in range(min(columns), max(columns) + 1):
        for row in range(min(rows), max(rows) + 1):
            square = (column, row)
            town = town_of(square) if square not in grown and square not in outside else None
            if town:
                grown[square] = town


def divide(grown: dict[Square, str]) -> dict[Square, tuple[str, int]]:
    """Each square's town code and community number (from 1), by nearness to evened-out centres."""
    divided: dict[Square, tuple[str, int]] = {}
    for town, names in COMMUNITIES.items():
        squares = sorted(square for square, code in grown.items() if code == town)
        groups = _evened(squares, len(names))
        groups.sort(key=lambda group: (-_mean(group)[1] // 6, _mean(group)[0]))
        for number, group in enumerate(groups, 1):
            divided |= dict.fromkeys(group, (town, number))
    return divided


def _mean(squares: list[Square]) -> tuple[float, float]:
    return (
        sum(column for column, _ in squares) / len(squares),
        sum(row for _, row in squares) / len(squares),
    )


def _evened(squares: list[Square], parts: int) -> list[list[Square]]:
    """``squares`` cut again and again across their longer side into ``parts`` of equal size."""
    if parts == 1:
        return [squares]
    width = max(c for c, _ in squares) - min(c for c, _ in squares)
    height = max(r for _, r in squares) - min(r for _, r in squares)
    tilt = 0.25
    if width >= height:
        ordered = sorted(squares, key=lambda square: (square[0] + tilt * square[1], square[1]))
    else:
        ordered = sorted(squares, key=lambda square: (square[1] - tilt * square[0], square[0]))
    half = parts // 2
    cut = round(len(ordered) * half / parts)
    return _evened(ordered[:cut], half) + _evened(ordered[cut:], parts - half)


def duty_grids(divided: dict[Square, tuple[str, int]]) -> list[list[Square]]:
    """Every community cut into duty grids of at most 0.25 km²."""
    duties: list[list[Square]] = []
    for community in sorted(set(divided.values())):
        squares = sorted(square for square, of in divided.items() if of == community)
        duties += _evened(squares, -(-len(squares) // LARGEST_DUTY))
    return duties
