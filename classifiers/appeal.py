"""The appeal type: ask, seek help, complain, report, suggest or praise (six Chinese words)."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from classifiers.catalogue import labels
from classifiers.lexical import Floats
from classifiers.lexicon import APPEALS, AppealCue
from classifiers.mixing import softmax

Numbers = npt.NDArray[np.int64]

PRIOR = {"投诉": 1.9, "求助": 0.4, "咨询": 0.2, "建议": 0.2, "举报": 0.0, "表扬": -0.6}
"""Log-odds without any cue: a complaint is what most reports are."""
_TITLE_FACTOR = 2.5
FORMS = 12
_END, _OPENING = 25, 40
_MOST_MARKS, _LONG_BODY, _LONG_TITLE = 3, 400, 15
_ASKING = ("何", "哪", "吗", "什么", "怎么")
_WISHING = ("希望", "请", "望", "恳", "建议")
_LOUDNESS = np.float32(5.0)
"""How much a form counts beside the cues' log probabilities."""
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


def form_evidence(text: str, title_length: int) -> Floats:
    """Return how folded text is put: questions, exclamations, thanks, wishes, length."""
    title, body = text[:title_length], text[title_length:].strip()
    end = body[-_END:]
    questions, calls = body.count("?"), body.count("!")
    forms = (
        "?" in title,
        title.endswith("?"),
        min(questions, _MOST_MARKS) / _MOST_MARKS,
        "?" in end,
        "!" in title,
        min(calls, _MOST_MARKS) / _MOST_MARKS,
        "谢" in end,
        any(word in title for word in _ASKING),
        min(len(body), _LONG_BODY) / _LONG_BODY,
        "?" in body[:_OPENING],
        any(word in end for word in _WISHING),
        len(title) > _LONG_TITLE,
    )
    return np.asarray(forms, dtype=np.float32) * _LOUDNESS


@cache
def _group_numbers() -> Numbers:
    """Return a number for each label: of the class above it, or of the competent field."""
    groups = [label if label.startswith("OUT:") else label[:3] for label in labels()]
    order = {group: number for number, group in enumerate(sorted(set(groups)))}
    return np.asarray([order[group] for group in groups], dtype=np.int64)


def group_evidence(cold: Floats) -> Floats:
    """Return what the report is about, by groups of labels: some are asked for, some reported."""
    summed = np.bincount(_group_numbers(), cold)
    return np.asarray(np.sqrt(summed) * _LOUDNESS, dtype=np.float32)


def appeal_evidence(
    cues: Mapping[str, float], text: str, title_length: int, cold: Floats
) -> Floats:
    """Return all prior evidence of the county's question, that of the cues first."""
    parts = (cue_evidence(cues), form_evidence(text, title_length), group_evidence(cold))
    return np.concatenate(parts)


def evidence_size() -> int:
    """Return how many numbers `appeal_evidence` has."""
    return len(APPEALS) + FORMS + int(_group_numbers().max()) + 1


def appeal_of(chances: Floats) -> tuple[str, float]:
    """Return the most probable appeal type and its probability, from log probabilities."""
    best = int(chances.argmax())
    return APPEALS[best], float(np.exp(chances[best]))


_FLOOR = 1e-4
