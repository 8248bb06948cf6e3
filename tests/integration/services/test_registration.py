"""What an operator makes of a report, and what is refused of it."""

from math import inf, nan
from typing import Any

import pytest
from sqlalchemy import insert, select

from intake.domain.appeal import AppealType
from intake.domain.category import CategoryKind
from intake.domain.errors import Incomplete, Invalid, NotAllowed, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.people import CITIZEN, SYSTEM
from intake.domain.submission import ReporterDetails
from intake.domain.ticket_steps import TicketState
from intake.services.checklist import filing_facts
from intake.services.register import register
from intake.services.reporters import open_reporter
from intake.services.suggest import suggest_received
from intake.store.tables import category, suggestion, ticket
from tests.integration.services.desk import PHONE, Desk


def test_registering_carries_everything(desk: Desk) -> None:
    sheet = desk.received()
    assert sheet.respond_by is not None
    done = register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
    assert done == desk.ticket(sheet.number)
    assert done.state is TicketState.REGISTERED
    assert done.version == 2
    assert done.registered_by == desk.operator.account_id
    assert done.registered_at is not None
    assert done.respond_by is None, "registering was in time or not; the clock has stopped"
    assert done.in_area
    assert len(done.unit_grid_code) in {14, 15}
    assert done.unit_grid_code.startswith("999999")
    assert done.category is not None
    assert done.category.edition == desk.room.settings.edition
    kind, told = desk.facts(sheet.number)[-1]
    assert kind == EventType.TICKET_REGISTERED
    assert "description" not in told
    assert "address" in told["changed"]


def test_amending_keeps_who_registered(desk: Desk) -> None:
    sheet = desk.registered()
    again = register(
        desk.room, desk.colleague, sheet.number, sheet.version, desk.form(cause="下雨后更严重")
    )
    assert again.registered_by == desk.operator.account_id
    assert again.registered_at == sheet.registered_at
    assert desk.facts(sheet.number)[-1] == (EventType.TICKET_AMENDED, {"changed": ["cause"]})


@pytest.mark.parametrize(
    ("changes", "kind", "field"),
    [
        ({"description": "  "}, Incomplete, "description"),
        ({"category": "E99999"}, Invalid, "category"),
        ({"category": "垃圾"}, Invalid, "category"),
        ({"condition_id": 999_999}, Invalid, "condition_id"),
        ({"lon": None}, Invalid, "lon"),
        ({"lat": None}, Invalid, "lon"),
        ({"lon": 116.4, "lat": 39.9}, Invalid, "lon"),
        ({"lon": 33.2, "lat": 113.6}, Invalid, "lon"),
        ({"lon": nan}, Invalid, "lon"),
        ({"lat": inf}, Invalid, "lon"),
    ],
)
def test_what_is_refused(
    desk: Desk, changes: dict[str, Any], kind: type[Invalid | Incomplete], field: str
) -> None:
    sheet = desk.received()
    with desk.refused(kind) as caught:
        register(desk.room, desk.operator, sheet.number, sheet.version, desk.form(**changes))
    told = caught.value.details
    assert field in (told.get("field"), *told.get("fields", []))


def test_a_category_of_another_edition_is_refused(desk: Desk) -> None:
    edition = desk.room.settings.edition
    with desk.room.database.read() as conn:
        rows = conn.execute(select(category.c.kind, category.c.code, category.c.edition)).all()
    mine = {(row.kind, row.code) for row in rows if row.edition == edition}
    kind, code = next((row.kind, row.code) for row in rows if (row.kind, row.code) not in mine)
    sheet = desk.received()
    with desk.refused(Invalid):
        register(
            desk.room,
            desk.operator,
            sheet.number,
            sheet.version,
            desk.form(category=f"{CategoryKind(kind).letter}{code}", condition_id=None),
        )


def test_a_condition_of_another_category_is_refused(desk: Desk) -> None:
    sheet = desk.received()
    other = desk.condition("E09006")
    with desk.refused(Invalid):
        register(
            desk.room, desk.operator, sheet.number, sheet.version, desk.form(condition_id=other)
        )


