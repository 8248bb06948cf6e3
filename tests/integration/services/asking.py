"""Return calls in tests: what is said, when it is, who sits where, and what the books hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from intake.domain.agent import Device
from intake.domain.appeal import AppealType
from intake.domain.call import CallOutcome, Direction, LinkState, Purpose
from intake.domain.case_steps import CaseStep
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.agent_calls import agent_reachable
from intake.services.agents import make_ready, sign_in_agent
from intake.services.callbacks import settle_call
from intake.services.file import file_ticket
from intake.services.visit import VisitRecord
from intake.store.tables import dial_attempt, pbx, return_task, visit
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import Telephone

TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning in the county, a working day."""

HAPPY = VisitRecord(
    outcome=VisitOutcome.ANSWERED,
    contacted=True,
    solved=Solved.SOLVED,
    service=Satisfaction.VERY_SATISFIED,
    handling=Satisfaction.SATISFIED,
)
UNHAPPY = replace(
    HAPPY, solved=Solved.UNSOLVED, handling=Satisfaction.DISSATISFIED, reason="处理不彻底"
)
NOBODY = VisitRecord(outcome=VisitOutcome.NO_ANSWER)


def sits(desk: Desk, who: Actor, extension: str) -> None:
    """Signed in, the telephone answers, ready for calls."""
    sign_in_agent(desk.room, who, extension, Device.PHONE)
    desk.room.database.write(lambda unit: agent_reachable(unit, extension, True))
    make_ready(desk.room, who)


def at(desk: Desk, moment: datetime) -> None:
    desk.room.clock = lambda: moment


def tasks(desk: Desk, **wanted: Any) -> list[Any]:
    query = select(return_task).order_by(return_task.c.id)
    for name, value in wanted.items():
        query = query.where(return_task.c[name] == value)
    with desk.room.database.read() as conn:
        return list(conn.execute(query))


def visits(desk: Desk) -> list[tuple[str, datetime]]:
    with desk.room.database.read() as conn:
        rows = conn.execute(select(visit.c.outcome, visit.c.at).order_by(visit.c.id))
        return [(row.outcome, row.at) for row in rows]


def attempts(desk: Desk) -> list[Any]:
    with desk.room.database.read() as conn:
        return list(conn.execute(select(dial_attempt).order_by(dial_attempt.c.planned_at)))


def over(telephone: Telephone, attempt: str, outcome: CallOutcome) -> None:
    """The call of a dial has ended, and the books say so."""
    now = telephone.room.clock()
    call_id = telephone.comes(
        PHONE,
        direction=Direction.OUT.value,
        purpose=Purpose.RETURN.value,
        attempt_id=attempt,
        started_at=now,
        answered_at=now if outcome is CallOutcome.OUT_ANSWERED else None,
        ended_at=now,
        outcome=outcome.value,
    )
    telephone.room.database.write(lambda unit: settle_call(telephone.room, unit, call_id))


def confidential(desk: Desk) -> Ticket:
    """A checked ticket of somebody who reported somebody else."""
    sheet = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    filed = file_ticket(desk.room, desk.leader, sheet.number, sheet.version, "同意")
    case = desk.case(filed.case_id)
    for step in (CaseStep.DISPATCHED, CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    return desk.ticket(sheet.number)


def no_link(telephone: Telephone) -> None:
    telephone.link(LinkState.CONNECTING)


def somebody_waits(telephone: Telephone) -> None:
    row = [{"linkedid": "1.1", "since": TUESDAY.isoformat()}]
    telephone.room.database.write(lambda unit: unit.conn.execute(pbx.update().values(waiting=row)))


def noon(telephone: Telephone) -> None:
    telephone.room.clock = lambda: TUESDAY + timedelta(hours=3)


def weekend(telephone: Telephone) -> None:
    telephone.room.clock = lambda: TUESDAY + timedelta(days=4)
