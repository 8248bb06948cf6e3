"""Suggestion: milliseconds a text, texts a second on one core, and memory of a fresh process.

Run: python -m tests.benchmarks.suggestion MODEL [MESSAGES.jsonl]
Without messages the product's own sentences are read, several joined to the length of a report.
"""

import json
import os
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from classifiers.finder import search
from classifiers.lexicon import lexicon
from classifiers.suggestion import Suggester
from classifiers.text import search_tokens
from tests.benchmarks.machine import described, resident_megabytes

MOST_TEXTS = 3_000
MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "messages" / "unlabelled.jsonl"
SENTENCES_IN_A_REPORT = 6


def texts(source: Path) -> list[tuple[str, str]]:
    """Return (title, text) pairs: messages where the file is there, else our own sentences."""
    if source.exists():
        with source.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for _, line in zip(range(MOST_TEXTS), lines, strict=False)]
        return [(row.get("title") or "", row.get("text") or "") for row in rows]
    own = [utterance.text for utterance in lexicon().utterances]
    return [
        (own[start], "。".join(own[start : start + SENTENCES_IN_A_REPORT]))
        for start in range(0, len(own), SENTENCES_IN_A_REPORT)
    ]


def main(model: Path | None, source: Path) -> None:
    """Measure and print one table."""
    before = resident_megabytes(os.getpid())
    started = time.perf_counter()
    suggester = Suggester.load(model)
    suggester.suggest("路灯不亮")
    loaded = time.perf_counter() - started
    search("ld")
    search_tokens("路灯")
    memory = resident_megabytes(os.getpid()) - before
    reports = texts(source)
    spent = []
    for title, text in reports:
        begin = time.process_time()
        suggester.suggest(text, title)
        spent.append((time.process_time() - begin) * 1000)
    spent.sort()
    table = Table("figure", "value", title=described())
    table.add_row("texts", f"{len(spent)} from {source.name if source.exists() else 'our own'}")
    table.add_row("load", f"{loaded:.2f} s")
    table.add_row("memory of model, words and search", f"{memory:.0f} MB")
    table.add_row("p50 a text", f"{spent[len(spent) // 2]:.2f} ms CPU")
    table.add_row("p99 a text", f"{spent[int(len(spent) * 0.99)]:.2f} ms CPU")
    table.add_row("texts a second on one core", f"{len(spent) * 1000 / sum(spent):.0f}")
    Console().print(table)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else None,
        Path(sys.argv[2]) if len(sys.argv) > 2 else MESSAGES,
    )
