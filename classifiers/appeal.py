"""The appeal type: ask, seek help, complain, report, suggest or praise (six Chinese words)."""

import math
from collections.abc import Sequence

from classifiers.lexicon import APPEALS, AppealCue

_PRIOR = {"投诉": 1.4, "求助": 0.4, "咨询": 0.2, "建议": 0.2, "举报": 0.0, "表扬": -0.6}
_TITLE_FACTOR = 1.5


def appeal_of(text: str, title_length: int, cues: Sequence[AppealCue]) -> tuple[str, float]:
    """Return the most probable appeal type of folded text and its probability.

    A complaint is what most reports are, so it stands where no word speaks for another type.
    """
    scores = dict(_PRIOR)
    for cue in cues:
        found = cue.pattern.search(text)
        if found is not None:
            factor = _TITLE_FACTOR if found.end() <= title_length else 1.0
            scores[cue.appeal] += cue.weight * factor
    largest = max(scores.values())
    parts = {appeal: math.exp(scores[appeal] - largest) for appeal in APPEALS}
    best = max(APPEALS, key=lambda appeal: parts[appeal])
    return best, parts[best] / sum(parts.values())
