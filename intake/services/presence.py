"""Who looks at a ticket now, told and asked in one call (decision 6)."""

from intake.domain.people import Action, Actor
from intake.services.claim import be_present, who_is_present
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom


def look_in(room: Workroom, actor: Actor, number: str) -> list[str]:
    """Say that this person has the ticket open; returns the names of the others who do."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        key = find_ticket(conn, number, lock=False).id
    be_present(room, actor, key)
    with room.database.read() as conn:
        return who_is_present(room, conn, key, actor.account_id)
