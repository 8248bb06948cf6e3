"""The appeal type: ask, seek help, complain, report, suggest or praise (six Chinese words)."""

from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.lexical import Floats
from classifiers.lexicon import APPEALS, AppealCue
from classifiers.mixing import softmax

PRIOR = {"投诉": 1.9, "求助": 0.4, "咨询": 0.2, "建议": 0.2, "举报": 0.0, "表扬": -0.6}
"""Log-odds without any cue: a complaint is what most reports are."""
_TITLE_FACTOR = 2.5
_DECAY = 0.5
"""Each further cue of a type adds half of the one before, so that long texts do not win."""


def cue_points(text: str, title_length: int, cues: Sequence[AppealCue]) -> dict[str, float]:
    """Return the points the lexicon's cues give each appeal type in folded text."""
    spoken: dict[str, list[float]] = {appeal: [] for appeal in APPEALS}
    for cue in cues:
        found = cue.cue.find(text)
        if found is not None:
            factor = _TITLE_FACTOR if found[1] <= title_length else 1.0
            spoken[cue.appeal].append(cue.weight * factor)
    return {
        appeal: sum(
            weight * _DECAY**rank for rank, weight in enumerate(sorted(weights, reverse=True))
        )
        for appeal, weights in spoken.items()
    }


def cue_evidence(points: Mapping[str, float]) -> Floats:
    """Return the log probability of each appeal type from the lexicon's cues alone."""
    logits = np.asarray([PRIOR[appeal] + points[appeal] for appeal in APPEALS], dtype=np.float32)
    return np.asarray(np.log(softmax(logits) + _FLOOR), dtype=np.float32)


def appeal_of(chances: Floats) -> tuple[str, float]:
    """Return the most probable appeal type and its probability, from log probabilities."""
    best = int(chances.argmax())
    return APPEALS[best], float(np.exp(chances[best]))


_FLOOR = 1e-4
