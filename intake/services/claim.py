"""Claim a ticket, let it go, and show who else is looking (decision 6: no locks on screens)."""

from datetime import timedelta

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from intake.domain.errors import NotAllowed, WrongState
from intake.domain.events import EventType
from intake.domain.people import Action, Actor, Role
from intake.domain.ticket import Ticket
from intake.services.stepping import find_ticket, write_fact
from intake.services.workroom import Workroom
from intake.store.tables import account, presence
from intake.store.unit import Unit

PRESENT_FOR = timedelta(seconds=40)
"""A page tells that it is open every 15 seconds; after this it counts as left."""


def claim(room: Workroom, actor: Actor, number: str) -> Ticket:
    """Take the ticket; nobody else is locked out, but the list shows whose it is.

    Raises WrongState when a colleague holds it; the shift leader may take it over.
    """

    def work(unit: Unit) -> Ticket:
        actor.require(Action.REGISTER)
        if actor.account_id is None:
            raise NotAllowed("只有个人账号可以领取受理单。")
        before = find_ticket(unit.conn, number)
        if before.claimed_by == actor.account_id:
            return before
        if before.claimed_by is not None and actor.role is not Role.SHIFT_LEADER:
            raise WrongState("这张受理单已由同事领取。", claimed_by=before.claimed_by)
        return write_fact(
            unit,
            actor,
            before,
            EventType.TICKET_CLAIMED,
            bump=False,
            claimed_by=actor.account_id,
            claimed_at=unit.now,
        )

    return room.database.write(work)


def release(room: Workroom, actor: Actor, number: str) -> Ticket:
    """Give a claimed ticket back to all."""

    def work(unit: Unit) -> Ticket:
        actor.require(Action.REGISTER)
        before = find_ticket(unit.conn, number)
        if before.claimed_by is None:
            return before
        if before.claimed_by != actor.account_id and actor.role is not Role.SHIFT_LEADER:
            raise NotAllowed("只能放回自己领取的受理单。")
        return write_fact(
            unit,
            actor,
            before,
            EventType.TICKET_RELEASED,
            bump=False,
            claimed_by=None,
            claimed_at=None,
        )

    return room.database.write(work)


def be_present(room: Workroom, actor: Actor, key: int) -> None:
    """Say that this person has the ticket open now; two pages of one person count once."""
    actor.require(Action.READ_TICKETS)
    if actor.account_id is None:
        return

    def work(unit: Unit) -> None:
        insert = sqlite_insert if unit.conn.dialect.name == "sqlite" else postgresql_insert
        statement = insert(presence).values(
            account_id=actor.account_id, ticket_id=key, seen_at=unit.now
        )
        unit.conn.execute(
            statement.on_conflict_do_update(
                index_elements=[presence.c.account_id, presence.c.ticket_id],
                set_={"seen_at": statement.excluded.seen_at},
            )
        )

    room.database.write(work)


def who_is_present(room: Workroom, conn: Connection, key: int, besides: int | None) -> list[str]:
    """Names of the others who have the ticket open."""
    since = room.clock() - PRESENT_FOR
    rows = conn.execute(
        select(account.c.display_name)
        .select_from(presence.join(account, account.c.id == presence.c.account_id))
        .where(
            presence.c.ticket_id == key,
            presence.c.seen_at >= since,
            presence.c.account_id.is_distinct_from(besides),
        )
        .order_by(account.c.display_name)
    ).scalars()
    return list(rows)
