"""Receipts, the history of events, the day's balance, and jobs that were set aside."""

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from intake.commands.refusing import (
    ADMINISTRATOR,
    console,
    open_or_refuse,
    plain_errors,
    refusals,
    settings_or_refuse,
)


@click.group()
def receipt() -> None:
    """Signed receipts."""


@receipt.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def receipt_verify(file: Path) -> None:
    """Check that a receipt was signed by this installation and is unchanged."""
    from intake.security import keyring
    from intake.security.receipts import verify_receipt

    settings = settings_or_refuse()
    with plain_errors():
        keys = keyring.load(settings.keys).receipt_public_keys()
    verdict = verify_receipt(file.read_text("utf-8", errors="replace"), keys)
    if not verdict.valid:
        raise click.ClickException(f"not a receipt of this installation: {verdict.reason}")
    console.print(f"valid: {verdict.payload}")


@click.group()
def audit() -> None:
    """The history of events and its seals."""


@audit.command("verify")
def audit_verify() -> None:
    """Check every chain and seal; names the first row that does not fit."""
    from intake.services.audit import verify

    room = open_or_refuse("audit")
    with Progress(console=Console(stderr=True)) as bar, plain_errors():
        task = bar.add_task("events", total=None)
        verdict = verify(room, lambda done, total: bar.update(task, completed=done, total=total))
    if not verdict.sound:
        raise click.ClickException(verdict.fault)
    console.print(f"sound: {verdict.events} events, {verdict.seals} seals")
    if verdict.seals:
        console.print(
            f"newest seal (write it down elsewhere): event {verdict.sealed_to} "
            f"{verdict.newest_seal}"
        )


@click.group()
def contacts() -> None:
    """Arrivals at the doors."""


@contacts.command("balance")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="county day, default today")
def contacts_balance(day: datetime | None) -> None:
    """Arrivals of a day by source and outcome; must close to zero open."""
    from intake.domain.numbers import county_day
    from intake.services.balance import balance

    room = open_or_refuse("balance")
    wanted = day.date() if day else county_day(room.clock())
    with plain_errors():
        sheet = balance(room, wanted)
    table = Table("source", "outcome", "contacts", title=f"{wanted:%Y-%m-%d}")
    for line in sheet.lines:
        table.add_row(line.source, line.outcome, str(line.count))
    console.print(table)
    if sheet.faults:
        raise click.ClickException("; ".join(sheet.faults))
    console.print("closed: every contact has its outcome")


@click.group()
def outbox() -> None:
    """Jobs that were set aside."""


@outbox.command("parked")
def outbox_parked() -> None:
    """List parked jobs with their last error."""
    from intake.services.outbox import parked

    table = Table("id", "topic", "key", "attempts", "last error")
    for job in parked(open_or_refuse("outbox")):
        table.add_row(str(job.id), job.topic, job.key, str(job.attempts), job.last_error)
    console.print(table)


@outbox.command("replay")
@click.argument("job", type=int)
def outbox_replay(job: int) -> None:
    """Run a parked job again."""
    from intake.services.outbox import replay

    room = open_or_refuse("outbox")
    with refusals():
        done = replay(room, ADMINISTRATOR, job)
    if not done:
        raise click.ClickException(f"no parked job {job}; see `minsheng outbox parked`")
    console.print(f"job {job} is due again")
