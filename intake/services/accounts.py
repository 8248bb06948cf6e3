"""Accounts and bearer tokens: make, change, disable. Every change is a fact of the account."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from intake.domain.errors import Invalid, NotFound, Refusal
from intake.domain.events import EventType
from intake.domain.people import Action, Actor, Role
from intake.security.passwords import hash_password, password_faults, verify_password
from intake.security.tokens import IssuedToken, issue_token
from intake.services.signin import SignInFailed, username_key
from intake.services.workroom import Workroom
from intake.store.accounts import (
    Account,
    add_account,
    all_accounts,
    change_account,
    find_account,
)
from intake.store.tables import api_token, session
from intake.store.unit import Unit

CONSOLE = Actor(Role.SYSADMIN, "命令行")
"""Whoever may run the ``minsheng`` command on the machine administers the accounts."""

_USERNAME = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff._-]{1,39}")
_NO_LOGIN = frozenset({Role.CITIZEN, Role.SYSTEM})


class Taken(Refusal):
    """The user name belongs to another account."""

    id = "taken"
    status = 409


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token as lists show it; the secret is never shown again."""

    id: int
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


def create_account(
    room: Workroom,
    actor: Actor,
    username: str,
    display_name: str,
    role: Role,
    password: str,
    *,
    unit_code: str = "",
    deputy: bool = False,
) -> Account:
    """Make an account for one person (R161). Raises NotAllowed, Invalid and Taken."""
    actor.require(Action.MANAGE_ACCOUNTS)
    name = _checked_name(username)
    shown = display_name.strip()
    if not 0 < len(shown) <= 64:
        raise Invalid("请填写姓名，最多 64 个字。", field="display_name")
    if role in _NO_LOGIN:
        raise Invalid("这个角色不能登录，请选择其他角色。", field="role")
    secret = _hashed(password, name)
    return _added(
        room,
        actor,
        username=name,
        display_name=shown,
        role=role,
        unit_code=unit_code,
        deputy=deputy,
        password_hash=secret,
    )


def set_password(room: Workroom, actor: Actor, username: str, password: str) -> None:
    """The administrator gives a new password; every session of the account ends."""
    actor.require(Action.MANAGE_ACCOUNTS)
    _replace_password(room, actor, username_key(username), password)


def change_own_password(room: Workroom, account: Account, present: str, password: str) -> None:
    """A person changes the own password; raises SignInFailed when ``present`` is wrong."""
    if not verify_password(account.password_hash or None, present):
        raise SignInFailed("现在的密码不对，请重新输入。", field="present")
    _replace_password(room, account.actor, account.username, password)


def set_active(room: Workroom, actor: Actor, username: str, active: bool) -> Account:
    """Disable or enable an account; disabling ends its sessions and stops its tokens at once."""
    actor.require(Action.MANAGE_ACCOUNTS)

    def work(unit: Unit) -> Account:
        before = _found(unit, username_key(username))
        unit.conn.execute(delete(session).where(session.c.account_id == before.id))
        told = {"did": "enabled" if active else "disabled"}
        kind = EventType.ACCOUNT_CHANGED
        return change_account(unit, actor, before, kind, told, active=active, failures=0)

    return room.database.write(work)


def list_accounts(room: Workroom, actor: Actor) -> list[Account]:
    """Every account, by user name."""
    actor.require(Action.MANAGE_ACCOUNTS)
    with room.database.read() as conn:
        return all_accounts(conn)


