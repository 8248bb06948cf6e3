"""Emergencies: act first, paper afterwards, and the shift leader knows (domain.md §4.5)."""

from intake.domain.appeal import CaseClass, Urgency
from intake.domain.errors import Incomplete, NotAllowed
from intake.domain.ticket_steps import TicketState
from intake.services.file import file_ticket
from intake.services.register import register
from tests.integration.services.desk import Desk


def test_an_emergency_is_filed_at_once_without_proof(desk: Desk) -> None:
    sheet = desk.received("燃气管道泄漏，味道很大，怕爆炸", uploads=())
    assert sheet.urgency is not Urgency.NORMAL
    form = desk.form(
        description=sheet.text, urgency=Urgency.CRITICAL, case_class=CaseClass.EMERGENCY
    )
    proven = register(desk.room, desk.operator, sheet.number, sheet.version, form)
    with desk.refused(Incomplete):
        file_ticket(desk.room, desk.leader, proven.number, proven.version)
    waived = register(
        desk.room,
        desk.operator,
        proven.number,
        proven.version,
        desk.form(
            description=sheet.text,
            urgency=Urgency.CRITICAL,
            case_class=CaseClass.EMERGENCY,
            emergency_waiver=True,
        ),
    )
    with desk.refused(NotAllowed) as caught:
        file_ticket(desk.room, desk.operator, waived.number, waived.version)
    assert caught.value.details["reasons"] == ["emergency"]
    filed = file_ticket(desk.room, desk.leader, waived.number, waived.version)
    assert filed.state is TicketState.FILED
    case = desk.case(filed.case_id)
    assert case.case_class is CaseClass.EMERGENCY
    assert case.urgency is Urgency.CRITICAL
    desk.check_history()
