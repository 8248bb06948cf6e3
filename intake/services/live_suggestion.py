"""Everything the desk proposes while somebody writes down a report; nothing is stored."""

from dataclasses import dataclass

from classifiers.suggestion import Suggestion
from intake.domain.people import Action, Actor
from intake.services.near import Neighbour, find_near_words
from intake.services.place_candidates import PlaceCandidate, places_of_words
from intake.services.workroom import Workroom

_NEAR_SHOWN = 3
_SURE_PLACE = 0.6
"""From this score on, the best place stands in for a missing point when near tickets are sought."""


@dataclass(frozen=True, slots=True)
class LiveSuggestion:
    """Category and the rest, points of the map, and tickets that may tell of the same matter."""

    made: Suggestion
    places: list[PlaceCandidate]
    near: list[Neighbour]


def suggest_live(
    room: Workroom, actor: Actor, text: str, address: str, spot: tuple[float, float] | None
) -> LiveSuggestion:
    """Suggest for words typed so far, with the address and the point if there are any."""
    actor.require(Action.READ_TICKETS)
    made = room.suggester.suggest(text)
    places = places_of_words(room, actor, text, (made.place, made.second_place), address)
    if spot is None and places and places[0].score >= _SURE_PLACE:
        spot = places[0].lon, places[0].lat
    label = made.guesses[0].label if made.guesses and not made.abstained else None
    near = find_near_words(room, actor, f"{text}\n{address}", spot, label)
    return LiveSuggestion(made, places, near[:_NEAR_SHOWN])
