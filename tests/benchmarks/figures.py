"""Tables of figures, each beside what it should be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

console = Console(highlight=False, width=120)


@dataclass(slots=True)
class Figures:
    """One table; a row with a target says whether it was met."""

    title: str
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(
        self, what: str, value: float, unit: str, target: float | None = None, note: str = ""
    ) -> None:
        verdict = ""
        if target is not None:
            verdict = f"≤ {target:g} {unit}: {'met' if value <= target else 'MISSED'}"
        shown = f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}"
        self.rows.append((what, f"{shown} {unit}", verdict, note))

    def show(self, machine: str) -> None:
        table = Table("what", "measured", "target", "remark", title=self.title, caption=machine)
        for row in self.rows:
            table.add_row(*row)
        console.print(table)


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that ``percent`` of them do not exceed."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def middle(values: Sequence[float]) -> float:
    """The median of several runs."""
    return median(values)
