"""The county's outline, its 21 townships and development zone, and its river."""

from math import cos, pi, sin, sqrt

from shapely import LineString, MultiPoint, Point, Polygon, get_parts, voronoi_polygons
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, polygonize, unary_union

from intake.sample.drawing.curves import chance, smoothed, weathered

COUNTY_AREA = 210_000_000
"""210 km², the construction plan's figure."""

# Code within the county, name, seat in metres. Codes of towns start at 100, of townships at 200,
# of zones at 400, as in the national lists.
TOWNS = [
    ("100", "城关镇", (-800, 300)),
    ("101", "东关镇", (1500, 900)),
    ("102", "南湖镇", (100, -2000)),
    ("103", "石桥镇", (-4200, 1000)),
    ("104", "望川镇", (-2300, 4100)),
    ("105", "大营镇", (1500, 4400)),
    ("106", "白塔镇", (4700, 2500)),
    ("107", "永丰镇", (-1900, -4700)),
    ("108", "双庙镇", (-4400, -2300)),
    ("109", "青山铺镇", (3500, 6200)),
    ("110", "金沟镇", (4700, -5000)),
    ("111", "柳河镇", (400, -6700)),
    ("200", "云岭乡", (-6000, 4100)),
    ("201", "竹林乡", (-3200, 6300)),
    ("202", "龙泉乡", (200, 6900)),
    ("203", "高台乡", (6000, 4300)),
    ("204", "黄集乡", (7700, 1100)),
    ("205", "河湾乡", (6900, -2400)),
    ("206", "马渡乡", (2300, -5000)),
    ("207", "桃园乡", (-4300, -6000)),
    ("208", "杏花乡", (-7500, -900)),
    ("400", "示范县经济开发区", (3300, -1700)),
]
RIVER: list[tuple[float, float]] = [
    (-9800, 5600), (-7200, 4100), (-5600, 2400), (-3700, 2900), (-2500, 1900), (-2350, 300),
    (-2700, -900), (-1300, -2300), (300, -3300), (2500, -3500), (4300, -4500), (6300, -4300),
    (7700, -6000), (9800, -7000),
]  # fmt: skip


def draw_outline() -> Polygon:
    """The county's border, scaled to its area."""
    ring = []
    for step in range(26):
        angle = step * pi / 13
        lobes = 0.04 * sin(2 * angle + 0.6) + 0.04 * sin(3 * angle + 2)
        radius = 8300 * (1 + lobes + 0.16 * (chance("outline", step) - 0.5))
        ring.append((radius * 1.05 * cos(angle), radius * sin(angle)))
    rough = Polygon(weathered([*ring, ring[0]], "outline", 0.2, 160))
    factor = sqrt(COUNTY_AREA / rough.area)
    return scale(rough, factor, factor, origin=(0, 0))


def draw_towns(outline: Polygon) -> dict[str, Polygon]:
    """A polygon for each town code; together they tile the outline without overlap."""
    seats = MultiPoint([seat for _, _, seat in TOWNS])
    cells = voronoi_polygons(seats, extend_to=outline.buffer(2000).envelope)
    borders = unary_union([cell.boundary for cell in cells.geoms])
    edges = _lines(linemerge(_lines(unary_union([borders, outline.boundary]))))
    drawn = []
    for number, edge in enumerate(sorted(edges, key=lambda line: line.coords[0])):
        middle = edge.interpolate(0.5, normalized=True)
        if outline.boundary.distance(middle) < 1:
            drawn.append(edge)
        elif outline.contains(middle):
            drawn.append(
                LineString(
                    weathered([(x, y) for x, y, *_ in edge.coords], f"edge{number}", 0.13, 140)
                )
            )
    faces = list(polygonize(unary_union(drawn)))
    return {
        code: next(face for face in faces if face.contains(Point(seat))) for code, _, seat in TOWNS
    }


def draw_river(outline: Polygon) -> LineString:
    """The river's middle line within the county, from the north-west to the south-east."""
    line = LineString(weathered(smoothed(RIVER, 3), "river", 0.10, 90)).simplify(6)
    within = line.intersection(outline)
    return longest(within)


def longest(shape: BaseGeometry) -> LineString:
    """The longest line of a shape that may have fallen apart."""
    return max(_lines(shape), key=lambda line: line.length)


def as_polygon(shape: BaseGeometry) -> Polygon:
    """A shape that must be one polygon. Raises ValueError when it fell apart."""
    if not isinstance(shape, Polygon):
        raise ValueError(f"expected one polygon, drew a {shape.geom_type}")
    return shape


def _lines(shape: BaseGeometry) -> list[LineString]:
    parts = get_parts(shape).tolist()
    return [part for part in parts if isinstance(part, LineString)]
