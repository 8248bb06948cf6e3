"""The 392 administrative villages: how many a town has, where they lie, what they are called."""

from math import hypot, sqrt

from shapely import Point, Polygon, prepare
from shapely.geometry.base import BaseGeometry

from intake.sample.drawing.curves import Spot, chance

VILLAGES = 392
TRIES = 40
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏"
    "薛叶余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎常武"
)
ENDINGS = ("庄", "楼", "湾", "寨", "营", "岗", "家沟", "店", "坡", "洼", "堂", "屯", "家坊", "圩")
PREFIXES = ("", "", "", "", "前", "后", "大", "小", "东", "西", "上", "新")

# Names that more than one town has, as everywhere.
SHARED = {"李庄村": ("106", "107", "207"), "王楼村": ("103", "205"), "张湾村": ("104", "206")}


def allot(open_land: dict[str, BaseGeometry]) -> dict[str, int]:
    """How many of the villages each town has, in proportion to its open land."""
    total = sum(land.area for land in open_land.values())
    exact = {code: VILLAGES * land.area / total for code, land in open_land.items()}
    allotted = {code: int(share) for code, share in exact.items()}
    missing = VILLAGES - sum(allotted.values())
    by_rest = sorted(exact, key=lambda code: allotted[code] - exact[code])
    return {code: number + (code in by_rest[:missing]) for code, number in allotted.items()}


def scatter(code: str, land: BaseGeometry, seat: Spot, number: int) -> list[Spot]:
    """Places for ``number`` villages, each the loneliest of some chance places in the land."""
    prepare(land)
    west, south, east, north = land.bounds
    placed = [seat]
    attempt = 0
    while len(placed) <= number:
        spots: list[Spot] = []
        while len(spots) < TRIES:
            attempt += 1
            x = west + (east - west) * chance(code, "x", attempt)
            y = south + (north - south) * chance(code, "y", attempt)
            if land.contains(Point(x, y)):
                spots.append((x, y))
        placed.append(max(spots, key=lambda spot: _room(spot, placed)))
    return placed[1:]


def _room(spot: Spot, others: list[Spot]) -> float:
    return min(hypot(spot[0] - x, spot[1] - y) for x, y in others)


def spread(
    towns: dict[str, Polygon], built_up: Polygon, river: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Each town's land on which villages may lie."""
    taken = built_up.buffer(160).union(river.buffer(170))
    return {
        code: town.buffer(-sqrt(town.area) / 25).difference(taken) for code, town in towns.items()
    }


def name_all(numbers: dict[str, int]) -> dict[str, list[str]]:
    """Names for every town's villages; unique in the county but for the shared ones."""
    pool = [
        f"{PREFIXES[int(chance('prefix', s, e) * len(PREFIXES))]}{s}{e}村"
        for s in SURNAMES
        for e in ENDINGS
    ]
    pool = sorted({name for name in pool if name not in SHARED}, key=lambda name: chance(name))
    named: dict[str, list[str]] = {}
    for code, number in numbers.items():
        shared = [name for name, codes in SHARED.items() if code in codes]
        named[code] = shared + [pool.pop() for _ in range(number - len(shared))]
    return named
