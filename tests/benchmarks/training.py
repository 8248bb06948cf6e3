"""Training on many decisions, the model's size and load, and texts a second for the category.

Run: python -m tests.benchmarks.training [DECISIONS]
Decisions are the product's own sentences, joined by chance: their number and length are those of
a county, their quality says nothing.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from classifiers.catalogue import catalogue
from classifiers.category import CategoryModel, Reader
from classifiers.examples import Example, own_corpus
from classifiers.lexicon import APPEALS, lexicon
from classifiers.registry import load, save
from classifiers.text import fold
from classifiers.training import train
from tests.benchmarks.figures import Figures, percentile
from tests.benchmarks.machine import described

DECISIONS = 100_000
SENTENCES = 5
ASKED = 1_000


def decisions(many: int) -> list[Example]:
    """Return reports of a few sentences, labelled by the first."""
    chance = Random(11)
    said = lexicon().utterances
    made = []
    for number in range(many):
        first, *rest = (chance.choice(said) for _ in range(SENTENCES))
        text = "。".join([first.text, *(one.text for one in rest)])
        appeal = chance.choice(APPEALS)
        made.append(Example(str(number), first.label, first.text, text, appeal=appeal))
    return made


def run(many: int = DECISIONS) -> None:
    """Train, save, load and ask; CPU time is what another machine can compare with."""
    machine = described()
    examples = decisions(many)
    words = lexicon()
    reader = Reader(catalogue(), words)
    began, began_cpu = time.perf_counter(), time.process_time()
    trained = train(reader, words, own_corpus(catalogue(), words), examples)
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = Figures(f"Training on {many} decisions")
    figures.add("training", cpu, "s", 300, f"CPU; {wall:.0f} s on the clock")
    figures.add("most memory", peak, "MB", 2048)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        save(path, trained, "warm", {})
        figures.add("model file", path.stat().st_size / 1e6, "MB", 30)
        began_cpu = time.process_time()
        model = CategoryModel(reader, load(path))
        figures.add("load", time.process_time() - began_cpu, "s", 2, "CPU")
    spent = []
    for one in examples[:ASKED]:
        folded = fold(f"{one.title}\n{one.text}").text
        began_cpu = time.thread_time()
        model.rank(folded, len(one.title), 5)
        spent.append((time.thread_time() - began_cpu) * 1e3)
    figures.add("category of a text, p99", percentile(spent, 99), "ms", None, "CPU")
    figures.add("category of a text, mean", sum(spent) / len(spent), "ms", 2.5, "CPU, one core")
    figures.show(machine)


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else DECISIONS)
