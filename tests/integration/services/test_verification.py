"""Verification before filing (核实, R135): who looks, what he found, and what follows."""

from datetime import timedelta

from sqlalchemy import select

from intake.domain.errors import Incomplete, Invalid, NotAllowed, NotFound, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.ticket_steps import TicketState
from intake.services.answer import answer
from intake.services.checklist import filing_facts
from intake.services.file import file_ticket
from intake.services.register import register
from intake.services.verify import answer_verification, send_verification
from intake.store.tables import verification
from tests.integration.services.desk import IN_AREA, PHONE, Desk

LON, LAT = IN_AREA


def _sent(desk: Desk) -> tuple[str, Actor]:
    """A ticket that is being looked at, and the collector of its duty grid."""
    sheet = desk.registered()
    sent = send_verification(desk.room, desk.operator, sheet.number, sheet.version, "垃圾是否还在")
    assert sent.state is TicketState.VERIFYING
    with desk.room.database.read() as conn:
        name = conn.execute(
            select(verification.c.collector).where(verification.c.ticket_id == sheet.id)
        ).scalar_one()
    return sheet.number, desk.collectors[name]


def test_the_collector_of_the_duty_grid_is_sent(desk: Desk) -> None:
    number, collector = _sent(desk)
    sheet = desk.ticket(number)
    assert collector.role is Role.COLLECTOR
    assert sheet.respond_by is not None
    limit = timedelta(minutes=desk.room.settings.verification_minutes)
    assert timedelta() < sheet.respond_by - desk.room.clock() <= limit
    with desk.room.database.read() as conn:
        task = conn.execute(select(verification)).mappings().one()
    assert task["due_at"] == sheet.respond_by
    assert task["duty_grid"]
    assert task["sent_by"] == desk.operator.account_id


def test_found_leads_to_filing_without_a_photo_of_the_citizen(desk: Desk) -> None:
    sheet = desk.received(uploads=())
    sheet = register(
        desk.room, desk.operator, sheet.number, sheet.version, desk.form(anonymous=True)
    )
    with desk.refused(NotAllowed):
        file_ticket(desk.room, desk.operator, sheet.number, sheet.version)
    send_verification(desk.room, desk.operator, sheet.number, sheet.version, "垃圾是否还在")
    found = answer_verification(
        desk.room, desk.operator, sheet.number, True, f"属实，店主电话{PHONE}"
    )
    assert found.state is TicketState.VERIFIED
    kind, told = desk.facts(sheet.number)[-1]
    assert kind == EventType.VERIFICATION_ANSWERED
    assert told["found"] is True
    assert PHONE not in told["remark"]
    filed = file_ticket(desk.room, desk.operator, found.number, found.version)
    assert filed.state is TicketState.FILED
    desk.check_history()


def test_a_finding_holds_after_an_amendment_until_somebody_looks_again(desk: Desk) -> None:
    number, collector = _sent(desk)
    found = answer_verification(desk.room, collector, number, True, "属实", LON, LAT)
    form = desk.form(cause="下雨后更严重")
    amended = register(desk.room, desk.operator, number, found.version, form)
    with desk.room.database.read() as conn:
        assert filing_facts(desk.room, conn, amended).verified
    again = send_verification(desk.room, desk.operator, number, amended.version, "再看一次")
    answer_verification(desk.room, collector, number, False, "已清理", LON, LAT)
    gone = desk.ticket(again.number)
    assert gone.state is TicketState.NOT_FOUND
    with desk.room.database.read() as conn:
        assert not filing_facts(desk.room, conn, gone).verified
    told = answer(desk.room, desk.operator, number, gone.version, "经现场查看，垃圾已清理。")
    assert told.state is TicketState.ANSWERED


def test_what_the_answer_of_a_collector_must_carry(desk: Desk) -> None:
    number, collector = _sent(desk)
    with desk.refused(Incomplete):
        answer_verification(desk.room, collector, number, True, "", LON, LAT)
    with desk.refused(Incomplete):
        answer_verification(desk.room, collector, number, True, "属实")
    with desk.refused(Invalid):
        answer_verification(desk.room, collector, number, True, "属实", LON)
    with desk.refused(Invalid):
        answer_verification(desk.room, collector, number, True, "属实", 116.4, 39.9)
    done = answer_verification(desk.room, collector, number, True, "属实", LON, LAT)
    assert done.state is TicketState.VERIFIED
    with desk.refused(WrongState):
        answer_verification(desk.room, collector, number, True, "属实", LON, LAT)


def test_a_collector_answers_his_own_task(desk: Desk) -> None:
    number, collector = _sent(desk)
    other = next(who for who in desk.collectors.values() if who != collector)
    with desk.refused(NotAllowed):
        answer_verification(desk.room, other, number, True, "属实", LON, LAT)
    with desk.refused(NotAllowed):
        answer_verification(desk.room, desk.dispatcher, number, True, "属实", LON, LAT)
    machine = Actor(Role.COLLECTOR, "城管通")
    done = answer_verification(desk.room, machine, number, True, "属实", LON, LAT)
    assert done.state is TicketState.VERIFIED


def test_what_cannot_be_sent(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(lon=None, lat=None))
    with desk.refused(Incomplete):
        send_verification(desk.room, desk.operator, sheet.number, sheet.version, " ")
    with desk.refused(Incomplete):
        send_verification(desk.room, desk.operator, sheet.number, sheet.version, "去看看")
    for nobody in ("op1", "cj99"):
        with desk.refused(Invalid):
            send_verification(
                desk.room, desk.operator, sheet.number, sheet.version, "去看看", nobody
            )
    sent = send_verification(
        desk.room, desk.operator, sheet.number, sheet.version, "去看看", "cj02"
    )
    assert sent.state is TicketState.VERIFYING


def test_without_a_task_there_is_nothing_to_answer(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(WrongState):
        answer_verification(desk.room, desk.operator, sheet.number, True, "属实")
    with desk.refused(NotFound):
        answer_verification(desk.room, desk.operator, "SL2026010199999", True, "属实")
