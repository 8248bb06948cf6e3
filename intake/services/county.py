"""The county as the store keeps it: written once from rows, read once a process."""

from collections.abc import Mapping

from sqlalchemy import insert, select

from intake.geo.coordinates import Position
from intake.geo.county import County
from intake.geo.grid import GridFrame, UnitGrid
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
from intake.services.workroom import Workroom
from intake.store.database import Database
from intake.store.tables import community, county, landmark, region, road, unit_grid, village
from intake.store.unit import Unit

_KEY_ROADS = frozenset({RoadClass.NATIONAL, RoadClass.PROVINCIAL, RoadClass.ARTERIAL})


class NoCounty(Exception):
    """The store holds no county yet; ``minsheng prepare`` loads the sample on an empty store."""


def write_county(
    unit: Unit, rows: CountyRows, *, sample: bool, duties: Mapping[str, tuple[str, str]]
) -> None:
    """Write all rows; ``duties`` maps a unit grid's code to (duty grid, collector's user name)."""
    conn = unit.conn
    conn.execute(
        insert(county).values(
            code=rows.code,
            name=rows.name,
            sample=sample,
            frame_lon=rows.frame.lon,
            frame_lat=rows.frame.lat,
            river=[list(point) for point in rows.river],
        )
    )
    conn.execute(
        insert(region),
        [
            {
                "code": one.code,
                "name": one.name,
                "kind": one.kind.value,
                "lon": one.seat[0],
                "lat": one.seat[1],
                "ring": [list(point) for point in one.ring],
            }
            for one in rows.regions
        ],
    )
    conn.execute(
        insert(village),
        [
            {"code": one.code, "name": one.name, "lon": one.centre[0], "lat": one.centre[1]}
            for one in rows.villages
        ],
    )
    conn.execute(
        insert(community), [{"code": one.code, "name": one.name} for one in rows.communities]
    )
    conn.execute(
        insert(unit_grid),
        [
            {
                "code": grid.code,
                "grid_column": grid.column,
                "grid_row": grid.row,
                "duty_grid": duties.get(grid.code, ("", ""))[0],
                "collector": duties.get(grid.code, ("", ""))[1],
            }
            for grid in rows.grids
        ],
    )
    conn.execute(
        insert(road),
        [
            {
                "name": one.name,
                "road_class": one.road_class.value,
                "key_road": one.road_class in _KEY_ROADS,
                "line": [list(point) for point in one.line],
                "aliases": list(one.aliases),
            }
            for one in rows.roads
        ],
    )
    conn.execute(
        insert(landmark),
        [
            {
                "name": one.name,
                "kind": one.kind.value,
                "lon": one.position[0],
                "lat": one.position[1],
                "aliases": list(one.aliases),
            }
            for one in rows.landmarks
        ],
    )


def load_county(database: Database) -> County:
    """The county of the store; raises NoCounty while it is empty."""
    with database.read() as conn:
        head = conn.execute(select(county)).first()
        if head is None:
            raise NoCounty("The store holds no county. Run: minsheng prepare")
        rows = CountyRows(
            code=head.code,
            name=head.name,
            regions=tuple(
                Region(
                    row.code,
                    row.name,
                    RegionKind(row.kind),
                    Position(row.lon, row.lat),
                    tuple((point[0], point[1]) for point in row.ring),
                )
                for row in conn.execute(select(region).order_by(region.c.code))
            ),
            communities=tuple(
                Community(row.code, row.name)
                for row in conn.execute(select(community).order_by(community.c.code))
            ),
            villages=tuple(
                Village(row.code, row.name, Position(row.lon, row.lat))
                for row in conn.execute(select(village).order_by(village.c.code))
            ),
            frame=GridFrame(head.frame_lon, head.frame_lat),
            grids=tuple(
                UnitGrid(row.code, row.grid_column, row.grid_row)
                for row in conn.execute(select(unit_grid).order_by(unit_grid.c.code))
            ),
            roads=tuple(
                Road(
                    row.name,
                    RoadClass(row.road_class),
                    tuple((point[0], point[1]) for point in row.line),
                    tuple(row.aliases),
                )
                for row in conn.execute(select(road).order_by(road.c.name))
            ),
            landmarks=tuple(
                Landmark(
                    row.name, LandmarkKind(row.kind), Position(row.lon, row.lat), tuple(row.aliases)
                )
                for row in conn.execute(select(landmark).order_by(landmark.c.name))
            ),
            river=tuple((point[0], point[1]) for point in head.river),
        )
    return County(rows)


def is_sample(room: Workroom) -> bool:
    """Whether the county is the fictional one, so that every page can say so."""
    with room.database.read() as conn:
        return bool(conn.execute(select(county.c.sample)).scalar())
