"""What the citizen says about the result by himself: a button, a link, a reply (domain.md §5.2).

The same words and outcomes as on the telephone. Whoever presses twice has answered once; a reason
given afterwards is a further row, nothing said is changed.
"""

from dataclasses import replace

from sqlalchemy import Connection, select

from intake.domain.errors import WrongState
from intake.domain.people import CITIZEN
from intake.domain.return_visit import unhappy
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.returns import task_to_answer
from intake.services.stepping import find_ticket
from intake.services.visit import VisitRecord, follow, write_visit
from intake.services.workroom import Workroom
from intake.store.tables import return_task, visit
from intake.store.unit import Unit

_UNSAID = "市民未说明原因"
_OVER = "这件事已经办结，您有新的情况可以再次反映。"


def answer_result(
    room: Workroom,
    number: str,
    solved: Solved,
    handling: Satisfaction = Satisfaction.NOT_GIVEN,
    reason: str = "",
) -> bool:
    """Write the citizen's answer down; False when he had answered before.

    Whoever calls has made sure that it is the reporter (his chat, a link with proof, number and
    query code). Raises WrongState when nothing is asked any more.
    """
    return room.database.write(
        lambda unit: write_answer(room, unit, number, solved, handling, reason)
    )


def write_answer(
    room: Workroom,
    unit: Unit,
    number: str,
    solved: Solved,
    handling: Satisfaction = Satisfaction.NOT_GIVEN,
    reason: str = "",
) -> bool:
    """The same inside the caller's transaction."""
    record = VisitRecord(
        outcome=VisitOutcome.ANSWERED, solved=solved, handling=handling, reason=reason.strip()
    )
    if unhappy(solved, handling) and not record.reason:
        record = replace(record, reason=_UNSAID)
    sheet = find_ticket(unit.conn, number)
    if sheet.state is not TicketState.AWAITING_VISIT:
        raise WrongState(_OVER)
    if not may_answer(unit.conn, sheet):
        return False
    _, key = write_visit(room, unit, CITIZEN, sheet, record)
    task = task_to_answer(unit.conn, sheet.id)
    if task is not None:
        follow(room, unit, task, key, record)
    return True


def explain_result(room: Workroom, number: str, reason: str) -> bool:
    """Add why to an answer that gave no reason; False when there is nothing to add to."""
    return room.database.write(lambda unit: write_reason(room, unit, number, reason))


def write_reason(room: Workroom, unit: Unit, number: str, reason: str) -> bool:
    """The same inside the caller's transaction."""
    said = reason.strip()
    sheet = find_ticket(unit.conn, number)
    query = (
        select(visit)
        .where(visit.c.ticket_id == sheet.id, visit.c.by_account.is_(None))
        .where(visit.c.outcome == VisitOutcome.ANSWERED.value)
        .order_by(visit.c.id.desc())
        .limit(1)
    )
    last = unit.conn.execute(query).first()
    if not said or last is None or last.reason != _UNSAID:
        return False
    record = VisitRecord(
        outcome=VisitOutcome.ANSWERED,
        solved=Solved(last.solved),
        handling=Satisfaction(last.handling),
        reason=said,
    )
    write_visit(room, unit, CITIZEN, sheet, record)
    return True


def may_answer(conn: Connection, sheet: Ticket) -> bool:
    """Whether the citizen is being asked and has not answered himself in this round."""
    if sheet.state is not TicketState.AWAITING_VISIT:
        return False
    open_task = select(return_task.c.id).where(
        return_task.c.ticket_id == sheet.id, return_task.c.done_at.is_(None)
    )
    if conn.execute(open_task.limit(1)).first() is not None:
        return True
    query = select(visit.c.id).where(
        visit.c.ticket_id == sheet.id, visit.c.outcome == VisitOutcome.ANSWERED.value
    )
    return conn.execute(query.limit(1)).first() is None
