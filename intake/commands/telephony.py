"""The PBX's process, and the day's calls beside the PBX's own log."""

from datetime import datetime

import click
from rich.table import Table

from intake.commands.refusing import Refused, console, open_or_refuse, plain_errors


@click.group(invoke_without_command=True)
@click.pass_context
def telephony(ctx: click.Context) -> None:
    """Follow the PBX: calls into the books, commands to the telephones."""
    if ctx.invoked_subcommand is not None:
        return
    from telephony.process import run_telephony

    room = open_or_refuse("telephony")
    if not room.settings.has_pbx:
        raise Refused(
            "No PBX: set MINSHENG_PBX_AMI_USER and MINSHENG_PBX_AMI_SECRET "
            "(deploy/asterisk/README.md), then start again."
        )
    run_telephony(room)


@telephony.command("balance")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="county day, default today")
def telephony_balance(day: datetime | None) -> None:
    """A day's calls by the books beside the PBX's own log; they must agree."""
    from intake.domain.numbers import county_day
    from telephony.balance import balance_calls
    from telephony.event_log import NoLog

    room = open_or_refuse("telephony")
    folder = room.settings.pbx_logs
    if folder is None:
        raise Refused("Where is the PBX's log? Set MINSHENG_PBX_LOGS to its folder.")
    wanted = day.date() if day else county_day(room.clock())
    try:
        with plain_errors():
            sheet = balance_calls(room, folder, wanted)
    except NoLog as error:
        raise Refused(str(error)) from error
    table = Table("outcome", "books", "PBX", title=f"{wanted:%Y-%m-%d}")
    for outcome in sorted({*sheet.books, *sheet.logged}):
        counts = (sheet.books.get(outcome, 0), sheet.logged.get(outcome, 0))
        table.add_row(outcome.value or "open", *map(str, counts))
    console.print(table)
    if sheet.faults:
        raise click.ClickException("; ".join(sheet.faults))
    console.print("agreed: every call of the PBX is in the books with the same outcome")
