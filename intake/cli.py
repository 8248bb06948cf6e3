"""The `minsheng` command. Messages say what happened and what to do next; exit code 2: refused."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from intake.domain.errors import Refusal
from intake.domain.people import Actor, Role
from intake.logs import start_logging
from intake.processes import supervise
from intake.settings import Settings, SettingsError, load_settings

REFUSED = 2
if TYPE_CHECKING:
    from intake.services.workroom import Workroom

ADMINISTRATOR = Actor(Role.SYSADMIN, "命令行")
console = Console(stderr=True, highlight=False)


class Refused(click.ClickException):
    """Cannot start or do it as things are; the message says what to change."""

    exit_code = REFUSED


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Expected troubles become one sentence, not a traceback."""
    from intake.security.keyfile import KeyringError
    from intake.services.county import NoCounty
    from intake.store.database import StoreUnavailable
    from intake.store.migrate import SchemaError

    try:
        yield
    except (SchemaError, KeyringError, NoCounty, StoreUnavailable) as error:
        raise Refused(str(error)) from error


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise Refused(str(error)) from error


def _room(part: str) -> "Workroom":
    from intake.opening import open_room

    settings = _settings()
    start_logging(part, settings.log_level)
    with _plain_errors():
        return open_room(settings)


class LazyClassifier(click.Group):
    """Loads the classifier's commands when one is asked for: most commands do without them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "classifier"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name != "classifier":
            return super().get_command(ctx, cmd_name)
        from classifiers.commands import classifier

        return classifier


@click.group(cls=LazyClassifier)
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


@main.command()
def jobs() -> None:
    """Relay and worker in one process, without a broker (embedded)."""
    from intake.jobs.loops import run_embedded

    run_embedded(_room("jobs"))


@main.command()
def relay() -> None:
    """Ring the broker of MINSHENG_BROKER_URL for due jobs, and do periodic work."""
    from intake.jobs.loops import run_relay

    room = _room("relay")
    _require_broker(room.settings)
    run_relay(room)


@main.command()
@click.option("--processes", default=2, show_default=True, help="worker processes")
def worker(processes: int) -> None:
    """A Celery worker on the broker of MINSHENG_BROKER_URL."""
    from intake.jobs import runtime
    from intake.jobs.loops import run_worker

    settings = _settings()
    _require_broker(settings)
    start_logging("worker", settings.log_level)
    runtime.install(lambda: _room("worker"))
    run_worker(settings, processes=processes)


def _require_broker(settings: Settings) -> None:
    if not settings.broker_url.get_secret_value():
        raise Refused("No broker: set MINSHENG_BROKER_URL to amqp://… or redis://…, or use `jobs`.")


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
def contacts_balance(day: datetime | None) -> None:
    """Arrivals of a day by source and outcome; must close to zero open."""
    from intake.domain.numbers import county_day
    from intake.services.balance import balance

    room = _room("balance")
    wanted = day.date() if day else county_day(room.clock())
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
    from intake.services import accounts

    table = Table("user name", "name", "role", "state")
    for each in accounts.list_accounts(_room("user"), ADMINISTRATOR):
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
    from intake.security.passwords import random_password
    from intake.services import accounts

    room = _room("user")
    password = random_password()
    with _refusals():
        accounts.create_account(
            room, ADMINISTRATOR, username, name, Role(role), password, deputy=deputy
        )
    _show_password(username, password)


@user.command("password")
@click.argument("username")
def user_password(username: str) -> None:
    """Give an account a new random password and end its sessions."""
    from intake.security.passwords import random_password
    from intake.services import accounts

    room = _room("user")
    password = random_password()
    with _refusals():
        accounts.set_password(room, ADMINISTRATOR, username, password)
    _show_password(username, password)


def _show_password(username: str, password: str) -> None:
    click.echo(f"{username}  {password}")
    console.print("Shown once; it should be changed after signing in.")


@user.command("disable")
@click.argument("username")
def user_disable(username: str) -> None:
    """Bar an account from signing in; its history stays."""
    from intake.services import accounts

    room = _room("user")
    with _refusals():
        accounts.set_active(room, ADMINISTRATOR, username, False)
    console.print(f"{username} is disabled")


@user.command("enable")
@click.argument("username")
def user_enable(username: str) -> None:
    """Let an account sign in again."""
    from intake.services import accounts

    room = _room("user")
    with _refusals():
        accounts.set_active(room, ADMINISTRATOR, username, True)
    console.print(f"{username} is enabled")


@main.group()
def token() -> None:
    """Bearer tokens of other subsystems."""


@token.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="subsystem", show_default=True, help="what the token is for")
@click.option("--user", "username", help="act as this account instead of one of its own")
def token_create(role: str, name: str, username: str | None) -> None:
    """Make a token and print it once."""
    from intake.services import accounts

    room = _room("token")
    with _refusals():
        issued = accounts.create_token(room, ADMINISTRATOR, name, Role(role), username)
    click.echo(issued.secret)


@token.command("list")
def token_list() -> None:
    """All tokens, without their secrets."""
    from intake.services import accounts

    table = Table("id", "name", "role", "made", "state")
    for each in accounts.list_tokens(_room("token"), ADMINISTRATOR):
        state = "revoked" if each.revoked_at else "active"
        made = f"{each.created_at:%Y-%m-%d}"
        table.add_row(str(each.id), each.name, each.role.value, made, state)
    console.print(table)


@token.command("revoke")
@click.argument("number", type=int)
def token_revoke(number: int) -> None:
    """End a token by its id (see `minsheng token list`)."""
    from intake.services import accounts

    room = _room("token")
    with _refusals():
        accounts.revoke_token(room, ADMINISTRATOR, number)
    console.print(f"token {number} is revoked")


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
    try:
        with _plain_errors():
            yield
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal


if __name__ == "__main__":
    main()
