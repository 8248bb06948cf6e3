"""The PBX's process, and the day's calls beside the PBX's own log."""

import click

from intake.commands.refusing import Refused, open_or_refuse


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
