"""The screen pop, the notes typed during a call, and what comes of the call."""

from datetime import timedelta

import pytest
from sqlalchemy import event as happening
from sqlalchemy import func, select, update

from intake.domain.agent import Device
from intake.domain.call import Direction, Purpose
from intake.domain.call_control import NoTicket
from intake.domain.contact import Outcome, Source
from intake.domain.errors import Incomplete, NotAllowed, NotFound, StaleVersion, WrongState
from intake.domain.events import EventType
from intake.domain.numbers import county_day
from intake.domain.ticket_steps import TicketState
from intake.services.agents import make_ready, sign_in_agent
from intake.services.audit import verify
from intake.services.balance import balance
from intake.services.call_list import CallsAsked, list_calls
from intake.services.call_notes import open_notes, save_note
from intake.services.call_numbers import NumberKind
from intake.services.call_retention import forget_callers
from intake.services.call_ticket import link_ticket, make_ticket, no_ticket
from intake.services.callers import (
    end_nuisance,
    list_as_nuisance,
    list_nuisance,
    mark_elder,
    reveal_caller,
    take_off_nuisance,
)
from intake.services.claim import claim
from intake.services.pbx_commands import open_value
from intake.services.reporters import reveal
from intake.services.screen_pop import pop
from intake.services.void import void
from intake.store.tables import call, contact, event, ticket
from tests.integration.services.desk import PHONE, Desk
from tests.integration.services.telephone import Telephone

OTHER = "13900000000"


@pytest.fixture
def phone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    sign_in_agent(made.room, desk.operator, "8001", Device.BROWSER)
    make_ready(made.room, desk.operator)
    return made


def contact_of(phone: Telephone, key: int) -> tuple[str, int | None, str]:
    query = select(contact.c.outcome, contact.c.ticket_id, contact.c.remark).where(
        contact.c.id == select(call.c.contact_id).where(call.c.id == key).scalar_subquery()
    )
    with phone.room.database.read() as conn:
        row = conn.execute(query).one()
    return row.outcome, row.ticket_id, row.remark


def test_who_calls_and_what_was_reported_before(phone: Telephone) -> None:
    filed = phone.desk.filed()
    later = phone.desk.received("路灯不亮")
    first = phone.talked("8001")
    key = phone.rings("8001", f"0{PHONE}")
    seen = pop(phone.room, phone.operator, key)
    assert seen.kind is NumberKind.MOBILE
    assert seen.call.number_shown == "138****0000"
    assert seen.name == "张**"
    assert [each.number for each in seen.tickets] == [later.number, filed.number]
    assert [each.number for each in seen.cases] == [phone.desk.case(filed.case_id).number]
    assert seen.cases[0].metres == 0
    assert (seen.repeats, seen.elder, seen.nuisance, seen.callback) == (1, False, None, None)
    assert seen.last_call_at is not None
    assert seen.note.version == 0
    assert pop(phone.room, phone.operator, first).repeats == 0
    assert PHONE not in repr(seen)


