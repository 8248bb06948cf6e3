"""The commands of the classifier, with those that need the store: retrain, and index again."""

from collections.abc import Mapping

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from classifiers.commands import classifier
from classifiers.duplicate_commands import duplicates
from intake.commands.refusing import console, open_or_refuse, plain_errors

GROUPS: Mapping[str, click.Group] = {"classifier": classifier, "duplicates": duplicates}


@classifier.command("retrain")
@click.option("--always", is_flag=True, help="Train also when few decisions are new.")
def retrain_model(always: bool) -> None:
    """Train on the county's decisions; the new model goes live only if it is not worse."""
    from intake.services.learning import retrain

    room = open_or_refuse("retrain")
    with Progress(console=Console(stderr=True)) as bars, plain_errors():
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, whole: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=whole)
            bars.update(tasks[what], completed=done, total=whole)

        outcome = retrain(room, told, always=always)
    console.print(outcome.remark)
    if not outcome.version:
        return
    console.print(f"{outcome.version}: taught {outcome.taught}, judged {outcome.judged}")
    for name, figures in (("before", outcome.before_figures), ("new", outcome.figures)):
        first, three = figures["top1"]["value"], figures["top3"]["value"]
        console.print(f"{name}: first {first:.3f}, first three {three:.3f}")


@duplicates.command("index")
def index_near() -> None:
    """Index the words and places of recent tickets again, for a store from before the index."""
    from intake.services.near_index import index_all

    room = open_or_refuse("index")
    with Progress(console=Console(stderr=True)) as bar, plain_errors():
        task = bar.add_task("tickets", total=None)
        count = 0
        for indexed in index_all(room):
            count += indexed
            bar.update(task, completed=count)
    console.print(f"{count} tickets indexed")
