"""The `duplicates` commands: how well near-duplicates are told."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from classifiers.duplicate_evaluation import (
    PAIRS,
    ScoredPair,
    brought_together,
    curve,
    precision_at_recall,
    read_pairs,
    score_pairs,
)
from classifiers.evaluation import Share
from classifiers.examples import ExampleError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_AIM_RECALL = 0.7


@click.group()
def duplicates() -> None:
    """Judge how well reports of the same matter are told."""


@duplicates.command()
@click.option("--data", required=True, type=_FILE, help="JSON lines: messages, or pairs.")
@click.option("--pairs", type=_FILE, default=PAIRS, help="Labels of pairs of messages.")
def evaluate(data: Path, pairs: Path) -> None:
    """Precision and recall on pairs labelled by hand, by words alone."""
    with Progress(console=Console(stderr=True)) as progress:
        try:
            labelled = read_pairs(data, pairs)
        except (ExampleError, OSError, KeyError) as problem:
            raise click.ClickException(str(problem)) from None
        scored = score_pairs(progress.track(labelled, description="comparing"))
    console = Console(highlight=False)
    for part in ("", *sorted({one.pair.part for one in scored})):
        chosen = [one for one in scored if part in ("", one.pair.part)]
        _show(console, part or "all", chosen)


def _show(console: Console, part: str, scored: Sequence[ScoredPair]) -> None:
    same = sum(one.pair.same for one in scored)
    title = f"{part}: {len(scored)} pairs, {same} of the same matter"
    table = Table("threshold", "precision", "95 %", "recall", "95 %", title=title)
    for point in curve(scored):
        table.add_row(f"{point.threshold:.2f}", *_told(point.precision), *_told(point.recall))
    console.print(table)
    if same:
        best = precision_at_recall(scored, _AIM_RECALL)
        console.print(
            f"precision {best.precision.value:.3f} at recall {best.recall.value:.3f} "
            f"(threshold {best.threshold:.2f}); the index brings together "
            f"{brought_together(scored).value:.3f} of the same-matter pairs"
        )


def _told(share: Share) -> tuple[str, str]:
    low, high = share.interval()
    return f"{share.value:.3f}", f"{low:.2f}–{high:.2f}"
