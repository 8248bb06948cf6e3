"""The names of a county's places, with the short and the mistaken forms citizens use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import hypot

from intake.geo.coordinates import Position
from intake.geo.county import County
from intake.geo.rows import Community, Landmark, Region, Road, Village

_CONFUSED = {"路": "街", "街": "路"}


@dataclass(frozen=True, slots=True)
class PlaceName:
    """What bears a name, how sure the name is (0..1), and the half of a road it stands for."""

    place: Road | Landmark | Village | Community | Region
    sureness: float = 1.0
    half: str | None = None


def place_names(county: County) -> Iterator[tuple[str, PlaceName]]:
    """Every spelling under which a citizen may name a place of the county."""
    rows = county.rows
    roads = {road.name for road in rows.roads}
    for road in rows.roads:
        for name in (road.name, *road.aliases):
            yield name, PlaceName(road)
        if len(road.name) == 3:
            for half in "东西南北":
                yield road.name[:2] + half + road.name[2], PlaceName(road, 0.9, half)
            yield f"{road.name[:2]}中{road.name[2]}", PlaceName(road, 0.9)
            confused = road.name[:2] + _CONFUSED.get(road.name[2], road.name[2])
            if confused not in roads:
                yield confused, PlaceName(road, 0.8)
    for landmark in rows.landmarks:
        for name, sureness in _spellings(landmark, county.name):
            yield name, PlaceName(landmark, sureness)
    for village in rows.villages:
        yield village.name, PlaceName(village)
        if len(village.name) > 2:
            yield village.name.removesuffix("村"), PlaceName(village, 0.7)
    for community in rows.communities:
        yield community.name, PlaceName(community)
    for region in rows.regions:
        yield region.name, PlaceName(region)
        short = region.name.removeprefix(county.name)
        if short != region.name:
            yield short, PlaceName(region)


def _spellings(landmark: Landmark, county_name: str) -> Iterable[tuple[str, float]]:
    """Names a landmark goes by; the shorter ones are a little less sure."""
    spellings = {landmark.name: 1.0}
    for alias in landmark.aliases:
        spellings.setdefault(alias, 0.97)
    for name in tuple(spellings):
        short = name.removeprefix(county_name).removeprefix("县")
        if len(short) >= 4:
            spellings.setdefault(short, 0.95)
    return spellings.items()


def community_centres(county: County) -> dict[str, Position]:
    """By community code, the middle of the unit grid nearest to the community's middle."""
    squares: dict[str, list[tuple[int, int]]] = {}
    for grid in county.grids:
        squares.setdefault(grid.community_code, []).append((grid.column, grid.row))
    return {code: county.grids.frame.centre(*_middle(those)) for code, those in squares.items()}


def _middle(squares: list[tuple[int, int]]) -> tuple[int, int]:
    column = sum(square[0] for square in squares) / len(squares)
    row = sum(square[1] for square in squares) / len(squares)
    return min(squares, key=lambda square: hypot(square[0] - column, square[1] - row))
