"""Pictures of a judgement as SVG: calibration, abstention, confusion and the learning curve.

Needs matplotlib (`pip install minsheng[report]`); nothing else of the product does.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from classifiers.evaluation import Judgement, Share

SIZE = (6.0, 4.5)
MOST_CONFUSED = 18
"""Labels shown in the confusion picture: those with the most texts."""


def draw(judgement: Judgement, folder: Path) -> list[str]:
    """Write the pictures of one judgement; returns their file names."""
    folder.mkdir(parents=True, exist_ok=True)
    _draw_calibration(judgement, folder / "calibration.svg")
    _draw_abstention(judgement, folder / "abstention.svg")
    _draw_confusion(judgement, folder / "confusion.svg")
    return ["calibration.svg", "abstention.svg", "confusion.svg"]


def draw_curve(points: Sequence[tuple[int, Share]], path: Path) -> None:
    """Write the learning curve: share right (with its interval) by number of decisions."""
    figure, axes = _paper()
    sizes = [size for size, _ in points]
    values = [share.value for _, share in points]
    low = [share.interval()[0] for _, share in points]
    high = [share.interval()[1] for _, share in points]
    axes.fill_between(sizes, low, high, alpha=0.2)
    axes.plot(sizes, values, marker="o")
    axes.set_xlabel("decisions replayed")
    axes.set_ylabel("top-1 strict on the last fold")
    _keep(figure, path)


def _draw_calibration(judgement: Judgement, path: Path) -> None:
    figure, axes = _paper()
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    axes.scatter(
        [said for said, _, _ in judgement.calibration],
        [true for _, true, _ in judgement.calibration],
        s=[max(12.0, count / 2) for _, _, count in judgement.calibration],
    )
    axes.set_xlabel("probability of the first guess")
    axes.set_ylabel("share right")
    _keep(figure, path)


def _draw_abstention(judgement: Judgement, path: Path) -> None:
    figure, axes = _paper()
    answered = [share for _, share, _ in judgement.abstention]
    right = [share.value for _, _, share in judgement.abstention]
    axes.plot(answered, right, marker="o")
    axes.set_xlabel("share of texts answered")
    axes.set_ylabel("top-1 strict among them")
    _keep(figure, path)


def _draw_confusion(judgement: Judgement, path: Path) -> None:
    """Rows are right labels, columns first guesses, shades the share of the row."""
    often = sorted(judgement.labels, key=lambda one: (-one.support, one.label))[:MOST_CONFUSED]
    names = [one.label for one in often]
    place = {name: number for number, name in enumerate(names)}
    shares = [[0.0] * len(names) for _ in names]
    for truth, first, count in judgement.matrix:
        if truth in place and first in place:
            shares[place[truth]][place[first]] = count / often[place[truth]].support
    figure, axes = _paper((7.5, 6.5))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("first guess")
    axes.set_ylabel("right label")
    _keep(figure, path)


def _paper(size: tuple[float, float] = SIZE) -> tuple[Any, Any]:
    from matplotlib import rcParams
    from matplotlib.figure import Figure

    rcParams["svg.hashsalt"] = "minsheng"
    rcParams["svg.fonttype"] = "none"
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.add_subplot()


def _keep(figure: Any, path: Path) -> None:
    """Write the picture without its date, so that the same figures give the same file."""
    figure.savefig(path, format="svg", metadata={"Date": None})
