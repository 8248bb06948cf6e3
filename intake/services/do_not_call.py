"""Numbers whose owner asked not to be called again (domain.md §5.2)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from intake.domain.errors import Incomplete, NotFound
from intake.domain.people import Action, Actor
from intake.services.call_numbers import CallerNumber, digests_of, read_number
from intake.services.reporters import open_reporter
from intake.services.stepping import find_ticket, for_history
from intake.services.workroom import Workroom
from intake.store.tables import do_not_call
from intake.store.unit import Unit

_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class QuietNumber:
    """One line of the list, masked; ``key`` names it for its removal."""

    key: str
    shown: str
    reason: str
    added_at: datetime


def wants_quiet(room: Workroom, conn: Connection, number: CallerNumber) -> bool:
    """Whether the owner of this number asked not to be called."""
    query = select(do_not_call.c.number_hash).where(
        do_not_call.c.number_hash.in_(digests_of(room, number))
    )
    return conn.execute(query.limit(1)).first() is not None


def keep_quiet(room: Workroom, unit: Unit, actor: Actor, number: CallerNumber, reason: str) -> None:
    """Put a number on the list inside the caller's transaction; twice is once."""
    if number.digest is None or wants_quiet(room, unit.conn, number):
        return
    unit.conn.execute(
        insert(do_not_call).values(
            number_hash=number.digest,
            number_shown=number.shown,
            reason=for_history(reason)[:200],
            added_by=actor.account_id,
            added_at=unit.now,
        )
    )


def stop_calling(room: Workroom, actor: Actor, number: str, reason: str) -> None:
    """The reporter of ticket ``number`` asked not to be called again; raises Incomplete."""
    if not reason.strip():
        raise Incomplete("请写明市民的要求。", fields=["reason"])

    def work(unit: Unit) -> None:
        actor.require(Action.VISIT)
        sheet = find_ticket(unit.conn, number)
        person = open_reporter(room, unit.conn, sheet.id)
        caller = read_number(room, person.phone or person.caller_number)
        if caller.digest is None:
            raise Incomplete("这张受理单没有电话号码。", fields=["number"])
        keep_quiet(room, unit, actor, caller, reason)

    room.database.write(work)


def list_quiet(room: Workroom, actor: Actor) -> list[QuietNumber]:
    """The list, newest first, masked."""
    actor.require(Action.VISIT)
    query = select(do_not_call).order_by(do_not_call.c.added_at.desc()).limit(_MOST_SHOWN)
    with room.database.read() as conn:
        return [
            QuietNumber(row.number_hash.hex(), row.number_shown, row.reason, row.added_at)
            for row in conn.execute(query)
        ]


def call_again(room: Workroom, actor: Actor, key: str) -> None:
    """Take a number off the list; the shift leader's decision. Raises NotFound."""

    def work(unit: Unit) -> None:
        actor.require(Action.DECIDE_VISIT)
        try:
            digest = bytes.fromhex(key)
        except ValueError:
            digest = b""
        removed = unit.conn.execute(delete(do_not_call).where(do_not_call.c.number_hash == digest))
        if removed.rowcount != 1:
            raise NotFound("名单上没有这个号码，请刷新。")

    room.database.write(work)
