"""Who is on which line right now: what commands need to find the channels of a call."""

from collections.abc import Mapping
from dataclasses import dataclass

from telephony.calls import Call, Leg
from telephony.channels import is_line
from telephony.exchange import Exchange


class NoSuchCall(Exception):
    """The call, or the line in it, is gone."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Channel names of a call: the operator's line and the citizen's."""

    operator: str
    citizen: str


def lines_of(exchange: Exchange, linkedid: str) -> dict[str, Leg]:
    """The living lines of a call by unique id; raises NoSuchCall."""
    call = exchange.calls.get(linkedid)
    lines = {} if call is None else _living(call)
    if not lines:
        raise NoSuchCall
    return lines


def parties(exchange: Exchange, linkedid: str, extension: str = "") -> Parties:
    """Both sides of a call; raises NoSuchCall when one of them is gone."""
    lines = lines_of(exchange, linkedid)
    return Parties(_operator(lines, extension), _citizen(lines, linkedid))


def operator_line(exchange: Exchange, linkedid: str, extension: str = "") -> str:
    """The channel of the operator in a call; raises NoSuchCall."""
    return _operator(lines_of(exchange, linkedid), extension)


def citizen_line(exchange: Exchange, linkedid: str) -> str:
    """The channel of the citizen in a call; raises NoSuchCall."""
    return _citizen(lines_of(exchange, linkedid), linkedid)


def line_of_extension(exchange: Exchange, extension: str) -> str:
    """The line an extension talks on, in whichever call; raises NoSuchCall."""
    for call in exchange.live():
        for leg in _living(call).values():
            if leg.extension == extension and leg.bridged is not None:
                return leg.channel
    raise NoSuchCall


def _living(call: Call) -> dict[str, Leg]:
    return {key: leg for key, leg in call.legs.items() if leg.gone is None and is_line(leg.channel)}


def _operator(lines: Mapping[str, Leg], extension: str) -> str:
    own = [leg for leg in lines.values() if leg.extension]
    named = [leg for leg in own if leg.extension == extension] or own
    if not named:
        raise NoSuchCall
    return max(named, key=lambda leg: leg.bridged or 0.0).channel


def _citizen(lines: Mapping[str, Leg], linkedid: str) -> str:
    """The channel the call began with, unless an operator began it."""
    root = lines.get(linkedid)
    if root is not None and not root.extension:
        return root.channel
    outside = [leg for leg in lines.values() if not leg.extension]
    if not outside:
        raise NoSuchCall
    return max(outside, key=lambda leg: leg.bridged or 0.0).channel
