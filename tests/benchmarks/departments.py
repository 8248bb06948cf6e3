"""The same features on another labelled set: seven departments, folds grouped by similarity.

Run: python -m tests.benchmarks.departments [train-segmented.csv]
The texts come without spaces again, so that the product's own cutter and features are judged.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.metrics import f1_score

from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import Example
from classifiers.lexicon import lexicon
from classifiers.readings import KeyBook, prepare_all
from classifiers.regression import against_all
from classifiers.training import folds_of
from tests.benchmarks.machine import described

DATA = Path(__file__).parents[3] / "shared" / "data" / "zhengwu" / "train-segmented.csv"
FOLDS = 5
MOST_KEYS = 60_000


def texts(source: Path) -> list[Example]:
    """Read rows; the label is a department and no label of the catalogue."""
    with source.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        Example(str(number), row["label"], "", row["tokens"].replace(" ", ""))
        for number, row in enumerate(rows)
    ]


def main(source: Path) -> None:
    """Judge by folds and print macro-F1."""
    if not source.exists():
        sys.exit(f"{source.name} is not there; give its path")
    examples = texts(source)
    words = lexicon()
    book = KeyBook()
    reader = Reader(catalogue(), words)
    prepared = prepare_all(reader, words, book, examples, "reading", lambda *_: None)
    truth = np.asarray([one.label for one in examples])
    folds = np.asarray(folds_of(examples, FOLDS))
    said = np.empty_like(truth)
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        taught = [prepared[number] for number in inside]
        vectorizer = book.vectorizer(taught, 2, MOST_KEYS, with_points=True)
        matrix = book.matrix(vectorizer, taught)
        classes, weights, bias = against_all(matrix, truth[inside], np.ones(len(inside)))
        asked = book.matrix(vectorizer, [prepared[number] for number in outside])
        said[outside] = np.asarray(classes)[(asked @ weights + bias).argmax(axis=1)]
    table = Table("figure", "value", title=described())
    table.add_row("texts", str(len(examples)))
    table.add_row("accuracy", f"{(said == truth).mean():.4f}")
    table.add_row("macro-F1", f"{f1_score(truth, said, average='macro'):.4f}")
    Console().print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
