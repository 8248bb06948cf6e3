"""Where is “人民路与解放街交叉口向东50米路北”? Addresses in words to positions in the county.

Knows the county's roads, crossings, landmarks, villages, communities and towns, and house
numbers by estimate. It proposes, best first; a person confirms (architecture decision 12).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from shapely import LineString, Point
from shapely.ops import nearest_points

from intake.geo.bearings import COMPASS, Offset, read_number, read_offset
from intake.geo.coordinates import Position
from intake.geo.county import County
from intake.geo.mentions import Mention, NameIndex
from intake.geo.place_names import PlaceName, community_centres, place_names
from intake.geo.rows import Community, Landmark, Region, Road, Village
from intake.geo.soundalike import SoundIndex

LONGEST_TEXT = 2000
LONGEST_MISHEARD = 300
"""Characters in which names are looked for by their sound."""

MISHEARD = 0.85
"""How sure a name is that only sounds like what was written."""
CROSSING_GAP = 60
"""Metres by which two roads may miss each other and still have a crossing."""

METRES_PER_NUMBER = 5
"""House numbers: odd on one side, even on the other, so ten metres of frontage a house."""

ROADSIDE = 12
"""Metres from a road's middle to its edge."""

_JOINED = re.compile(r"(?:与|和|跟|同|及|、|/|-|—|~|,|交|的)?")
_FROM = re.compile(r"[(,]?(?:从|由|自)?")
_TO = re.compile(r"(?:到|至|-|—|~)")
_CROSSING = re.compile(
    r"(?:的|相)?(?:交叉路口|交叉口|十字路口|丁字路口|三岔路口|交汇处|交汇口|交界处|交口|路口|十字|口|交叉)?"
    r"(?:处|附近)?"
)
_HOUSE = re.compile(r"(?P<number>\d{1,4}|[一二两三四五六七八九十百]{1,6})(?:-\d{1,3})?(?:号|弄)")
_NEAR = re.compile(r"(?:的)?(?:门口|大门|正门|后门|对面|旁边|旁|附近|门前|楼下|里面|内|处|院内)*")