def test_at_most_six_statements(phone: Telephone) -> None:
    for _ in range(7):
        phone.desk.received()
    phone.desk.filed()
    phone.talked("8001")
    key = phone.rings("8001")
    asked: list[str] = []
    with phone.room.database.read() as conn:
        engine = conn.engine

    def count(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    happening.listen(engine, "before_cursor_execute", count)
    try:
        seen = pop(phone.room, phone.operator, key)
    finally:
        happening.remove(engine, "before_cursor_execute", count)
    assert len(seen.tickets) == 5
    assert seen.cases
    assert len([each for each in asked if each.startswith("SELECT")]) <= 6


@pytest.mark.parametrize(
    ("delivered", "kind", "shown"),
    [
        ("+8613900000000", NumberKind.MOBILE, "139****0000"),
        ("057188880000", NumberKind.LANDLINE, "0571****0000"),
        ("8003", NumberKind.EXTENSION, "8003"),
        ("anonymous", NumberKind.WITHHELD, "号码未显示"),
        ("", NumberKind.WITHHELD, "号码未显示"),
        ('"王芳"\r\nX: <1>', NumberKind.WITHHELD, "号码未显示"),
        ("95598123", NumberKind.OTHER, "****23"),
    ],
)
def test_numbers_as_trunks_deliver_them(
    phone: Telephone, delivered: str, kind: NumberKind, shown: str
) -> None:
    seen = pop(phone.room, phone.operator, phone.rings("8001", delivered))
    assert (seen.kind, seen.call.number_shown) == (kind, shown)
    assert seen.tickets == ()


def test_an_elder_is_remembered_by_number(phone: Telephone) -> None:
    key = phone.talked("8001")
    mark_elder(phone.room, phone.operator, key, True)
    assert pop(phone.room, phone.operator, phone.rings("8001")).elder
    assert not pop(phone.room, phone.operator, phone.rings("8001", OTHER)).elder
    mark_elder(phone.room, phone.operator, key, False)
    assert not pop(phone.room, phone.operator, key).elder
    withheld = phone.rings("8001", "")
    with phone.desk.refused(WrongState):
        mark_elder(phone.room, phone.operator, withheld, True)


def test_nuisance_numbers_are_the_leader_s_decision_with_an_end(phone: Telephone) -> None:
    key = phone.talked("8001")
    with phone.desk.refused(NotAllowed):
        list_as_nuisance(phone.room, phone.operator, key, "反复骚扰", 24)
    with phone.desk.refused(Incomplete):
        list_as_nuisance(phone.room, phone.desk.leader, key, " ", 24)
    list_as_nuisance(phone.room, phone.desk.leader, key, "反复骚扰", 1)
    list_as_nuisance(phone.room, phone.desk.leader, key, "反复骚扰", 2)
    _, payload = phone.asked()[-1]
    assert payload["on"] is True
    number = open_value(phone.room, "number", payload["reference"], payload["number"])
    assert number == f"+86{PHONE}"
    seen = pop(phone.room, phone.operator, phone.rings("8001")).nuisance
    assert seen is not None
    assert seen.reason == "反复骚扰"
    [listed] = list_nuisance(phone.room, phone.desk.leader)
    assert listed.number_shown == "138****0000"
    take_off_nuisance(phone.room, phone.desk.leader, listed.id, "误列")
    assert phone.asked()[-1][1]["on"] is False
    assert list_nuisance(phone.room, phone.desk.leader) == []
    list_as_nuisance(phone.room, phone.desk.leader, key, "又来", 1)
    phone.later(timedelta(hours=2))
    assert pop(phone.room, phone.operator, key).nuisance is None
    assert end_nuisance(phone.room) == 1
    assert end_nuisance(phone.room) == 0


def test_a_number_in_clear_leaves_a_trace(phone: Telephone) -> None:
    phone.desk.received()
    key = phone.talked("8001")
    caller = reveal_caller(phone.room, phone.operator, key)
    assert (caller.number, caller.name) == (f"+86{PHONE}", "张小明")
    with phone.desk.refused(NotAllowed):
        reveal_caller(phone.room, phone.desk.colleague, key, "想看看")
    with phone.desk.refused(Incomplete):
        reveal_caller(phone.room, phone.desk.leader, key)
    reveal_caller(phone.room, phone.desk.leader, key, f"回拨{PHONE}核对")
    with phone.room.database.read() as conn:
        facts = conn.execute(
            select(event.c.data).where(event.c.type == EventType.CALLER_REVEALED.value)
        ).scalars()
        assert [fact["reason"] for fact in facts] == ["", "回拨[电话]核对"]
    assert verify(phone.room).fault == ""


def test_every_keystroke_is_kept_whatever_becomes_of_the_call(phone: Telephone) -> None:
    key = phone.rings("8001")
    assert save_note(phone.room, phone.operator, key, "中", 0).version == 1
    phone.answers(key)
    assert save_note(phone.room, phone.operator, key, "中山路", 1).version == 2
    assert save_note(phone.room, phone.operator, key, "中山路", 1).version == 2
    phone.forgotten(key)
    assert save_note(phone.room, phone.operator, key, "中山路井盖", 2).version == 3
    [note] = open_notes(phone.room, phone.operator)
    assert (note.text, note.call.id) == ("中山路井盖", key)
    assert pop(phone.room, phone.operator, key).note.text == "中山路井盖"
    assert open_notes(phone.room, phone.desk.colleague) == []


def test_two_windows_never_overwrite_each_other(phone: Telephone) -> None:
    key = phone.rings("8001")
    save_note(phone.room, phone.operator, key, "中山路", 0)
    for version in (0, 7):
        with phone.desk.refused(StaleVersion) as caught:
            save_note(phone.room, phone.operator, key, "人民路", version)
        assert (caught.value.details["text"], caught.value.details["version"]) == ("中山路", 1)
    with phone.desk.refused(NotAllowed):
        save_note(phone.room, phone.desk.colleague, key, "人民路", 1)
    with phone.desk.refused(NotFound):
        save_note(phone.room, phone.operator, 999_999, "人民路", 0)


def test_the_note_becomes_the_ticket_once(phone: Telephone) -> None:
    key = phone.rings("8001")
    phone.answers(key)
    save_note(phone.room, phone.operator, key, "中山路井盖缺失", 0)
    number, repeated = make_ticket(phone.room, phone.operator, key)
    assert not repeated
    assert make_ticket(phone.room, phone.operator, key, "别的") == (number, True)
    sheet = phone.desk.ticket(number)
    assert (sheet.text, sheet.source, sheet.state) == (
        "中山路井盖缺失",
        Source.PHONE,
        TicketState.RECEIVED,
    )
    assert sheet.claimed_by == phone.operator.account_id
    assert contact_of(phone, key)[:2] == (Outcome.TICKET, sheet.id)
    assert reveal(phone.room, phone.operator, number, "").caller_number == f"+86{PHONE}"
    assert pop(phone.room, phone.operator, key).call.ticket == number
    assert open_notes(phone.room, phone.operator) == []
    assert [each.number for each in pop(phone.room, phone.operator, phone.rings("8001")).tickets]
    assert verify(phone.room).fault == ""


def test_a_question_about_a_ticket_is_kept_beside_it(phone: Telephone) -> None:
    sheet = phone.desk.received()
    key = phone.talked("8001")
    assert link_ticket(phone.room, phone.operator, key, sheet.number, "催办") == sheet.number
    assert link_ticket(phone.room, phone.operator, key, sheet.number) == sheet.number
    assert contact_of(phone, key)[:2] == (Outcome.SUPPLEMENT, sheet.id)
    assert phone.desk.facts(sheet.number)[-1][0] == EventType.SUPPLEMENT_RECEIVED
    ended = phone.desk.received()
    void(phone.room, phone.desk.leader, ended.number, ended.version, "误录")
    second = phone.talked("8001")
    link_ticket(phone.room, phone.operator, second, ended.number, "再问")
    other = phone.desk.received()
    with phone.desk.refused(WrongState):
        link_ticket(phone.room, phone.operator, second, other.number, "又问")


def test_a_call_may_end_without_a_ticket_for_a_reason(phone: Telephone) -> None:
    key = phone.rings("8001")
    phone.answers(key)
    with phone.desk.refused(WrongState):
        no_ticket(phone.room, phone.operator, key, NoTicket.WRONG_NUMBER)
    phone.ends(key)
    with phone.desk.refused(NotAllowed):
        no_ticket(phone.room, phone.desk.colleague, key, NoTicket.WRONG_NUMBER)
    with phone.desk.refused(Incomplete):
        no_ticket(phone.room, phone.operator, key, NoTicket.CONSULT)
    no_ticket(phone.room, phone.operator, key, NoTicket.CONSULT, "咨询养犬办证")
    assert contact_of(phone, key) == (Outcome.REFUSED, None, "简单咨询，当场答复：咨询养犬办证")
    with phone.desk.refused(WrongState):
        no_ticket(phone.room, phone.operator, key, NoTicket.SILENT)


def test_the_day_closes_when_every_call_has_its_end(phone: Telephone) -> None:
    first, second = phone.talked("8001"), phone.talked("8001", OTHER)
    make_ticket(phone.room, phone.operator, first)
    no_ticket(phone.room, phone.operator, second, NoTicket.WRONG_NUMBER)
    sheet = balance(phone.room, county_day(phone.room.clock()))
    assert sheet.closed
    assert {(line.source, line.outcome, line.count) for line in sheet.lines} == {
        ("PHONE", "TICKET", 1),
        ("PHONE", "REFUSED", 1),
    }


def test_the_call_list_pages_and_narrows(phone: Telephone) -> None:
    mine = [phone.talked("8001") for _ in range(3)]
    missed = phone.comes(OTHER)
    phone.ends(missed)
    outward = phone.comes(direction=Direction.OUT.value, purpose=Purpose.CLICK.value)
    day = county_day(phone.room.clock())
    everything = list_calls(phone.room, phone.operator, CallsAsked(day))
    assert [line.id for line in everything.rows] == [outward, missed, *reversed(mine)]
    own = list_calls(phone.room, phone.operator, CallsAsked(day, mine=True, limit=2))
    assert [line.id for line in own.rows] == mine[:0:-1]
    rest = list_calls(
        phone.room, phone.operator, CallsAsked(day, mine=True, limit=2, after=own.next)
    )
    assert ([line.id for line in rest.rows], rest.next) == (mine[:1], "")
    lost = list_calls(phone.room, phone.desk.leader, CallsAsked(day, missed=True))
    assert [line.id for line in lost.rows] == [missed]
    yesterday = CallsAsked(day - timedelta(days=1))
    assert list_calls(phone.room, phone.operator, yesterday).rows == []
    with phone.desk.refused(NotAllowed):
        list_calls(phone.room, phone.desk.dispatcher, CallsAsked(day))


def test_nothing_is_made_twice_of_one_call(phone: Telephone) -> None:
    key = phone.talked("8001")
    sheet = phone.desk.received()
    claim(phone.room, phone.operator, sheet.number)
    make_ticket(phone.room, phone.operator, key)
    with phone.desk.refused(WrongState):
        link_ticket(phone.room, phone.operator, key, sheet.number, "催办")
    with phone.desk.refused(WrongState):
        no_ticket(phone.room, phone.operator, key, NoTicket.SILENT)
    with phone.room.database.read() as conn:
        query = select(func.count()).select_from(ticket)
        assert conn.execute(query.where(ticket.c.source == "PHONE")).scalar_one() == 1


def test_every_answered_call_waits_for_its_end(phone: Telephone) -> None:
    keys = [phone.talked("8001"), phone.talked("8001", OTHER)]
    going = phone.rings("8001")
    phone.answers(going)
    assert [note.call.id for note in open_notes(phone.room, phone.operator)] == keys[::-1]
    assert open_notes(phone.room, phone.desk.colleague) == []
    asked = CallsAsked(county_day(phone.room.clock()), undecided=True)
    assert [line.id for line in list_calls(phone.room, phone.desk.leader, asked).rows] == keys[::-1]
    assert not balance(phone.room, asked.day).closed
    make_ticket(phone.room, phone.operator, keys[0])
    no_ticket(phone.room, phone.operator, keys[1], NoTicket.SILENT)
    assert open_notes(phone.room, phone.operator) == []
    assert list_calls(phone.room, phone.desk.leader, asked).rows == []


def test_numbers_and_notes_go_in_time_and_the_call_stays(phone: Telephone) -> None:
    old, young = phone.talked("8001"), phone.talked("8001")
    save_note(phone.room, phone.operator, old, "中山路井盖", 0)
    long_ago = update(call).where(call.c.id == old)
    phone.room.database.write(
        lambda unit: (
            unit.conn.execute(long_ago.values(started_at=unit.now - timedelta(days=1_100))).rowcount
        )
    )
    assert forget_callers(phone.room) == 1
    assert forget_callers(phone.room) == 0
    seen = pop(phone.room, phone.operator, old)
    assert (seen.kind, seen.note.version) == (NumberKind.WITHHELD, 0)
    assert pop(phone.room, phone.operator, young).kind is NumberKind.MOBILE
