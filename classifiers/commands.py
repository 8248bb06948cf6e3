"""The `classifier` commands: train, predict, evaluate, and the choice of the model in force."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from classifiers.archive import ModelError
from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.evaluation import Share, judge
from classifiers.examples import (
    Example,
    ExampleError,
    own_corpus,
    read_examples,
    read_rows,
    text_of,
)
from classifiers.lexicon import LexiconError, lexicon
from classifiers.page import curve_table, write_page
from classifiers.registry import Registry, save
from classifiers.suggestion import Suggester, Suggestion
from classifiers.tables import report

if TYPE_CHECKING:
    from classifiers.training import Ground

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
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"{missing.name} is not installed; install minsheng[report] for pictures"
        ) from None


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
@click.option("--unlabelled", type=FILE, help="Reports without decisions, as JSON lines.")
@click.option("--out", required=True, type=NEW_FILE, help="The model file to write.")
def train(data: tuple[Path, ...], cold: bool, unlabelled: Path | None, out: Path) -> None:
    """Train a model: cold, or warm with the county's decisions.

    Unlabelled reports of the county help a warm model to know which words belong together.
    """
    from classifiers.training import train as learn

    if cold == bool(data):
        raise click.UsageError("give either --cold or at least one --data file")
    if cold and unlabelled:
        raise click.UsageError("a cold model knows no report; leave --unlabelled out")
    with _told(), Progress(console=Console(stderr=True)) as progress:
        decisions = [example for path in data for example in read_examples(path)]
        words = lexicon()
        own = own_corpus(catalogue(), words)
        reader = Reader(catalogue(), words)
        free = _unlabelled(unlabelled)
        trained = learn(reader, words, own, decisions, _Bars(progress), free)
        facts = {"own_texts": len(own), "decisions": len(decisions), "unlabelled": len(free)}
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
        "second_place": suggestion.second_place,
        "milliseconds": suggestion.milliseconds,
    }


def _unlabelled(path: Path | None) -> list[Example]:
    """Read reports without labels; their other fields do not matter."""
    if path is None:
        return []
    return [
        Example(where, "", text_of(where, row, "title"), text_of(where, row, "text"))
        for where, row in read_rows(path)
    ]


@classifier.command()
@click.option("--model", type=FILE, help="The model to judge; its training must not know the data.")
@click.option("--folds", is_flag=True, help="Judge by folds: train on the data itself, in parts.")
@click.option("--unlabelled", type=FILE, help="With --folds: reports without decisions.")
@click.option("--data", required=True, type=FILE, help="Labelled JSON lines.")
@click.option("--title-only", is_flag=True, help="Read titles alone, the length of a phone note.")
@click.option("--curve", is_flag=True, help="With --folds: also the learning curve.")
@click.option("--report", "folder", type=FOLDER, help="Write page and pictures into this folder.")
def evaluate(
    model: Path | None,
    folds: bool,
    unlabelled: Path | None,
    data: Path,
    title_only: bool,
    curve: bool,
    folder: Path | None,
) -> None:
    """Judge a model on labelled rows it was not trained on, or the way of training by folds."""
    if folds == (model is not None):
        raise click.UsageError("give either --model or --folds")
    if (unlabelled or curve) and not folds:
        raise click.UsageError("--unlabelled and --curve go with --folds")
    with _told(), Progress(console=Console(stderr=True)) as progress:
        examples = read_examples(data)
        if not examples:
            raise click.ClickException(f"{data.name} holds no labelled row; give at least one")
        trial = _Trial(examples, title_only, _Bars(progress), _unlabelled(unlabelled))
        answers = trial.answers(model)
        points = trial.curve() if curve else []
    judgement = judge(examples, answers)
    click.echo(report(judgement))
    if points:
        click.echo("\n" + curve_table(points))
    if folder is not None:
        with _told():
            click.echo(f"\n{write_page(folder, judgement, points, sys.argv[1:])}")


class _Trial:
    """Labelled texts and how they are answered."""

    def __init__(
        self, examples: list[Example], title_only: bool, bars: _Bars, free: list[Example]
    ) -> None:
        self._examples = examples
        self._title_only = title_only
        self._bars = bars
        self._free = free
        self._ground: Ground | None = None

    def answers(self, model: Path | None) -> list[Suggestion]:
        """Return a suggestion for each text, from a model file or by folds."""
        from classifiers.trial import asked, by_folds

        if model is None:
            return by_folds(self._laid(), self._examples, self._bars, self._title_only)
        suggester = Suggester.load(model)
        said = []
        for number, one in enumerate(self._examples, start=1):
            said.append(asked(suggester, one, self._title_only))
            self._bars("suggesting", number, len(self._examples))
        return said

    def curve(self) -> list[tuple[int, Share]]:
        """Return top-1 of models that were taught the first decisions only."""
        from classifiers.trial import learning_curve

        sizes = [0, *range(100, len(self._examples), 200)]
        points = learning_curve(self._laid(), self._examples, sizes, self._bars)
        return [
            (size, judge(examples, answers).shares["top-1 strict"])
            for size, examples, answers in points
        ]

    def _laid(self) -> "Ground":
        if self._ground is None:
            from classifiers.training import Ground

            words, rows = lexicon(), catalogue()
            own = own_corpus(rows, words)
            self._ground = Ground.laid(Reader(rows, words), words, own, self._free, self._bars)
        return self._ground


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
