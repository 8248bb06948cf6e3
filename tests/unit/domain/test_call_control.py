"""What may be done to a call, for every standing of call and person."""

import pytest

from intake.domain.call import Direction
from intake.domain.call_control import CallVerb, NoTicket, SpyMode, controls
from intake.domain.pbx_command import CommandKind

EVERYTHING = tuple(verb for verb in CallVerb if verb is not CallVerb.SPY)


@pytest.mark.parametrize(
    ("direction", "live", "answered", "own", "leader", "expected"),
    [
        (Direction.IN, False, True, True, True, ()),
        (Direction.IN, True, True, True, False, EVERYTHING),
        (Direction.IN, True, True, True, True, EVERYTHING),
        (Direction.IN, True, False, True, False, ()),
        (Direction.OUT, True, False, True, False, (CallVerb.HANGUP,)),
        (Direction.IN, True, True, False, False, ()),
        (Direction.IN, True, True, False, True, (CallVerb.SPY, CallVerb.HANGUP)),
        (Direction.IN, True, False, False, True, ()),
    ],
)
def test_controls(
    direction: Direction,
    live: bool,
    answered: bool,
    own: bool,
    leader: bool,
    expected: tuple[CallVerb, ...],
) -> None:
    found = controls(direction, live=live, answered=answered, own=own, leader=leader)
    assert set(found) == set(expected)


def test_every_step_has_a_command_of_its_own() -> None:
    kinds = [verb.command for verb in CallVerb]
    assert len(set(kinds)) == len(kinds)
    assert all(kind.seconds == 5 for kind in kinds)
    assert CommandKind.ORIGINATE.seconds == 30


def test_words_for_people() -> None:
    for label in [each.label for each in (*NoTicket, *SpyMode)]:
        assert label
        assert not label.isascii()
