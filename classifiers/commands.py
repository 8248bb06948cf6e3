"""The `classifier` commands: train, predict, evaluate, and the choice of the model in force."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from classifiers.archive import ModelError
from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import ExampleError, own_corpus, read_examples, read_rows, text_of
from classifiers.lexicon import LexiconError, lexicon
from classifiers.registry import Registry, save
from classifiers.suggestion import Suggester, Suggestion

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def classifier() -> None:
    """Train, try and judge the model that suggests categories."""


@contextmanager
def _told() -> Iterator[None]:
    """Turn expected failures into one plain line and exit code 1."""
    try:
        yield
    except (ModelError, ExampleError, LexiconError, OSError) as problem:
        raise click.ClickException(str(problem)) from None


class _Bars:
    """Progress bars on the error stream, one for each kind of work."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, whole: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=whole)
        self._progress.update(self._tasks[what], completed=done, total=whole)


@classifier.command()
@click.option("--data", multiple=True, type=FILE, help="Decisions as JSON lines; may be repeated.")
@click.option("--cold", is_flag=True, help="Train from the catalogue and the lexicon alone.")
@click.option("--out", required=True, type=NEW_FILE, help="The model file to write.")
def train(data: tuple[Path, ...], cold: bool, out: Path) -> None:
    """Train a model: cold, or warm with the county's decisions."""
    from classifiers.training import train as learn

    if cold == bool(data):
        raise click.UsageError("give either --cold or at least one --data file")
    with _told(), Progress(console=Console(stderr=True)) as progress:
        decisions = [example for path in data for example in read_examples(path)]
        words = lexicon()
        own = own_corpus(catalogue(), words)
        reader = Reader(catalogue(), words)
        trained = learn(reader, words, own, decisions, _Bars(progress))
        facts = {"own_texts": len(own), "decisions": len(decisions)}
        version = save(out, trained, "cold" if cold else "warm", facts)
    click.echo(f"{out} {version}")


@classifier.command()
@click.option("--model", required=True, type=FILE)
@click.option("--input", "source", required=True, type=FILE, help="JSON lines: id, title, text.")
@click.option("--output", "target", required=True, type=NEW_FILE)
def predict(model: Path, source: Path, target: Path) -> None:
    """Write a suggestion for every row of a JSON lines file."""
    with _told(), Progress(console=Console(stderr=True)) as progress:
        suggester = Suggester.load(model)
        rows = list(read_rows(source))
        with target.open("w", encoding="utf-8") as output:
            for where, row in progress.track(rows, description="suggesting"):
                title, text = text_of(where, row, "title"), text_of(where, row, "text")
                answer = prediction(row.get("id"), suggester.suggest(text, title))
                output.write(json.dumps(answer, ensure_ascii=False).replace("\ud800", "?") + "\n")
    click.echo(f"{target} {len(rows)} rows")


def prediction(row_id: object, suggestion: Suggestion) -> dict[str, object]:
    """Return the output row of one suggestion; other authorities are plain `OUT` with a field."""
    return {
        "id": row_id,
        "suggestions": [
            {
                "label": "OUT" if guess.kind == "OUT" else guess.label,
                "probability": guess.probability,
                "evidence": list(guess.evidence),
            }
            for guess in suggestion.guesses
        ],
        "field": next((guess.name for guess in suggestion.guesses if guess.kind == "OUT"), None),
        "abstained": suggestion.abstained,
        "appeal": suggestion.appeal,
        "urgent": suggestion.urgency != "一般",
        "place": suggestion.place,
        "milliseconds": suggestion.milliseconds,
    }


@classifier.command()
@click.option("--model", required=True, type=FILE)
@click.option("--data", required=True, type=FILE, help="Labelled JSON lines.")
def evaluate(model: Path, data: Path) -> None:
    """Judge a model on labelled rows it was not trained on."""
    from classifiers.evaluation import judge, report

    with _told(), Progress(console=Console(stderr=True)) as progress:
        suggester = Suggester.load(model)
        examples = read_examples(data)
        answers = [
            suggester.suggest(example.text, example.title)
            for example in progress.track(examples, description="suggesting")
        ]
    click.echo(report(judge(examples, answers)))


@classifier.command()
@click.option("--models", required=True, type=FOLDER, help="The folder of model files.")
@click.argument("model", type=FILE)
def promote(models: Path, model: Path) -> None:
    """Put a model file of the folder into force."""
    with _told():
        click.echo(f"in force: {Registry(models).promote(model, {}).version}")


@classifier.command("rollback")
@click.option("--models", required=True, type=FOLDER, help="The folder of model files.")
def roll_back(models: Path) -> None:
    """Put the model before the present one back into force."""
    with _told():
        entry = Registry(models).roll_back()
    click.echo(f"in force: {entry.version if entry else 'the lexicon alone'}")
