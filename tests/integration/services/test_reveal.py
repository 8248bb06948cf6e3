"""Who sees a reporter's data, and the trace it leaves (decision 13, domain.md §4.8)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from intake.domain.appeal import AppealType
from intake.domain.errors import Incomplete, NotAllowed, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import Actor, Role
from intake.domain.submission import ReporterDetails
from intake.services.claim import be_present, claim, release, who_is_present
from intake.services.register import register
from intake.services.reporters import reveal
from intake.services.ticket_list import ListQuery, list_tickets
from intake.services.ticket_view import view_ticket
from intake.services.void import void
from intake.store.tables import contact, event, reporter
from tests.integration.services.desk import PHONE, Desk

PERSON = ReporterDetails("张小明", PHONE, "zhang@example.com", "幸福村3组12号", PHONE)


def test_operators_see_their_own_and_leave_a_trace(desk: Desk) -> None:
    sheet = desk.registered()
    person = reveal(desk.room, desk.operator, sheet.number, "")
    assert (person.name, person.phone) == ("张小明", PHONE)
    assert desk.facts(sheet.number)[-1] == (EventType.REPORTER_REVEALED, {"reason": ""})
    after = desk.ticket(sheet.number)
    assert after.version == sheet.version, "whoever has the page open loses nothing by it"
    register(desk.room, desk.colleague, sheet.number, sheet.version, desk.form(cause="别的"))
    desk.check_history()


def test_operators_do_not_see_what_others_hold(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(NotAllowed):
        reveal(desk.room, desk.colleague, sheet.number, "想看看")
    claim(desk.room, desk.colleague, sheet.number)
    assert reveal(desk.room, desk.colleague, sheet.number, "").phone == PHONE


def test_operators_do_not_see_what_is_ended(desk: Desk) -> None:
    sheet = desk.registered()
    void(desk.room, desk.leader, sheet.number, sheet.version, "误录")
    with desk.refused(NotAllowed):
        reveal(desk.room, desk.operator, sheet.number, "复核")


def test_a_token_without_a_person_owns_nothing(desk: Desk) -> None:
    sheet = desk.received()
    assert sheet.registered_by is None
    with desk.refused(NotAllowed):
        reveal(desk.room, replace(desk.operator, account_id=None), sheet.number, "核对")


def test_what_is_confidential_needs_a_reason_from_everybody(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    for actor in (desk.operator, desk.leader, desk.mayor):
        with desk.refused(Incomplete):
            reveal(desk.room, actor, sheet.number, " ")
        assert reveal(desk.room, actor, sheet.number, f"回拨{PHONE}核对").phone == PHONE
        assert desk.facts(sheet.number)[-1] == (
            EventType.REPORTER_REVEALED,
            {"reason": "回拨[电话]核对"},
        )


@pytest.mark.parametrize(
    "role", [Role.DISPATCHER, Role.COLLECTOR, Role.DEPARTMENT_USER, Role.AUDITOR, Role.SYSADMIN]
)
def test_others_never(desk: Desk, role: Role) -> None:
    sheet = desk.registered()
    with desk.refused(NotAllowed):
        reveal(desk.room, Actor(role, "某人", 700), sheet.number, "想看看")


def test_screens_show_it_masked_and_stores_hold_it_sealed(desk: Desk) -> None:
    sheet = desk.received(reporter=PERSON, raw=f"张小明 {PHONE}".encode())
    view = view_ticket(desk.room, desk.operator, sheet.number)
    shown = repr(view.reporter) + repr(list_tickets(desk.room, desk.operator, ListQuery()))
    assert view.reporter.phone == "138****0000"
    assert view.reporter.name == "张**"
    for secret in (PERSON.name, PERSON.phone, PERSON.email, PERSON.address):
        assert secret not in shown
    with desk.room.database.read() as conn:
        kept = [*conn.execute(select(reporter)).one(), *conn.execute(select(contact.c.raw)).one()]
        told = str(conn.execute(select(event.c.data)).all())
    for secret in (PERSON.name, PERSON.phone, PERSON.email, PERSON.address):
        assert not any(secret.encode() in value for value in kept if isinstance(value, bytes))
        assert secret not in told


def test_who_reported_in_confidence_is_not_even_masked_for_others(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    auditor = Actor(Role.AUDITOR, "审计", 700)
    assert view_ticket(desk.room, auditor, sheet.number).reporter.phone == ""
    assert view_ticket(desk.room, desk.colleague, sheet.number).reporter.phone == "138****0000"


def test_the_dispatcher_reads_what_became_a_case(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.refused(NotAllowed):
        view_ticket(desk.room, desk.dispatcher, sheet.number)
    filed = desk.filed()
    assert view_ticket(desk.room, desk.dispatcher, filed.number).case is not None


def test_claiming_shows_whose_it_is_and_locks_nobody_out(desk: Desk) -> None:
    sheet = desk.received()
    mine = claim(desk.room, desk.operator, sheet.number)
    assert mine.version == sheet.version
    assert claim(desk.room, desk.operator, sheet.number) == mine
    with desk.refused(WrongState):
        claim(desk.room, desk.colleague, sheet.number)
    with desk.refused(NotAllowed):
        release(desk.room, desk.colleague, sheet.number)
    with desk.refused(NotAllowed):
        claim(desk.room, replace(desk.operator, account_id=None), sheet.number)
    taken = claim(desk.room, desk.leader, sheet.number)
    assert taken.claimed_by == desk.leader.account_id
    done = register(desk.room, desk.colleague, sheet.number, sheet.version, desk.form())
    assert release(desk.room, desk.leader, done.number).claimed_by is None
    with pytest.raises(StaleVersion):
        register(desk.room, desk.colleague, sheet.number, sheet.version, desk.form())
    desk.check_history()


def test_presence_of_two_pages_of_one_person_counts_once(desk: Desk) -> None:
    sheet = desk.received()
    be_present(desk.room, desk.operator, sheet.id)
    be_present(desk.room, desk.operator, sheet.id)
    be_present(desk.room, replace(desk.operator, account_id=None), sheet.id)
    with desk.room.database.read() as conn:
        mine = desk.operator.account_id
        assert who_is_present(desk.room, conn, sheet.id, None) == [desk.operator.name]
        assert who_is_present(desk.room, conn, sheet.id, mine) == []
