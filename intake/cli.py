"""The `minsheng` command. Messages say what happened and what to do next; exit code 2: refused."""

import socket
import sys

import click

from intake.commands.catalogue import catalogue
from intake.commands.evidence import audit, contacts, outbox, receipt
from intake.commands.people import token, user
from intake.commands.refusing import (
    Refused,
    console,
    open_or_refuse,
    plain_errors,
    settings_or_refuse,
)
from intake.commands.telephony import telephony
from intake.logs import start_logging
from intake.processes import parts_of, supervise
from intake.settings import Settings


class LazyClassifier(click.Group):
    """Loads the classifier's commands when one is asked for: most commands do without them."""

    _late = ("classifier", "duplicates")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self._late])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._late:
            return super().get_command(ctx, cmd_name)
        from intake.commands import learning

        return learning.GROUPS[cmd_name]


@click.group(cls=LazyClassifier)
@click.version_option(package_name="minsheng")
def main() -> None:
    """民声: intake of a county's hotline."""


@main.command()
def prepare() -> None:
    """Make the data folder, keys, store and cold model; load the sample county when empty."""
    from intake.preparation import prepare_installation

    settings = settings_or_refuse()
    with plain_errors():
        prepare_installation(settings, console)


@main.command()
def run() -> None:
    """Serve: doors and desk in one process, jobs in another."""
    settings = settings_or_refuse()
    start_logging("run", settings.log_level)
    console.print(f"Portal {settings.site}/   desk {settings.site}/desk")
    sys.exit(supervise(parts_of(settings)))


@main.command()
def web() -> None:
    """Serve portal, API and desk."""
    from aiohttp import web as server

    from intake.app import build_web

    room = open_or_refuse("web")
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
    from intake.joining import join_doors

    join_doors()
    run_embedded(open_or_refuse("jobs"))


@main.command()
def relay() -> None:
    """Ring the broker of MINSHENG_BROKER_URL for due jobs, and do periodic work."""
    from intake.jobs.loops import run_relay
    from intake.joining import join_doors

    join_doors()
    room = open_or_refuse("relay")
    _require_broker(room.settings)
    run_relay(room)


@main.command()
@click.option("--processes", default=2, show_default=True, help="worker processes")
def worker(processes: int) -> None:
    """A Celery worker on the broker of MINSHENG_BROKER_URL."""
    from intake.jobs import runtime
    from intake.jobs.loops import run_worker
    from intake.joining import join_doors

    join_doors()
    settings = settings_or_refuse()
    _require_broker(settings)
    start_logging("worker", settings.log_level)
    runtime.install(lambda: open_or_refuse("worker"))
    run_worker(settings, processes=processes)


@main.command()
def mail() -> None:
    """Open the mail door: SMTP on the address of MINSHENG_MAIL_HOST and MINSHENG_MAIL_PORT."""
    import asyncio

    from channels.email.serving import serve

    room = open_or_refuse("mail")
    if not room.settings.has_mail:
        raise Refused("No mail address: set MINSHENG_MAIL_ADDRESSES to the hotline's address.")
    try:
        asyncio.run(serve(room))
    except OSError as error:
        where = f"{room.settings.mail_host} port {room.settings.mail_port}"
        raise Refused(f"Cannot open the mail door on {where}: {error.strerror}.") from error


@main.command()
def bot() -> None:
    """Fetch messages of the messenger door that polls (MINSHENG_TELEGRAM=polling)."""
    import asyncio

    from channels.telegram.polling import serve

    room = open_or_refuse("bot")
    if room.settings.telegram != "polling":
        raise Refused("The messenger door does not poll: set MINSHENG_TELEGRAM=polling, or webhook")
    asyncio.run(serve(room))


def _require_broker(settings: Settings) -> None:
    if not settings.broker_url.get_secret_value():
        raise Refused("No broker: set MINSHENG_BROKER_URL to amqp://… or redis://…, or use `jobs`.")


for group in (catalogue, receipt, audit, contacts, outbox, user, token, telephony):
    main.add_command(group)


if __name__ == "__main__":
    main()
