"""Account rows: load them by name, session or token, and change them with a fact each."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from intake.domain.errors import StaleVersion
from intake.domain.events import GENESIS, EventType, Fact, Subject
from intake.domain.people import Actor, Role
from intake.store.tables import account, api_token, session
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person's account, or a machine's (then without a password). Times are aware UTC."""

    id: int
    username: str
    display_name: str
    role: Role
    unit_code: str
    active: bool
    deputy: bool
    failures: int
    last_failure: datetime | None
    created_at: datetime
    version: int
    head_hash: str
    password_hash: str = field(repr=False)

    @property
    def actor(self) -> Actor:
        return Actor(self.role, self.display_name, self.id)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session row with its account."""

    account: Account
    created_at: datetime
    last_seen: datetime


_COLUMNS = [account.c[name] for name in Account.__dataclass_fields__]


def _of(row: Any) -> Account:
    values = dict(zip(Account.__dataclass_fields__, row, strict=False))
    return Account(**values | {"role": Role(values["role"])})


def find_account(conn: Connection, username: str, *, lock: bool = False) -> Account | None:
    """The account with this exact user name; ``lock`` holds its row on PostgreSQL."""
    query = select(*_COLUMNS).where(account.c.username == username)
    row = conn.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _of(row)


def all_accounts(conn: Connection) -> list[Account]:
    """Every account, by user name."""
    return [_of(row) for row in conn.execute(select(*_COLUMNS).order_by(account.c.username))]


def session_account(conn: Connection, digest: str) -> StoredSession | None:
    """The session behind a cookie's digest."""
    row = conn.execute(
        select(*_COLUMNS, session.c.created_at, session.c.last_seen)
        .join(session, session.c.account_id == account.c.id)
        .where(session.c.token_hash == digest)
    ).first()
    return None if row is None else StoredSession(_of(row), row[-2], row[-1])


def token_account(conn: Connection, digest: str) -> Account | None:
    """The account behind a bearer token's digest, unless the token was revoked."""
    row = conn.execute(
        select(*_COLUMNS)
        .join(api_token, api_token.c.account_id == account.c.id)
        .where(api_token.c.token_hash == digest, api_token.c.revoked_at.is_(None))
    ).first()
    return None if row is None else _of(row)


def add_account(unit: Unit, actor: Actor, **values: Any) -> Account:
    """Insert an account with its first fact. Raises IntegrityError for a name already taken."""
    row = {
        "active": True,
        "deputy": False,
        "failures": 0,
        "last_failure": None,
        "created_at": unit.now,
        "version": 1,
        "head_hash": GENESIS,
    } | values
    key = unit.conn.execute(
        insert(account).values(**row, changed_at=unit.now).returning(account.c.id)
    ).scalar_one()
    fresh = Account(id=key, **row)
    told = {"did": "created", "role": fresh.role.value}
    return change_account(unit, actor, fresh, EventType.ACCOUNT_CHANGED, told, bump=False)


def change_account(
    unit: Unit,
    actor: Actor,
    before: Account,
    kind: EventType,
    data: dict[str, Any],
    *,
    bump: bool = True,
    **changes: Any,
) -> Account:
    """Write changed columns and the fact chained to the account's last one (decision 5).

    Raises StaleVersion when another transaction wrote a fact of this account in between.
    """
    active = changes.get("active", before.active)
    version = before.version + int(bump)
    digest = unit.record(
        Fact.of(
            actor,
            unit.now,
            Subject.ACCOUNT,
            before.id,
            kind,
            from_state="ACTIVE" if before.active else "DISABLED",
            to_state="ACTIVE" if active else "DISABLED",
            version=version,
            data=data,
            prev_hash=before.head_hash,
        )
    )
    written = changes | {"version": version, "head_hash": digest}
    stored = unit.conn.execute(
        update(account)
        .where(account.c.id == before.id, account.c.head_hash == before.head_hash)
        .values(**written, changed_at=unit.now)
    )
    if stored.rowcount != 1:
        raise StaleVersion("这个账号刚被别人修改过，请重试。")
    values = {name: getattr(before, name) for name in Account.__dataclass_fields__}
    return Account(**values | written)
