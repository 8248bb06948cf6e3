"""Who looks at a ticket now, told and asked in one call (decision 6)."""

from dataclasses import dataclass

from intake.domain.people import Action, Actor
from intake.services.claim import be_present, who_is_present
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom


@dataclass(frozen=True, slots=True)
class Glance:
    """Names of the others who have the ticket open, and its version now."""

    others: list[str]
    version: int


def look_in(room: Workroom, actor: Actor, number: str) -> Glance:
    """Say that this person has the ticket open; raises NotAllowed and NotFound."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
    be_present(room, actor, sheet.id)
    with room.database.read() as conn:
        return Glance(who_is_present(room, conn, sheet.id, actor.account_id), sheet.version)
