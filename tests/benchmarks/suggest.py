"""A suggestion: time per text, and the memory of a process that makes them."""

import os
import time

from classifiers.lexicon import lexicon
from classifiers.suggestion import Suggester
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import described, resident_megabytes

TEXTS = 5_000


def run() -> None:
    """The lexicon's own sentences, a third of them long."""
    machine = described()
    suggester = Suggester()
    said = [one.text for one in lexicon().utterances]
    for text in said[:50]:
        suggester.suggest(text)
    wall, cpu = [], []
    for number in range(TEXTS):
        times = 12 if number % 3 == 0 else 1
        text = "，".join(said[(number * 7 + step) % len(said)] for step in range(times))
        began, began_cpu = time.perf_counter(), time.thread_time()
        suggester.suggest(text)
        wall.append((time.perf_counter() - began) * 1e3)
        cpu.append((time.thread_time() - began_cpu) * 1e3)
    figures = Figures("Suggestion, lexicon alone")
    figures.add("one text, p50", percentile(wall, 50), "ms", None, f"CPU {percentile(cpu, 50):.2f}")
    figures.add("one text, p99", percentile(wall, 99), "ms", 5, f"CPU {percentile(cpu, 99):.2f}")
    figures.add("memory of the process", resident_megabytes(os.getpid()), "MB", 300)
    figures.show(machine)
