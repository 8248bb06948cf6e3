"""Unit grids (单元网格): the 100 m by 100 m squares of the built-up area, and their codes.

A code is 6 digits county, 3 township or sub-district, 3 community and a sequence number within
the community: 3 digits in the scheme of 15 (GB/T 47678.3 field length), 2 in the older scheme of
14 (CJ/T 213-2005). The square a point falls into is found by arithmetic, not by search.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import floor
from typing import Literal

from intake.geo.coordinates import Position
from intake.geo.plane import LocalPlane

CELL_METRES = 100
Scheme = Literal[14, 15]


class GridCodeError(ValueError):
    """A grid code that cannot be right; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class GridCode:
    """The parts of a unit grid code."""

    county: str
    town: str
    community: str
    sequence: int
    scheme: Scheme = 15

    def __str__(self) -> str:
        return f"{self.county}{self.town}{self.community}{self.sequence:0{self.scheme - 12}d}"


def validate_grid_code(code: str, scheme: Scheme = 15, county: str | None = None) -> GridCode:
    """The parts of ``code``; with ``county`` its first six digits must be that county's.

    Raises GridCodeError.
    """
    if len(code) != scheme or not (code.isascii() and code.isdigit()):
        raise GridCodeError(f"单元网格编码应为{scheme}位数字,收到的是“{code[:24]}”")
    parts = GridCode(code[:6], code[6:9], code[9:12], int(code[12:]), scheme)
    if county is not None and parts.county != county:
        raise GridCodeError(f"单元网格编码的前六位应为本县代码{county},收到的是{parts.county}")
    for label, value in (("乡镇街道", int(parts.town)), ("社区", int(parts.community))):
        if value == 0:
            raise GridCodeError(f"单元网格编码{code}中的{label}部分不能为零")
    if parts.sequence == 0:
        raise GridCodeError(f"单元网格编码{code}的顺序号从1开始")
    return parts


@dataclass(frozen=True, slots=True)
class UnitGrid:
    """One square; ``column`` and ``row`` count from the frame's origin to the east and north."""

    code: str
    column: int
    row: int

    @property
    def community_code(self) -> str:
        """The 12 digits of the community the square belongs to."""
        return self.code[:12]


@dataclass(frozen=True)
class GridFrame:
    """The net of squares: its south-west corner (WGS84 degrees) and nothing else."""

    lon: float
    lat: float

    @property
    def plane(self) -> LocalPlane:
        """The sheet of metres whose origin is the frame's corner."""
        return LocalPlane(self.lon, self.lat)

    def corners(self, column: int, row: int) -> list[Position]:
        """The square's closed ring in degrees, counter-clockwise from its south-west corner."""
        plane = self.plane
        steps = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
        return [
            plane.to_degrees((column + x) * CELL_METRES, (row + y) * CELL_METRES) for x, y in steps
        ]

    def centre(self, column: int, row: int) -> Position:
        """The middle of a square in degrees."""
        return self.plane.to_degrees((column + 0.5) * CELL_METRES, (row + 0.5) * CELL_METRES)


class UnitGrids:
    """The unit grids of a county, found by position or by code."""

    def __init__(self, frame: GridFrame, grids: Iterable[UnitGrid]) -> None:
        self.frame = frame
        self._plane = frame.plane
        self._by_code = {grid.code: grid for grid in grids}
        self._by_square = {(grid.column, grid.row): grid for grid in self._by_code.values()}
        if len(self._by_square) != len(self._by_code):
            raise GridCodeError("two unit grids share one square: check the grid table")

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[UnitGrid]:
        return iter(self._by_code.values())

    def at(self, lon: float, lat: float) -> UnitGrid | None:
        """The unit grid that contains the position, or None outside the built-up area."""
        x, y = self._plane.to_metres(lon, lat)
        return self._by_square.get((floor(x / CELL_METRES), floor(y / CELL_METRES)))

    def get(self, code: str) -> UnitGrid | None:
        """The unit grid with this code."""
        return self._by_code.get(code)

    def neighbours(self, grid: UnitGrid) -> list[UnitGrid]:
        """The up to eight unit grids around one."""
        around = ((grid.column + x, grid.row + y) for y in (-1, 0, 1) for x in (-1, 0, 1) if x or y)
        return [self._by_square[square] for square in around if square in self._by_square]
