"""The figures of a judgement as Markdown tables, for the terminal and for the report page."""

from collections.abc import Iterable, Sequence

from classifiers.evaluation import Judgement


def report(judgement: Judgement) -> str:
    """Return all figures as Markdown."""
    return "\n\n".join(
        [
            figures(judgement),
            table(
                ("length in characters", "top-3"),
                ((band, str(share)) for band, share in judgement.by_length.items()),
            ),
            calibration(judgement),
            table(
                ("threshold", "answered", "top-1 among answered"),
                (
                    (f"{threshold:.1f}", f"{answered:.3f}", str(share))
                    for threshold, answered, share in judgement.abstention
                ),
            ),
            table(
                ("right label", "first guess", "times"),
                ((one, other or "none", str(n)) for one, other, n in judgement.confusions),
            ),
            per_label(judgement),
        ]
    )


def figures(judgement: Judgement) -> str:
    """Return the main figures, each with its 95 % interval."""
    rows = [(name, str(share)) for name, share in judgement.shares.items()]
    for name, key, value in (
        ("macro-F1", "macro_f1", judgement.macro_f1),
        ("OUT against in scope, F1", "out_f1", judgement.out_f1),
        ("expected calibration error", "calibration_error", judgement.calibration_error),
    ):
        low, high = judgement.intervals.get(key, (value, value))
        rows.append((name, f"{value:.3f} [{low:.3f}, {high:.3f}]"))
    rows.append(("p99 milliseconds a text", f"{judgement.slowest:.2f}"))
    return table(("figure", "value [95 % interval]"), rows)


def calibration(judgement: Judgement) -> str:
    """Return what the best guesses said of themselves beside how often they were right."""
    return table(
        ("mean probability", "share right", "texts"),
        ((f"{said:.3f}", f"{true:.3f}", str(count)) for said, true, count in judgement.calibration),
    )


def per_label(judgement: Judgement) -> str:
    """Return precision, recall and F1 of every label."""
    return table(
        ("label", "texts", "precision", "recall", "F1"),
        (
            (
                one.label,
                str(one.support),
                f"{one.precision:.2f}",
                f"{one.recall:.2f}",
                f"{one.f1:.2f}",
            )
            for one in judgement.labels
        ),
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return one Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
