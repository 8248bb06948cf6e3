"""What every command shares: settings and room, or one sentence that says what to do."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
from rich.console import Console

from intake.domain.errors import Refusal
from intake.domain.people import Actor, Role
from intake.logs import start_logging
from intake.settings import Settings, SettingsError, load_settings

if TYPE_CHECKING:
    from intake.services.workroom import Workroom

ADMINISTRATOR = Actor(Role.SYSADMIN, "命令行")
REFUSED = 2
console = Console(highlight=False)


class Refused(click.ClickException):
    """Cannot start or do it as things are; the message says what to change."""

    exit_code = REFUSED


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Expected troubles become one sentence, not a traceback."""
    from intake.security.keyfile import KeyringError
    from intake.services.county import NoCounty
    from intake.store.database import StoreUnavailable
    from intake.store.migrate import SchemaError

    try:
        yield
    except (SchemaError, KeyringError, NoCounty, StoreUnavailable) as error:
        raise Refused(str(error)) from error


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """What a rule refuses becomes one sentence too."""
    try:
        with plain_errors():
            yield
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal


def settings_or_refuse() -> Settings:
    """The settings, or exit with every bad value named."""
    try:
        return load_settings()
    except SettingsError as error:
        raise Refused(str(error)) from error


def open_or_refuse(part: str) -> "Workroom":
    """The workroom for a process called ``part`` in the logs."""
    from intake.opening import open_room

    settings = settings_or_refuse()
    start_logging(part, settings.log_level)
    with plain_errors():
        return open_room(settings)
