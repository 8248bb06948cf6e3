"""How well near-duplicates are told: precision and recall on pairs labelled by hand.

A pair is labelled "same" when an operator would treat both reports as one matter: the same
problem at the same place or with the same party, whatever time lies between. Where and when are
left out here, so the figures are those of words alone and a lower bound for the desk.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.evaluation import Share
from classifiers.examples import ExampleError, read_rows, text_of
from classifiers.near_text import index_keys, likeness, near_text

PAIRS = Path(__file__).with_name("near_pairs.tsv")
"""Pairs labelled by hand: hashes of the messages and the label, no text."""
THRESHOLDS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two texts, whether they tell of the same matter, and the part of the set they belong to."""

    one: str
    other: str
    same: bool
    part: str


@dataclass(frozen=True, slots=True)
class ScoredPair:
    """A labelled pair with its score and whether the index brings the two together."""

    pair: LabelledPair
    score: float
    met: bool


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall of all pairs scored at ``threshold`` or above."""

    threshold: float
    precision: Share
    recall: Share


def message_id(title: str, text: str) -> str:
    """The name of a message in the file of pairs: 16 hex digits of its SHA-256."""
    return hashlib.sha256(f"{title}\n{text}".encode("utf-8", "replace")).hexdigest()[:16]


def read_pairs(data: Path, pairs: Path = PAIRS) -> list[LabelledPair]:
    """Labelled pairs of a file.

    ``data`` holds either messages (title, text), joined with the labels of ``pairs``, or pairs
    themselves (title_a, text_a, title_b, text_b, same). Raises ExampleError for what is missing.
    """
    rows = list(read_rows(data))
    if rows and "text_a" in rows[0][1]:
        return [_own_pair(where, row) for where, row in rows]
    texts: dict[str, str] = {}
    for where, row in rows:
        title, text = text_of(where, row, "title"), text_of(where, row, "text")
        texts[message_id(title, text)] = f"{title}\n{text}"
    with pairs.open(encoding="utf-8", newline="") as lines:
        labelled = list(csv.DictReader(lines, delimiter="\t"))
    known = [row for row in labelled if row["first"] in texts and row["second"] in texts]
    if not known:
        raise ExampleError(
            f"{data.name} holds none of the {len(labelled)} labelled pairs; give the messages they "
            "were labelled on, or rows with text_a, text_b and same"
        )
    return [
        LabelledPair(texts[row["first"]], texts[row["second"]], row["same"] == "1", row["part"])
        for row in known
    ]


def score_pairs(pairs: Iterable[LabelledPair]) -> list[ScoredPair]:
    """Score pairs by their words alone."""
    return [_scored(pair) for pair in pairs]


def curve(scored: Sequence[ScoredPair], thresholds: Sequence[float] = THRESHOLDS) -> list[Point]:
    """Precision and recall at each threshold."""
    whole = sum(one.pair.same for one in scored)
    points = []
    for threshold in thresholds:
        told = [one for one in scored if one.score >= threshold]
        hits = sum(one.pair.same for one in told)
        points.append(Point(threshold, Share(hits, len(told)), Share(hits, whole)))
    return points


def precision_at_recall(scored: Sequence[ScoredPair], recall: float) -> Point:
    """The point with the highest precision whose recall is at least ``recall``."""
    every = sorted({one.score for one in scored})
    reached = [point for point in curve(scored, every) if point.recall.value >= recall]
    return max(reached, key=lambda point: point.precision.value)


def brought_together(scored: Sequence[ScoredPair]) -> Share:
    """How many of the same-matter pairs the index alone brings together."""
    same = [one for one in scored if one.pair.same]
    return Share(sum(one.met for one in same), len(same))


def _scored(pair: LabelledPair) -> ScoredPair:
    alike = likeness(near_text(pair.one), near_text(pair.other))
    met = bool(set(index_keys(pair.one)) & set(index_keys(pair.other)))
    return ScoredPair(pair, alike.probability, met)


def _own_pair(where: str, row: Mapping[str, object]) -> LabelledPair:
    if row.get("same") not in (0, 1, True, False):
        raise ExampleError(f"{where}: 'same' must be 0 or 1")
    one, other = (
        f"{text_of(where, row, f'title_{side}')}\n{text_of(where, row, f'text_{side}')}"
        for side in ("a", "b")
    )
    return LabelledPair(one, other, bool(row["same"]), str(row.get("part", "given")))
