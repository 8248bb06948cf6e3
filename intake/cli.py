"""The `minsheng` command. Messages say what happened and what to do next; exit code 2: refused."""

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from intake.domain.people import Role
from intake.logs import start_logging
from intake.processes import supervise
from intake.security.keyfile import KeyringError
from intake.services.county import NoCounty
from intake.services.workroom import Workroom
from intake.settings import Settings, SettingsError, load_settings
from intake.store.database import StoreUnavailable
from intake.store.migrate import SchemaError

REFUSED = 2
console = Console(stderr=True, highlight=False)


class Refused(click.ClickException):
    """Cannot start or do it as things are; the message says what to change."""

    exit_code = REFUSED


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Expected troubles become one sentence, not a traceback."""
    try:
        yield
    except (SettingsError, SchemaError, KeyringError, NoCounty, StoreUnavailable) as error:
        raise Refused(str(error)) from error


def _settings() -> Settings:
    with _plain_errors():
        return load_settings()


def _room(part: str) -> Workroom:
    from intake.app import open_room

    settings = _settings()
    start_logging(part, settings.log_level)
    with _plain_errors():
        return open_room(settings)


@click.group()
@click.version_option(package_name="minsheng")
def main() -> None:
    """民声: intake of a county's hotline."""


@main.command()
def prepare() -> None:
    """Make the data folder, keys, store and cold model; load the sample county when empty."""
    from intake.preparation import prepare_installation

    settings = _settings()
    with _plain_errors():
        prepare_installation(settings, console)


@main.command()
def run() -> None:
    """Serve: doors and desk in one process, jobs in another."""
    settings = _settings()
    start_logging("run", settings.log_level)
    console.print(f"Portal {settings.site}/   desk {settings.site}/desk")
    sys.exit(supervise())


@main.command()
def web() -> None:
    """Serve portal, API and desk."""
    from aiohttp import web as server

    from intake.app import build_web

    room = _room("web")
    settings = room.settings
    listening = _listen(settings.host, settings.port)
    server.run_app(build_web(room), sock=listening, print=None, access_log=None)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        raise Refused(
            f"Cannot listen on {host} port {port}: {error.strerror}. "
            "Stop what uses it, or choose another: deploy/run --port NUMBER"
        ) from error
    return listening


def _jobs_command(part: str) -> Callable[[], None]:
    def command() -> None:
        from intake.jobs import main as jobs

        {"jobs": jobs.run_embedded, "worker": jobs.run_worker, "relay": jobs.run_relay}[part](
            lambda: _room(part)
        )

    return command


for _part, _help in (
    ("jobs", "Relay and worker in one process, without a broker (embedded)."),
    ("worker", "A Celery worker on the broker of MINSHENG_BROKER_URL."),
    ("relay", "Ring the broker for jobs in the store, and do periodic work."),
):
    main.command(name=_part, help=_help)(_jobs_command(_part))


@main.group()
def receipt() -> None:
    """Signed receipts."""


@receipt.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def receipt_verify(file: Path) -> None:
    """Check that a receipt was signed by this installation and is unchanged."""
    from intake.security import keyring
    from intake.security.receipts import verify_receipt

    settings = _settings()
    with _plain_errors():
        keys = keyring.load(settings.keys).receipt_public_keys()
    verdict = verify_receipt(file.read_text("utf-8", errors="replace"), keys)
    if not verdict.valid:
        raise click.ClickException(f"not a receipt of this installation: {verdict.reason}")
    console.print(f"valid: {verdict.payload}")


@main.group()
def audit() -> None:
    """The history of events and its seals."""


@audit.command("verify")
def audit_verify() -> None:
    """Check every chain and seal; names the first row that does not fit."""
    from intake.services.audit import verify

    room = _room("audit")
    with Progress(console=console) as bar, _plain_errors():
        task = bar.add_task("events", total=None)
        verdict = verify(room, lambda done, total: bar.update(task, completed=done, total=total))
    if not verdict.sound:
        raise click.ClickException(verdict.fault)
    console.print(f"sound: {verdict.events} events, {verdict.seals} seals")


