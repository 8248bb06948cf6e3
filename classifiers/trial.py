"""Judging by folds: each labelled text is answered by a model that saw neither it nor a copy.

The cold model, and what unlabelled reports teach, know nothing of the labelled texts, so they are
learned once; only what decisions teach is learned again for each fold.
"""

from collections.abc import Sequence

import numpy as np

from classifiers.category import Trained
from classifiers.examples import Example
from classifiers.readings import Progress
from classifiers.suggestion import Suggester, Suggestion
from classifiers.training import LEAST_DECISIONS, Decided, Ground, prepared_decisions, warmed


def by_folds(
    ground: Ground, examples: Sequence[Example], progress: Progress, title_only: bool = False
) -> list[Suggestion]:
    """Return a suggestion for each example from the model of its fold.

    With `title_only` the title alone is asked about, as if it were a short phone note; decisions
    are taught whole all the same.
    """
    decided = prepared_decisions(ground, examples, progress)
    answers: list[Suggestion | None] = [None] * len(examples)
    folds = np.unique(decided.folds)
    for done, fold in enumerate(folds):
        suggester = Suggester(
            warmed(ground, decided.of(np.flatnonzero(decided.folds != fold)), _quiet)
        )
        for number in map(int, np.flatnonzero(decided.folds == fold)):
            answers[number] = asked(suggester, examples[number], title_only)
        progress("judging folds", done + 1, len(folds))
    return [answer for answer in answers if answer is not None]


def asked(suggester: Suggester, example: Example, title_only: bool) -> Suggestion:
    """Return the suggestion for a whole example, or for its title as the text of a note."""
    if title_only:
        return suggester.suggest(example.title or example.text)
    return suggester.suggest(example.text, example.title)


def learning_curve(
    ground: Ground, examples: Sequence[Example], sizes: Sequence[int], progress: Progress
) -> list[tuple[int, list[Example], list[Suggestion]]]:
    """Replay decisions: what models of the first `size` of them say of one fold.

    The order is drawn once, the same each time, since files are often sorted by their source.
    Every size is judged on the same texts, the last fold; near-copies are never taught.
    """
    order = np.random.default_rng(20260701).permutation(len(examples)).tolist()
    examples = [examples[number] for number in order]
    decided = prepared_decisions(ground, examples, progress)
    last = int(decided.folds.max())
    judged = [one for one, fold in zip(examples, decided.folds, strict=True) if fold == last]
    taught = np.flatnonzero(decided.folds != last)
    points = []
    for done, size in enumerate(sizes):
        suggester = Suggester(_first(ground, decided, taught[:size]))
        said = [suggester.suggest(one.text, one.title) for one in judged]
        points.append((min(size, len(taught)), judged, said))
        progress("replaying decisions", done + 1, len(sizes))
    return points


def _first(
    ground: Ground, decided: Decided, chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> Trained:
    if len(chosen) < LEAST_DECISIONS:
        return ground.cold
    return warmed(ground, decided.of(chosen), _quiet)


def _quiet(_what: str, _done: int, _whole: int) -> None:
    """A fold is too short for a bar of its own."""
