"""Reading the sample's tables: tab-separated text with the column names on the first line."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from intake.geo.coordinates import Position


def read(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables beside this file."""
    return read_table(files("intake.sample").joinpath(name))


def read_table(table: Traversable) -> list[dict[str, str]]:
    """The rows of one table, each by column name."""
    header, *lines = table.read_text(encoding="utf-8").splitlines()
    columns = header.split("\t")
    return [dict(zip(columns, line.split("\t"), strict=True)) for line in lines]


def line(text: str) -> tuple[Position, ...]:
    """Positions written as ``lon lat,lon lat``."""
    pairs = (pair.split() for pair in text.split(","))
    return tuple(Position(float(lon), float(lat)) for lon, lat in pairs)


def names(text: str) -> tuple[str, ...]:
    """Names written with a slash between them."""
    return tuple(text.split("/")) if text else ()