@main.group()
def contacts() -> None:
    """Arrivals at the doors."""


@contacts.command("balance")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="county day, default today")
def contacts_balance(day: date | None) -> None:
    """Arrivals of a day by source and outcome; must close to zero open."""
    from intake.domain.numbers import county_day
    from intake.services.balance import balance

    room = _room("balance")
    wanted = day.date() if hasattr(day, "date") else county_day(room.clock())
    with _plain_errors():
        sheet = balance(room, wanted)
    table = Table("source", "outcome", "contacts", title=f"{wanted:%Y-%m-%d}")
    for line in sheet.lines:
        table.add_row(line.source, line.outcome, str(line.count))
    console.print(table)
    if sheet.faults:
        raise click.ClickException("; ".join(sheet.faults))
    console.print("closed: every contact has its outcome")


@main.group()
def user() -> None:
    """Accounts of people."""


@user.command("list")
def user_list() -> None:
    """All accounts."""
    from intake.services.accounts import list_accounts

    table = Table("user name", "name", "role", "state")
    for each in list_accounts(_room("user")):
        state = "active" if each.active else "disabled"
        table.add_row(each.username, each.display_name, each.role.value, state)
    console.print(table)


@user.command("add")
@click.argument("username")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--deputy", is_flag=True, help="may file as a logged deputy of the shift leader")
def user_add(username: str, name: str, role: str, deputy: bool) -> None:
    """Make an account and print its random password once."""
    from intake.services.accounts import create_account

    room = _room("user")
    with _refusals():
        password = create_account(room, username, name, Role(role), deputy=deputy)
    console.print(f"{username}  {password}   (shown once; change it after signing in)")


@user.command("password")
@click.argument("username")
def user_password(username: str) -> None:
    """Give an account a new random password and end its sessions."""
    from intake.services.accounts import reset_password

    room = _room("user")
    with _refusals():
        console.print(f"{username}  {reset_password(room, username)}   (shown once)")


@user.command("disable")
@click.argument("username")
def user_disable(username: str) -> None:
    """Bar an account from signing in; its history stays."""
    from intake.services.accounts import disable_account

    room = _room("user")
    with _refusals():
        disable_account(room, username)
    console.print(f"{username} is disabled")


@main.group()
def token() -> None:
    """Bearer tokens of other subsystems."""


@token.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="subsystem", help="what the token is for")
def token_create(role: str, name: str) -> None:
    """Make a token and print it once."""
    from intake.services.accounts import create_token

    room = _room("token")
    with _refusals():
        click.echo(create_token(room, name, Role(role)))


@token.command("revoke")
@click.argument("name")
def token_revoke(name: str) -> None:
    """End every token of this name."""
    from intake.services.accounts import revoke_token

    room = _room("token")
    with _refusals():
        console.print(f"{revoke_token(room, name)} token(s) revoked")


@main.group()
def outbox() -> None:
    """Jobs that were set aside."""


@outbox.command("parked")
def outbox_parked() -> None:
    """List parked jobs with their last error."""
    from intake.store import outbox as jobs

    room = _room("outbox")
    table = Table("id", "topic", "key", "attempts", "last error")
    with room.database.read() as conn:
        for job in jobs.parked(conn):
            table.add_row(str(job.id), job.topic, job.key, str(job.attempts), job.last_error)
    console.print(table)


@outbox.command("replay")
@click.argument("job", type=int)
def outbox_replay(job: int) -> None:
    """Run a parked job again."""
    from intake.store import outbox as jobs

    room = _room("outbox")
    if not room.database.write(lambda unit: jobs.replay(unit, job)):
        raise click.ClickException(f"no parked job {job}; see `minsheng outbox parked`")
    console.print(f"job {job} is due again")


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    from intake.domain.errors import Refusal

    try:
        with _plain_errors():
            yield
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal


if __name__ == "__main__":
    main()
