"""Urgency by trigger words: a word raises the level, only a person lowers it (recall first)."""

from collections.abc import Sequence

from classifiers.lexicon import URGENT_LEVELS, Trigger

ORDINARY = "一般"
LEVELS = (ORDINARY, *URGENT_LEVELS)


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