def test_a_report_of_a_violation_is_confidential_unless_a_person_decides_else(desk: Desk) -> None:
    by_default = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    assert by_default.confidential
    decided = desk.registered(form=desk.form(appeal=AppealType.REPORT, confidential=False))
    assert not decided.confidential
    assert not desk.registered().confidential


def test_a_citizens_wish_for_confidence_outlives_registration(desk: Desk) -> None:
    sheet = desk.received(confidential=True)
    done = register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
    assert done.confidential
    lifted = register(
        desk.room, desk.operator, done.number, done.version, desk.form(confidential=False)
    )
    assert not lifted.confidential
    assert desk.facts(sheet.number)[-1][1] == {"changed": ["confidential"], "confidential": False}


def test_a_contact_or_anonymous(desk: Desk) -> None:
    sheet = desk.received(reporter=ReporterDetails())
    with desk.refused(Incomplete) as caught:
        register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
    assert caught.value.details["fields"] == ["phone"]
    person = ReporterDetails(name="李四", phone=PHONE)
    known = register(
        desk.room, desk.operator, sheet.number, sheet.version, desk.form(reporter=person)
    )
    with desk.room.database.read() as conn:
        assert open_reporter(desk.room, conn, known.id) == person
    assert "李四" not in str(desk.facts(sheet.number))
    other = desk.received(reporter=ReporterDetails())
    nameless = register(
        desk.room, desk.operator, other.number, other.version, desk.form(anonymous=True)
    )
    assert not nameless.needs_reply


def test_who_may_and_when(desk: Desk) -> None:
    sheet = desk.received()
    for actor in (desk.dispatcher, desk.collectors["cj01"], desk.mayor, CITIZEN, SYSTEM):
        with desk.refused(NotAllowed):
            register(desk.room, actor, sheet.number, sheet.version, desk.form(description=""))
    for version in (sheet.version + 1, 0, -(2**70), 2**70):
        with desk.refused(StaleVersion):
            register(desk.room, desk.operator, sheet.number, version, desk.form())
    filed = desk.filed()
    with desk.refused(WrongState):
        register(desk.room, desk.operator, filed.number, filed.version, desk.form())


def test_the_choice_is_kept_beside_the_suggestion(desk: Desk) -> None:
    sheet = desk.received()
    other = desk.received()
    jobs = desk.jobs("ticket.received")
    suggest_received(desk.room, jobs[sheet.id], sheet.id)
    suggest_received(desk.room, jobs[other.id], other.id)
    register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
    changed = desk.form(category="E09006", condition_id=None)
    register(desk.room, desk.operator, other.number, other.version, changed)
    with desk.room.database.read() as conn:
        rows = conn.execute(
            select(suggestion.c.chosen, suggestion.c.chosen_rank, suggestion.c.chosen_by).order_by(
                suggestion.c.ticket_id
            )
        ).all()
    me = desk.operator.account_id
    assert [tuple(row) for row in rows] == [("E06010", 1, me), ("E09006", None, me)]


def test_duplicates_are_of_the_same_kind_edition_and_place(desk: Desk) -> None:
    sheet = desk.registered()
    desk.registered()
    elsewhere = (113.603, 33.203)
    desk.registered(form=desk.form(lon=elsewhere[0], lat=elsewhere[1]))
    other = desk.condition("E09006")
    desk.registered(form=desk.form(category="E09006", condition_id=other))
    with desk.room.database.read() as conn:
        assert filing_facts(desk.room, conn, sheet).open_duplicates == 1


def test_the_same_code_of_an_older_edition_is_no_duplicate(desk: Desk) -> None:
    sheet = desk.registered()
    with desk.room.database.read() as conn:
        row = conn.execute(select(ticket).where(ticket.c.id == sheet.id)).mappings().one()
    older = dict(row) | {"id": sheet.id + 5_000, "category_edition": "GB/T 30428.2-2013"}
    statement = insert(ticket).values(older)
    desk.room.database.write(lambda unit: unit.conn.execute(statement).rowcount)
    with desk.room.database.read() as conn:
        assert filing_facts(desk.room, conn, sheet).open_duplicates == 0