class How(StrEnum):
    """By what an address was resolved, from the most to the least exact."""

    CROSSING = "crossing"
    LANDMARK = "landmark"
    HOUSE_NUMBER = "house_number"
    STRETCH = "stretch"
    VILLAGE = "village"
    COMMUNITY = "community"
    ROAD = "road"
    TOWN = "town"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A position an address may mean; ``score`` in 0..1 ranks, it is not a probability."""

    lon: float
    lat: float
    label: str
    score: float
    how: How
    misheard: tuple[str, ...] = ()
    """What was written and what it was taken for, where they differ."""


class Gazetteer:
    """The names of one county, ready to be asked."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._plane = county.plane
        self._lines = {
            road.name: LineString([self._plane.to_metres(*point) for point in road.line])
            for road in county.rows.roads
        }
        names = list(place_names(county))
        self._index = NameIndex(names)
        self._sounds = SoundIndex(names)
        self._community_centres = community_centres(county)

    def resolve(self, text: str, limit: int = 5) -> list[Candidate]:
        """The positions ``text`` may mean, best first; empty when it names nothing known."""
        text = "".join(unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).split())
        mentions = self._mentions(text)
        towns = {
            name.place.code
            for m in mentions
            for name in m.bearers
            if isinstance(name.place, Region)
        }
        best: dict[str, Candidate] = {}
        for candidate in self._candidates(text, mentions, towns):
            known = best.get(candidate.label)
            if known is None or known.score < candidate.score:
                best[candidate.label] = candidate
        return sorted(best.values(), key=lambda each: -each.score)[:limit]

    def _mentions(self, text: str) -> list[Mention[PlaceName]]:
        """Names as written; between them, names that sound like what is written."""
        exact = list(self._index.find(text))
        found = list(exact)
        begin = 0
        for end in (*(mention.start for mention in exact), len(text)):
            piece = text[begin : min(end, LONGEST_MISHEARD)]
            found += [_unsure(mention) for mention in self._sounds.find(piece, begin)]
            begin = next((each.end for each in exact if each.start == end), end)
        return sorted(found, key=lambda mention: mention.start)

    def _candidates(
        self, text: str, mentions: list[Mention[PlaceName]], towns: set[str]
    ) -> Iterator[Candidate]:
        yield from self._crossings(text, mentions)
        yield from self._stretches(text, mentions)
        for mention in mentions:
            for candidate in self._named(text, mention, towns):
                yield _told(candidate, mention)

    def _named(
        self, text: str, mention: Mention[PlaceName], towns: set[str]
    ) -> Iterator[Candidate]:
        """The places one name may mean."""
        tail = text[mention.end :]
        shared = len(mention.bearers) > 1
        for name in mention.bearers:
            place = name.place
            if isinstance(place, Road):
                yield from self._on_road(place, name, tail)
            elif isinstance(place, Landmark):
                yield self._at_landmark(place, name, tail)
            elif isinstance(place, Village):
                if not (shared and towns) or place.region_code in towns:
                    yield self._in_village(place, name, shared, towns)
            elif isinstance(place, Community):
                centre = self._community_centres.get(place.code)
                if centre:
                    yield _candidate(centre, place.name, 0.45 * name.sureness, How.COMMUNITY)
            else:
                yield _candidate(place.seat, place.name, 0.25 * name.sureness, How.TOWN)

    def _at_landmark(self, landmark: Landmark, name: PlaceName, tail: str) -> Candidate:
        at = self._plane.to_metres(*landmark.position)
        offset = read_offset(tail[_end(_NEAR, tail) :])
        return self._offset(at, [], offset, landmark.name, 0.9 * name.sureness, How.LANDMARK)

    def _in_village(
        self, village: Village, name: PlaceName, shared: bool, towns: set[str]
    ) -> Candidate:
        """A village is surer when its town is named too, less sure when others share its name."""
        town = self._county.regions[village.region_code]
        unaided = 0.5 if shared else 0.7
        score = 0.8 if town.code in towns else unaided
        label = town.name + village.name
        return _candidate(village.centre, label, score * name.sureness, How.VILLAGE)

    def _crossings(self, text: str, mentions: list[Mention[PlaceName]]) -> Iterator[Candidate]:
        for first, second in pairwise(mentions):
            if not _JOINED.fullmatch(text[first.end : second.start]):
                continue
            tail = text[second.end :]
            offset = read_offset(tail[_end(_CROSSING, tail) :])
            for one, other, sureness in _road_pairs(first, second):
                at = self._crossing(one, other)
                if at is not None:
                    lines = [self._lines[one.name], self._lines[other.name]]
                    label = f"{one.name}与{other.name}交叉口"
                    found = self._offset(at, lines, offset, label, 0.95 * sureness, How.CROSSING)
                    yield _told(found, first, second)

    def _stretches(self, text: str, mentions: list[Mention[PlaceName]]) -> Iterator[Candidate]:
        """“人民路(从)解放街到中山街(段)”: the middle of the stretch."""
        for road, first, second in zip(mentions, mentions[1:], mentions[2:], strict=False):
            if not _FROM.fullmatch(text[road.end : first.start]):
                continue
            if not _TO.fullmatch(text[first.end : second.start]):
                continue
            for along, begin, sureness in _road_pairs(road, first):
                for _, end, _ in _road_pairs(road, second):
                    ends = self._crossing(along, begin), self._crossing(along, end)
                    if ends[0] is None or ends[1] is None:
                        continue
                    line = self._lines[along.name]
                    middle = (line.project(Point(ends[0])) + line.project(Point(ends[1]))) / 2
                    at = line.interpolate(middle)
                    label = f"{along.name}({begin.name}至{end.name})"
                    place = self._plane.to_degrees(at.x, at.y)
                    yield _candidate(place, label, 0.97 * sureness, How.STRETCH)

    def _on_road(self, road: Road, name: PlaceName, tail: str) -> Iterator[Candidate]:
        line = self._lines[road.name]
        house = _HOUSE.match(tail)
        if house:
            along = read_number(house["number"]) * METRES_PER_NUMBER
            if along <= line.length:
                at = line.interpolate(along)
                label = f"{road.name}{house['number']}号(估计位置)"
                place = self._plane.to_degrees(at.x, at.y)
                yield _candidate(place, label, 0.75 * name.sureness, How.HOUSE_NUMBER)
        at = line.interpolate(0.5, normalized=True)
        label = road.name
        if name.half:
            ends = [line.interpolate(part, normalized=True) for part in (0.25, 0.75)]
            east, north = COMPASS[name.half]
            at = max(ends, key=lambda point: point.x * east + point.y * north)
            label = f"{road.name}{name.half}段"
        place = self._plane.to_degrees(at.x, at.y)
        yield _candidate(place, label, 0.4 * name.sureness, How.ROAD)

    def _crossing(self, one: Road, other: Road) -> tuple[float, float] | None:
        if one.name == other.name:
            return None
        lines = self._lines[one.name], self._lines[other.name]
        here, there = nearest_points(*lines)
        if here.distance(there) > CROSSING_GAP:
            return None
        return (here.x + there.x) / 2, (here.y + there.y) / 2

    def _offset(
        self,
        at: tuple[float, float],
        lines: list[LineString],
        offset: Offset,
        label: str,
        score: float,
        how: How,
    ) -> Candidate:
        x, y = at
        if offset.direction:
            x, y = _walk(at, lines, offset.direction, offset.metres)
            score -= 0.05
        if offset.side:
            east, north = COMPASS[offset.side]
            x, y = x + east * ROADSIDE, y + north * ROADSIDE
        return _candidate(self._plane.to_degrees(x, y), f"{label}{offset}", score, how)


