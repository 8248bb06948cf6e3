"""Natural-looking lines, drawn without a random generator so that they never change."""

from hashlib import sha256
from itertools import pairwise
from math import hypot

Spot = tuple[float, float]


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    digest = sha256(repr(key).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def smoothed(points: list[Spot], rounds: int = 3) -> list[Spot]:
    """An open line with its corners cut (Chaikin), ends kept."""
    for _ in range(rounds):
        cut = [points[0]]
        for (x1, y1), (x2, y2) in pairwise(points):
            cut.append((0.75 * x1 + 0.25 * x2, 0.75 * y1 + 0.25 * y2))
            cut.append((0.25 * x1 + 0.75 * x2, 0.25 * y1 + 0.75 * y2))
        points = [*cut, points[-1]]
    return points


def weathered(points: list[Spot], key: str, roughness: float, shortest: float) -> list[Spot]:
    """A line with every piece bent at its middle until none is longer than ``shortest`` metres.

    ``roughness`` is the largest sideways move as a part of the piece's length.
    """
    bent = [points[0]]
    for number, (start, end) in enumerate(pairwise(points)):
        bent += _bent(start, end, f"{key}/{number}", roughness, shortest)
    return bent


def _bent(start: Spot, end: Spot, key: str, roughness: float, shortest: float) -> list[Spot]:
    length = hypot(end[0] - start[0], end[1] - start[1])
    if length <= shortest:
        return [end]
    sideways = (chance(key) - 0.5) * 2 * roughness
    middle = (
        (start[0] + end[0]) / 2 - (end[1] - start[1]) * sideways,
        (start[1] + end[1]) / 2 + (end[0] - start[0]) * sideways,
    )
    return [
        *_bent(start, middle, key + "a", roughness, shortest),
        *_bent(middle, end, key + "b", roughness, shortest),
    ]
