"""Where a report may be: the words that name its place, as points of the county, for an operator.

Points are proposed with what speaks for them; nobody but a person sets one (decision 12).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from intake.domain.people import Action, Actor
from intake.geo.gazetteer import Candidate, How
from intake.services.stepping import find_ticket
from intake.services.ticket_view import latest_suggestion
from intake.services.workroom import Workroom

MOST = 5
_LONGEST = 300
_MIDDLE_ONLY = 0.9
"""A place from the whole text is a little less sure than one from the words that name it."""
_SECOND = 0.95
_SAME_SPOT = 30.0
_HOW = {
    How.CROSSING: "路口",
    How.LANDMARK: "地标",
    How.HOUSE_NUMBER: "门牌（估计）",
    How.STRETCH: "路段中点",
    How.VILLAGE: "村中心",
    How.COMMUNITY: "社区中心",
    How.ROAD: "道路中点",
    How.TOWN: "乡镇驻地",
}


@dataclass(frozen=True, slots=True)
class PlaceCandidate:
    """A point and why; ``score`` in 0..1 orders, it is no probability. Coordinates are WGS84."""

    lon: float
    lat: float
    label: str
    score: float
    how: str
    reasons: tuple[str, ...]
    town: str
    unit_grid_code: str
    in_managed_area: bool


def find_places(room: Workroom, actor: Actor, words: str) -> list[PlaceCandidate]:
    """Up to five points that words may mean, best first; none when nothing known is named."""
    actor.require(Action.READ_TICKETS)
    return _best(room, [(words, 1.0, "")])


def places_of_words(
    room: Workroom, actor: Actor, text: str, named: Sequence[str | None], address: str = ""
) -> list[PlaceCandidate]:
    """Points for a report: from the address, from the places its words name, from the whole text.

    Of ``named`` the first is the one that is meant, by the suggestion; none may be known.
    """
    actor.require(Action.READ_TICKETS)
    return _best(room, _sources(text, named, address))


def places_of_ticket(room: Workroom, actor: Actor, number: str) -> list[PlaceCandidate]:
    """Points for a stored ticket; raises NotAllowed and NotFound."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
        made = latest_suggestion(conn, sheet.id)
    address = " ".join(part for part in (sheet.address, sheet.landmark) if part)
    named = (made["place"], made["second_place"]) if made else ()
    return _best(room, _sources(sheet.description, named, address))


def _sources(text: str, named: Sequence[str | None], address: str) -> list[tuple[str, float, str]]:
    """Words to resolve, how much they count, and where they come from."""
    places = [
        (place, score, f"原文“{place}”")
        for place, score in zip(named, (1.0, _SECOND), strict=False)
        if place
    ]
    return [(address, 1.0, "按地址"), *places, (text[:_LONGEST], _MIDDLE_ONLY, "按全文")]


def _best(room: Workroom, sources: list[tuple[str, float, str]]) -> list[PlaceCandidate]:
    found: list[PlaceCandidate] = []
    every = sorted(_candidates(room, sources), key=lambda one: -one.score)
    for candidate in every:
        same = next((one for one in found if _same(room, one, candidate)), None)
        if same is None:
            found.append(candidate)
        elif candidate.reasons[0] not in same.reasons and candidate.label == same.label:
            both = tuple(dict.fromkeys((*same.reasons, *candidate.reasons)))
            found[found.index(same)] = replace(same, reasons=both)
    return found[:MOST]


def _candidates(room: Workroom, sources: list[tuple[str, float, str]]) -> Iterator[PlaceCandidate]:
    for words, weight, told in sources:
        if words.strip():
            for candidate in room.gazetteer.resolve(words, MOST):
                yield _located(room, candidate, weight, told)


def _located(room: Workroom, candidate: Candidate, weight: float, told: str) -> PlaceCandidate:
    spot = room.county.locate(candidate.lon, candidate.lat)
    reasons = tuple(part for part in (told, *candidate.misheard) if part)
    return PlaceCandidate(
        lon=candidate.lon,
        lat=candidate.lat,
        label=candidate.label,
        score=round(candidate.score * weight, 3),
        how=_HOW[candidate.how],
        reasons=reasons or (_HOW[candidate.how],),
        town=spot.town.name if spot.town else "",
        unit_grid_code=spot.unit_grid_code or "",
        in_managed_area=spot.in_managed_area,
    )


def _same(room: Workroom, one: PlaceCandidate, other: PlaceCandidate) -> bool:
    """The same name, or two names of one spot."""
    here, there = (one.lon, one.lat), (other.lon, other.lat)
    return one.label == other.label or room.county.plane.distance(here, there) < _SAME_SPOT
