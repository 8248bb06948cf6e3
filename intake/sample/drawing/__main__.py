"""Draw the sample county and write its tables: ``python -m intake.sample.drawing``."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from shapely import Polygon, box, union_all

from intake.geo.grid import CELL_METRES
from intake.geo.plane import LocalPlane
from intake.sample.county import COUNTY_CODE, SEAT
from intake.sample.drawing.built_up import (
    COMMUNITIES,
    CORNER,
    Square,
    divide,
    duty_grids,
    grow,
)
from intake.sample.drawing.landmarks import draw_landmarks
from intake.sample.drawing.regions import TOWNS, as_polygon, draw_outline, draw_river, draw_towns
from intake.sample.drawing.streets import draw_country_roads, draw_streets
from intake.sample.drawing.villages import allot, name_all, scatter, spread

HOME = Path(__file__).parent.parent
KINDS = {"1": "TOWN", "2": "TOWNSHIP", "4": "ZONE"}


def degrees(points: Iterable[tuple[float, ...]]) -> str:
    """Points in metres as ``lon lat,lon lat`` with about 10 cm."""
    plane = LocalPlane(*SEAT)
    placed = [plane.to_degrees(x, y) for x, y, *_ in points]
    return ",".join(f"{lon:.6f} {lat:.6f}" for lon, lat in placed)


def write(name: str, header: str, rows: Iterable[Iterable[object]], home: Path) -> None:
    """One table: tab-separated, one row a line, the first line names the columns."""
    lines = [header.replace(" ", "\t"), *("\t".join(map(str, row)) for row in rows)]
    (home / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw(home: Path = HOME) -> None:
    """Draw everything and write the tables into ``home``."""
    outline = draw_outline()
    towns, river = draw_towns(outline), draw_river(outline)
    squares = grow(towns, river)
    divided = divide(squares)
    built_up = as_polygon(union_all([_square(square) for square in squares]))
    roads = draw_country_roads(outline) + draw_streets(built_up)
    land = spread(towns, built_up, river)
    numbers = allot(land)
    names = name_all(numbers)

    write(
        "regions.tsv",
        "code name kind seat ring",
        (
            (COUNTY_CODE + code, name, KINDS[code[0]], degrees([seat]),
             degrees(towns[code].exterior.coords))
            for code, name, seat in TOWNS
        ),
        home,
    )  # fmt: skip
    write(
        "communities.tsv",
        "code name",
        (
            (f"{COUNTY_CODE}{town}{number:03d}", name)
            for town, of_town in COMMUNITIES.items()
            for number, name in enumerate(of_town, 1)
        ),
        home,
    )
    write(
        "villages.tsv",
        "code name centre",
        (
            (f"{COUNTY_CODE}{code}{number:03d}", name, degrees([spot]))
            for code, _, seat in TOWNS
            for number, (name, spot) in enumerate(
                zip(names[code], scatter(code, land[code], seat, numbers[code]), strict=True), 201
            )
        ),
        home,
    )
    write("grids.tsv", "community row first_column duties", _grid_rows(divided), home)
    write(
        "roads.tsv",
        "name class aliases line",
        ((r.name, r.road_class, "/".join(r.aliases), degrees(r.line.coords)) for r in roads),
        home,
    )
    write("river.tsv", "name line", [("柳河", degrees(river.coords))], home)
    write(
        "landmarks.tsv",
        "name kind aliases position",
        (
            (each.name, each.kind, "/".join(each.aliases), degrees([each.spot]))
            for each in draw_landmarks(built_up, roads, river, towns["400"])
        ),
        home,
    )


def _square(square: Square) -> Polygon:
    west, south = CORNER + square[0] * CELL_METRES, CORNER + square[1] * CELL_METRES
    return box(west, south, west + CELL_METRES, south + CELL_METRES)


def _grid_rows(divided: dict[Square, tuple[str, int]]) -> Iterable[tuple[object, ...]]:
    """Runs of squares, north to south and west to east: the order of the sequence numbers.

    ``duties`` has one letter a square: the duty grid of the community it belongs to.
    """
    duty_of: dict[Square, str] = {}
    letters: dict[tuple[str, int], int] = {}
    for duty in duty_grids(divided):
        community = divided[duty[0]]
        letters[community] = letters.get(community, -1) + 1
        duty_of |= dict.fromkeys(duty, "ABCDEFG"[letters[community]])
    for town, number in sorted(set(divided.values())):
        members = [square for square, of in divided.items() if of == (town, number)]
        members.sort(key=lambda square: (-square[1], square[0]))
        code = f"{COUNTY_CODE}{town}{number:03d}"
        for _, run in groupby(enumerate(members), lambda at: (at[1][1], at[1][0] - at[0])):
            squares = [square for _, square in run]
            yield code, squares[0][1], squares[0][0], "".join(duty_of[s] for s in squares)


if __name__ == "__main__":
    draw()