def _candidate(position: Position, label: str, score: float, how: How) -> Candidate:
    return Candidate(round(position.lon, 6), round(position.lat, 6), label, round(score, 2), how)


def _unsure(mention: Mention[PlaceName]) -> Mention[PlaceName]:
    names = (replace(name, sureness=name.sureness * MISHEARD) for name in mention.bearers)
    return replace(mention, bearers=tuple(names))


def _told(candidate: Candidate, *mentions: Mention[PlaceName]) -> Candidate:
    heard = tuple(f"“{each.name}”按“{each.spelled}”查找" for each in mentions if each.spelled)
    return replace(candidate, misheard=heard) if heard else candidate


def _walk(
    at: tuple[float, float], lines: list[LineString], direction: str, metres: float
) -> tuple[float, float]:
    """``metres`` from ``at``: along the line that leads that way, or straight ahead."""
    east, north = COMPASS[direction]
    straight = at[0] + east * metres, at[1] + north * metres
    reached = []
    for line in lines:
        start = line.project(Point(at))
        for end in (start + metres, start - metres):
            if 0 <= end <= line.length:
                point = line.interpolate(end)
                ahead = (point.x - at[0]) * east + (point.y - at[1]) * north
                reached.append((ahead, (point.x, point.y)))
    ahead, point_reached = max(reached, default=(0.0, straight))
    return point_reached if ahead > 0.75 * metres else straight


def _road_pairs(
    first: Mention[PlaceName], second: Mention[PlaceName]
) -> Iterator[tuple[Road, Road, float]]:
    """The roads two mentions may mean, and how sure the two names are together."""
    for one in first.bearers:
        for other in second.bearers:
            if isinstance(one.place, Road) and isinstance(other.place, Road):
                yield one.place, other.place, one.sureness * other.sureness


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0
