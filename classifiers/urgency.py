"""Urgency by trigger words and by emergency labels: both only raise it (recall first).

Only a person lowers the level (domain rule on special paths: words raise, a person lowers).
"""

from collections.abc import Iterable, Sequence

from classifiers.lexicon import URGENT_LEVELS, Trigger

ORDINARY = "一般"
LEVELS = (ORDINARY, *URGENT_LEVELS)
EMERGENCIES = frozenset({"E11001", "E11002", "E11003", "E11004", "E11007", "E11008"})
"""Labels that are emergencies by themselves: collapse, burst mains, gas, falling objects, other."""
SUSPECTED = 0.1
"""From this probability of an emergency on, a person should look first."""


def urgency_of(text: str, triggers: Sequence[Trigger]) -> tuple[str, tuple[str, ...]]:
    """Return the highest level a trigger raises folded text to, and the reasons for that level."""
    level = ORDINARY
    reasons: list[str] = []
    for trigger in triggers:
        if LEVELS.index(trigger.level) < LEVELS.index(level) or trigger.cue.find(text) is None:
            continue
        if trigger.level != level:
            level = trigger.level
            reasons.clear()
        if trigger.reason not in reasons:
            reasons.append(trigger.reason)
    return level, tuple(reasons)


def raised_by_labels(
    level: str, reasons: tuple[str, ...], guesses: Iterable[tuple[str, str, float]]
) -> tuple[str, tuple[str, ...]]:
    """Return level and reasons after guesses (label, name, probability) had their say.

    An emergency that is at all likely raises an ordinary report by one level.
    """
    if level != ORDINARY:
        return level, reasons
    for label, name, probability in guesses:
        if label in EMERGENCIES and probability >= SUSPECTED:
            return LEVELS[1], (f"可能是“{name}”，须核实",)
    return level, reasons