def create_token(
    room: Workroom, actor: Actor, name: str, role: Role, username: str | None = None
) -> IssuedToken:
    """A bearer token for a program; its secret is told once.

    Acts as the account ``username``, or else as a machine account of the role made for it, so that
    everything the program does is on record under a name of its own. Raises Invalid and NotFound.
    """
    actor.require(Action.MANAGE_ACCOUNTS)
    label = name.strip()
    if not 0 < len(label) <= 64:
        raise Invalid("请给令牌取个名字，最多 64 个字。", field="name")
    if role in _NO_LOGIN:
        raise Invalid("这个角色不能使用令牌，请选择其他角色。", field="role")
    if username is None:
        username = _machine_account(room, actor, label, role).username
    issued = issue_token(role.value)

    def work(unit: Unit) -> None:
        owner = _found(unit, username_key(username))
        if owner.role is not role:
            raise Invalid("令牌的角色要与账号的角色一致。", field="role")
        unit.conn.execute(
            insert(api_token).values(
                name=label,
                role=role.value,
                token_hash=issued.digest,
                account_id=owner.id,
                created_at=unit.now,
            )
        )
        told = {"did": "token_created", "token": label}
        change_account(unit, actor, owner, EventType.ACCOUNT_CHANGED, told)

    room.database.write(work)
    return issued


def list_tokens(room: Workroom, actor: Actor) -> list[TokenLine]:
    """Every token, the newest first."""
    actor.require(Action.MANAGE_ACCOUNTS)
    query = select(
        api_token.c.id,
        api_token.c.name,
        api_token.c.role,
        api_token.c.created_at,
        api_token.c.revoked_at,
    ).order_by(api_token.c.id.desc())
    with room.database.read() as conn:
        return [
            TokenLine(row[0], row[1], Role(row[2]), row[3], row[4]) for row in conn.execute(query)
        ]


def revoke_token(room: Workroom, actor: Actor, key: int) -> None:
    """Stop a token at once; raises NotFound when there is none to stop."""
    actor.require(Action.MANAGE_ACCOUNTS)

    def work(unit: Unit) -> None:
        row = unit.conn.execute(
            update(api_token)
            .where(api_token.c.id == key, api_token.c.revoked_at.is_(None))
            .values(revoked_at=unit.now)
            .returning(api_token.c.account_id, api_token.c.name)
        ).first()
        if row is None:
            raise NotFound("没有这个令牌，或者已经停用。")
        owner = next(each for each in all_accounts(unit.conn) if each.id == row[0])
        told = {"did": "token_revoked", "token": row[1]}
        change_account(unit, actor, owner, EventType.ACCOUNT_CHANGED, told)

    room.database.write(work)


def _machine_account(room: Workroom, actor: Actor, label: str, role: Role) -> Account:
    base = re.sub(r"[^a-z0-9\u4e00-\u9fff]+", "-", username_key(label)).strip("-") or "program"
    with room.database.read() as conn:
        taken = {each.username for each in all_accounts(conn)}
    names = (f"machine.{base[:26]}{suffix}" for suffix in ("", *map(str, range(2, 10_000))))
    return _added(
        room,
        actor,
        username=next(name for name in names if name not in taken),
        display_name=label,
        role=role,
        unit_code="",
        password_hash="",
    )


def _added(room: Workroom, actor: Actor, **values: object) -> Account:
    try:
        return room.database.write(lambda unit: add_account(unit, actor, **values))
    except IntegrityError:
        raise Taken("这个用户名已经有人使用，请换一个。", field="username") from None


def _replace_password(room: Workroom, actor: Actor, name: str, password: str) -> None:
    secret = _hashed(password, name)

    def work(unit: Unit) -> None:
        before = _found(unit, name)
        unit.conn.execute(delete(session).where(session.c.account_id == before.id))
        change_account(
            unit,
            actor,
            before,
            EventType.ACCOUNT_CHANGED,
            {"did": "password"},
            password_hash=secret,
            failures=0,
        )

    room.database.write(work)


def _found(unit: Unit, name: str) -> Account:
    account = find_account(unit.conn, name, lock=True)
    if account is None:
        raise NotFound("没有这个用户名的账号，请核对后再试。")
    return account


def _checked_name(username: str) -> str:
    name = username_key(username)
    if not _USERNAME.fullmatch(name):
        raise Invalid(
            "用户名为 2 到 40 个字，可用字母、数字、汉字、点、横线和下划线。", field="username"
        )
    return name


def _hashed(password: str, name: str) -> str:
    faults = password_faults(password, name)
    if faults:
        raise Invalid("；".join(faults) + "。", field="password")
    return hash_password(password)
