"""The history cannot be corrected later: what people write never carries a person into it."""

import json

from sqlalchemy import select

from intake.domain.appeal import AppealType
from intake.domain.case_steps import CaseStep
from intake.domain.events import EventType
from intake.domain.people import CITIZEN
from intake.domain.submission import ReporterDetails
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.answer import answer
from intake.services.ask import ask_info, give_up, withdraw
from intake.services.file import file_by_instruction, file_ticket
from intake.services.merge import merge, split
from intake.services.register import register
from intake.services.reporters import reveal
from intake.services.submit import refuse_filing, return_for_correction, submit_for_filing
from intake.services.supplement import add_supplement
from intake.services.verify import answer_verification, send_verification
from intake.services.visit import VisitRecord, record_visit
from intake.services.void import void
from intake.store.tables import event, outbox
from tests.integration.services.desk import PHONE, Desk

SAID = f"本人电话{PHONE}，邮箱 zhang@example.com"
TOLD_TO_THE_CITIZEN = {"text", "questions"}


def _live_through_everything(desk: Desk) -> None:
    room, operator, leader = desk.room, desk.operator, desk.leader
    sheet = desk.received(SAID, reporter=ReporterDetails("张小明", PHONE, address="幸福村3组12号"))
    form = desk.form(
        description=SAID,
        cause=SAID,
        occurred=SAID,
        address=SAID,
        landmark=SAID,
        absence_reason=SAID,
    )
    sheet = register(room, operator, sheet.number, sheet.version, form)
    reveal(room, leader, sheet.number, SAID)
    sheet = send_verification(room, operator, sheet.number, sheet.version, SAID)
    sheet = answer_verification(room, operator, sheet.number, True, SAID)
    split(room, operator, sheet.number, sheet.version, [SAID])
    add_supplement(room, CITIZEN, sheet.number, SAID)
    sheet = desk.ticket(sheet.number)
    sheet = submit_for_filing(room, operator, sheet.number, sheet.version, SAID)
    sheet = return_for_correction(room, leader, sheet.number, sheet.version, SAID)
    sheet = register(room, operator, sheet.number, sheet.version, desk.form(cause="改过"))
    sheet = submit_for_filing(room, operator, sheet.number, sheet.version)
    sheet = file_ticket(room, leader, sheet.number, sheet.version, SAID, SAID)
    case = desk.case(sheet.case_id)
    other = desk.registered()
    merge(room, leader, other.number, other.version, case.number, [SAID])
    case = desk.report(case, CaseStep.DISPATCHED, opinion=SAID)
    case = desk.report(case, CaseStep.HANDLED, result=SAID)
    case = desk.report(case, CaseStep.CHECK_PASSED, opinion=SAID)
    sheet = desk.ticket(sheet.number)
    unhappy = VisitRecord(
        outcome=VisitOutcome.ANSWERED,
        solved=Solved.UNSOLVED,
        handling=Satisfaction.DISSATISFIED,
        reason=SAID,
        remark=SAID,
    )
    record_visit(room, operator, sheet.number, sheet.version, unhappy)
    desk.report(case, CaseStep.CLOSED, leader, opinion=SAID)
    by_order = desk.registered()
    file_by_instruction(room, leader, by_order.number, by_order.version, SAID, SAID)
    asked = desk.registered()
    asked = ask_info(room, operator, asked.number, asked.version, SAID)
    give_up(room, operator, asked.number, asked.version, SAID)
    refused = desk.submitted()
    refuse_filing(room, leader, refused.number, refused.version, SAID)
    question = desk.registered(form=desk.form(appeal=AppealType.CONSULT))
    answer(room, operator, question.number, question.version, SAID)
    withdraw(room, desk.received().number, SAID)
    mistaken = desk.received()
    void(room, leader, mistaken.number, mistaken.version, SAID)


def test_no_fact_and_no_job_carries_a_person(desk: Desk) -> None:
    _live_through_everything(desk)
    with desk.room.database.read() as conn:
        facts = conn.execute(select(event.c.type, event.c.data)).all()
        jobs = conn.execute(select(outbox.c.key, outbox.c.payload)).all()
    assert {row.type for row in facts} >= {
        EventType.CASE_ADVANCED,
        EventType.FILING_REFUSED,
        EventType.INFO_GIVEN_UP,
        EventType.TICKET_VOIDED,
        EventType.TICKET_WITHDRAWN,
        EventType.VISIT_RECORDED,
    }
    for kind, data in facts:
        inner = {name: value for name, value in data.items() if name not in TOLD_TO_THE_CITIZEN}
        kept = json.dumps(inner, ensure_ascii=False)
        for secret in (PHONE, "zhang@example.com", "张小明", "幸福村3组12号"):
            assert secret not in kept, kind
    assert PHONE not in str(jobs)
    desk.check_history()
