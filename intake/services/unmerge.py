"""Take tickets out of a merge when what they were merged into ends without a case."""

from sqlalchemy import select, update

from intake.domain.events import EventType
from intake.domain.people import SYSTEM
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import Step, next_state
from intake.services.stepping import write_fact
from intake.store.records import from_row
from intake.store.tables import ticket, ticket_link
from intake.store.unit import Unit

_UNDONE = "MERGE_UNDONE"


def release_followers(unit: Unit, ended: Ticket) -> None:
    """Give tickets merged into ``ended`` back to the operators, in the caller's transaction.

    A merged ticket follows its target (domain.md §4.2). When one reporter withdraws, or is
    answered or declined, the others have still said what they said: each is owed an own answer,
    and none may read what was written to another.
    """
    links = select(ticket_link.c.ticket_id).where(
        ticket_link.c.kind == "MERGED_INTO", ticket_link.c.other_ticket_id == ended.id
    )
    rows = unit.conn.execute(
        select(ticket).where(ticket.c.id.in_(links)).order_by(ticket.c.id).with_for_update()
    ).mappings()
    for follower in [from_row(Ticket, row) for row in rows]:
        if follower.state.terminal:
            continue
        write_fact(
            unit,
            SYSTEM,
            follower,
            EventType.TICKET_UNMERGED,
            data={"from": ended.number},
            state=next_state(follower.state, Step.UNMERGE),
        )
    unit.conn.execute(
        update(ticket_link)
        .where(ticket_link.c.kind == "MERGED_INTO", ticket_link.c.other_ticket_id == ended.id)
        .values(kind=_UNDONE)
    )
