"""What the scripts below deploy/ ask: configuration, prompts' texts, and what the bridge must know.

``python -m telephony.asterisk render PROGRAM FOLDER`` writes the configuration of the instance in
FOLDER, ``prompts`` tells name and text of every prompt (tab between), ``telephones FOLDER`` tells
what to enter into each telephone on a desk.
"""

import sys
from pathlib import Path

import click

from intake.settings import SettingsError, load_settings
from telephony.asterisk.keys import load_keys
from telephony.asterisk.plan import PlanError
from telephony.asterisk.prompts import prompt_texts
from telephony.asterisk.render import render
from telephony.asterisk.settings import load_asterisk_settings, plan_of

_FOLDER = click.Path(path_type=Path, file_okay=False, resolve_path=True)


@click.group()
def asterisk() -> None:
    """The PBX's configuration, from the settings."""


@asterisk.command("render")
@click.argument("program", type=_FOLDER)
@click.argument("folder", type=_FOLDER)
def write_configuration(program: Path, folder: Path) -> None:
    """Write configuration and secrets; tell the settings the bridge needs, one a line."""
    settings = load_settings()
    plan = plan_of(settings, load_asterisk_settings())
    recordings = settings.pbx_recordings or folder / "recordings"
    keys = render(plan, program, folder, recordings)
    click.echo(f"MINSHENG_PBX_AMI_USER={plan.ami_user}")
    click.echo(f"MINSHENG_PBX_AMI_SECRET={keys.ami}")
    click.echo(f"MINSHENG_PBX_RECORDINGS={recordings}")
    click.echo(f"MINSHENG_PBX_LOGS={folder / 'log'}")
    if not settings.pbx_ws_url and not settings.behind_tls:  # a proxy has it at /ws
        click.echo(f"MINSHENG_PBX_WS_URL=ws://127.0.0.1:{plan.http_port}/ws")


@asterisk.command()
def prompts() -> None:
    """Name and text of every prompt, a tab between."""
    settings = load_settings()
    for key, text in prompt_texts(settings.county_name, settings.hotline).items():
        click.echo(f"{key}\t{text}")


@asterisk.command()
@click.argument("folder", type=_FOLDER)
def telephones(folder: Path) -> None:
    """What to enter into each telephone on a desk: server, user, secret."""
    plan = plan_of(load_settings(), load_asterisk_settings())
    keys = load_keys(folder, plan.extensions)
    for extension in plan.extensions:
        secret = keys.phones[extension]
        click.echo(f"{plan.sip_host}:{plan.sip_port}\tagent-{extension}\t{secret}")


def main() -> None:
    """Exit code 2 and one message for what can be corrected."""
    try:
        asterisk()
    except (SettingsError, PlanError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
