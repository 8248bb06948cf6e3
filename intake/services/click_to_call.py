"""Call the reporter of a ticket: the number comes from the ticket, never from the screen.

Whoever may see the reporter may call them; who asked not to be called is not. Toll fraud needs a
free number field, and there is none (domain.md §8.2).
"""

from dataclasses import dataclass

from intake.domain.call import Purpose
from intake.domain.errors import Incomplete, WrongState
from intake.domain.events import EventType
from intake.domain.people import Action, Actor
from intake.services.call_numbers import read_number
from intake.services.do_not_call import wants_quiet
from intake.services.reporters import open_reporter, require_reveal
from intake.services.return_attempts import Dial, begin_attempt, once, require_line
from intake.services.stepping import find_ticket, for_history, write_fact
from intake.services.workroom import Workroom
from intake.store.unit import Unit


@dataclass(frozen=True, slots=True)
class Dialled:
    """The attempt on its way; the agent's own telephone rings first."""

    attempt: str
    number_shown: str


def dial_ticket(room: Workroom, actor: Actor, number: str, reason: str) -> Dialled:
    """Ring the operator, then the reporter of the ticket.

    Raises NotAllowed for colleagues' tickets, Incomplete without a reason or a number, WrongState
    for a person who asked for quiet and for an operator who cannot talk now.
    """
    actor.require(Action.CALL)
    why = for_history(reason)[:200]
    if not why:
        raise Incomplete("请写明拨打的事由。", fields=["reason"])
    shown: list[str] = []

    def work(unit: Unit) -> str:
        sheet = find_ticket(unit.conn, number)
        require_reveal(actor, sheet, why)
        person = open_reporter(room, unit.conn, sheet.id)
        caller = read_number(room, person.phone or person.caller_number)
        if not caller.reachable:
            raise Incomplete("这张受理单没有可以拨打的电话。", fields=["number"])
        if wants_quiet(room, unit.conn, caller):
            raise WrongState("市民要求不再致电，请用其他方式联系。")
        extension = require_line(room, unit.conn, actor)
        dial = Dial(caller, Purpose.CLICK, ticket=sheet.id)
        attempt = begin_attempt(room, unit, actor, dial, extension)
        told = {"reason": why, "attempt": attempt}
        write_fact(unit, actor, sheet, EventType.TICKET_DIALLED, data=told, bump=False)
        shown[:] = [caller.shown]
        return attempt

    return Dialled(once(room, work), shown[0])
