"""The appeal type: ask, seek help, complain, report, suggest or praise (six Chinese words)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.lexical import Floats
from classifiers.lexicon import APPEALS, AppealCue
from classifiers.linear import LinearPart

PRIOR = {"投诉": 1.9, "求助": 0.4, "咨询": 0.2, "建议": 0.2, "举报": 0.0, "表扬": -0.6}
"""Log-odds without any cue: a complaint is what most reports are."""
_TITLE_FACTOR = 2.5
_DECAY = 0.5
"""Each further cue of a type adds half of the one before, so that long texts do not win."""


@dataclass(frozen=True, slots=True)
class AppealPart:
    """How much the trained margins count beside the cues of the lexicon."""

    margin_weight: float
    cue_weight: float
    prior: tuple[float, ...]
    """Log-odds of each appeal type, in the order of APPEALS."""

    def margins(self, linear: LinearPart, margins: Floats) -> dict[str, float]:
        """Return what training says about each appeal type, prior included, as log-odds."""
        columns = linear.columns.positions([f"appeal:{appeal}" for appeal in APPEALS])
        return {
            appeal: self.prior[number]
            + self.margin_weight * (float(margins[column]) if column >= 0 else -1.2)
            for number, (appeal, column) in enumerate(zip(APPEALS, columns, strict=True))
        }


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


def appeal_of(
    points: Mapping[str, float], learned: Mapping[str, float] | None, cue_weight: float = 1.0
) -> tuple[str, float]:
    """Return the most probable appeal type and its probability."""
    base = PRIOR if learned is None else learned
    logits = np.asarray([base[appeal] + cue_weight * points[appeal] for appeal in APPEALS])
    parts = np.exp(logits - logits.max())
    best = int(parts.argmax())
    return APPEALS[best], float(parts[best] / parts.sum())
