"""Regions, unit grids, roads and landmarks of the county."""

from sqlalchemy import Boolean, Column, Float, Index, String, Table

from intake.store.tables.base import metadata
from intake.store.types import Json

region = Table(
    "region",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("parent_code", String(12), nullable=False),
    Column("name", String(60), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("outline", Json),
)
Index("ix_region_parent_code", region.c.parent_code)

unit_grid = Table(
    "unit_grid",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("town_code", String(12), nullable=False),
    Column("community_code", String(12), nullable=False),
    Column("duty_grid", String(20), nullable=False),
    Column("collector", String(40), nullable=False),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
)

road = Table(
    "road",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("road_class", String(16), nullable=False),
    Column("key_road", Boolean, nullable=False),
    Column("line", Json, nullable=False),
)

landmark = Table(
    "landmark",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
)
