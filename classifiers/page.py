"""The report page: figures, tables and pictures of one evaluation, and the command behind it."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from classifiers.catalogue import name_of
from classifiers.evaluation import Judgement, Share
from classifiers.tables import calibration, figures, per_label, table

PICTURES = "pictures"
PAGE = "REPORT.md"
BY_HAND = "<!-- Below this line people write; the command keeps it. -->"


def write_page(
    folder: Path,
    judgement: Judgement,
    points: Sequence[tuple[int, Share]],
    arguments: Sequence[str],
) -> Path:
    """Write the page and its pictures into a folder; returns the page's path.

    Raises ImportError where matplotlib is not installed.
    """
    from classifiers.pictures import draw, draw_curve

    pictures = draw(judgement, folder / PICTURES)
    parts = [
        "# What the suggestion is worth",
        f"Made by `minsheng {shlex.join(_names_only(arguments))}`.",
        "## Figures",
        figures(judgement),
        "## Calibration",
        f"![calibration]({PICTURES}/{pictures[0]})",
        calibration(judgement),
        "## Abstention",
        f"![abstention]({PICTURES}/{pictures[1]})",
        "## Confusion",
        f"![confusion]({PICTURES}/{pictures[2]})",
        table(
            ("right", "first guess", "times"),
            ((_named(one), _named(other), str(n)) for one, other, n in judgement.confusions),
        ),
    ]
    if points:
        draw_curve(points, folder / PICTURES / "learning.svg")
        parts += ["## Learning curve", f"![learning]({PICTURES}/learning.svg)", curve_table(points)]
    parts += ["## Every label", per_label(judgement)]
    page = folder / PAGE
    if page.exists():
        _, mark, kept = page.read_text(encoding="utf-8").partition(BY_HAND)
        parts += [mark + kept.rstrip()] if mark else []
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return page


def curve_table(points: Sequence[tuple[int, Share]]) -> str:
    """Return the learning curve as a table."""
    return table(("decisions", "top-1 strict"), ((str(size), str(share)) for size, share in points))


def _names_only(arguments: Sequence[str]) -> list[str]:
    """Return arguments with files by their names: folders of one machine mean nothing elsewhere."""
    return [Path(one).name if "/" in one else one for one in arguments]


def _named(label: str) -> str:
    if label in ("", "OUT"):
        return label or "none"
    return f"{label} {name_of(label)}"
