"""The county: regions, villages, communities, unit grids, roads and landmarks."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table

from intake.store.tables.base import metadata
from intake.store.types import Json

county = Table(
    "county",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("frame_lon", Float, nullable=False),
    Column("frame_lat", Float, nullable=False),
    Column("river", Json, nullable=False),
)

region = Table(
    "region",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("ring", Json, nullable=False),
)

village = Table(
    "village",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
)

community = Table(
    "community",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(60), nullable=False),
)

unit_grid = Table(
    "unit_grid",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("grid_column", Integer, nullable=False),
    Column("grid_row", Integer, nullable=False),
    Column("duty_grid", String(20), nullable=False),
    Column("collector", String(40), nullable=False),
)
Index("ix_unit_grid_duty_grid", unit_grid.c.duty_grid)

road = Table(
    "road",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("road_class", String(16), nullable=False),
    Column("key_road", Boolean, nullable=False),
    Column("line", Json, nullable=False),
    Column("aliases", Json, nullable=False),
)

landmark = Table(
    "landmark",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("aliases", Json, nullable=False),
)
