"""`minsheng user` and `minsheng token`: who may come in."""

import click
from rich.table import Table

from intake.commands.refusing import ADMINISTRATOR, console, open_or_refuse, refusals
from intake.domain.people import Role


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command("list")
def user_list() -> None:
    """All accounts."""
    from intake.services import accounts

    table = Table("user name", "name", "role", "state")
    for each in accounts.list_accounts(open_or_refuse("user"), ADMINISTRATOR):
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

    room = open_or_refuse("user")
    password = random_password()
    with refusals():
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

    room = open_or_refuse("user")
    password = random_password()
    with refusals():
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

    room = open_or_refuse("user")
    with refusals():
        accounts.set_active(room, ADMINISTRATOR, username, False)
    console.print(f"{username} is disabled")


@user.command("enable")
@click.argument("username")
def user_enable(username: str) -> None:
    """Let an account sign in again."""
    from intake.services import accounts

    room = open_or_refuse("user")
    with refusals():
        accounts.set_active(room, ADMINISTRATOR, username, True)
    console.print(f"{username} is enabled")


@click.group()
def token() -> None:
    """Bearer tokens of other subsystems."""


@token.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="subsystem", show_default=True, help="what the token is for")
@click.option("--user", "username", help="act as this account instead of one of its own")
def token_create(role: str, name: str, username: str | None) -> None:
    """Make a token and print it once."""
    from intake.services import accounts

    room = open_or_refuse("token")
    with refusals():
        issued = accounts.create_token(room, ADMINISTRATOR, name, Role(role), username)
    click.echo(issued.secret)


@token.command("list")
def token_list() -> None:
    """All tokens, without their secrets."""
    from intake.services import accounts

    table = Table("id", "name", "role", "made", "state")
    for each in accounts.list_tokens(open_or_refuse("token"), ADMINISTRATOR):
        state = "revoked" if each.revoked_at else "active"
        made = f"{each.created_at:%Y-%m-%d}"
        table.add_row(str(each.id), each.name, each.role.value, made, state)
    console.print(table)


@token.command("revoke")
@click.argument("number", type=int)
def token_revoke(number: int) -> None:
    """End a token by its id (see `minsheng token list`)."""
    from intake.services import accounts

    room = open_or_refuse("token")
    with refusals():
        accounts.revoke_token(room, ADMINISTRATOR, number)
    console.print(f"token {number} is revoked")
