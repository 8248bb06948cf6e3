"""Tickets that tell of the same matter are found through every door, with reasons."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from classifiers.duplicates import Level
from intake.domain.case_steps import CaseStep
from intake.domain.contact import Source
from intake.domain.errors import NotAllowed
from intake.domain.submission import Place, ReporterDetails
from intake.domain.ticket import Ticket
from intake.services.near import Tie, find_near, find_near_words
from intake.services.near_index import forget_far, index_all
from intake.services.register import register
from intake.services.void import void
from intake.store.tables import near_band, ticket
from tests.integration.services.background import run_jobs
from tests.integration.services.desk import IN_AREA, WORDS, Desk

OTHER = ReporterDetails(name="李小红", phone="13900000000")
METRES_EAST = 1 / (111_320 * 0.8367)


def _registered(desk: Desk, metres: float = 0, **changes: Any) -> Ticket:
    form = desk.form(lon=IN_AREA[0] + metres * METRES_EAST, **changes)
    sheet = desk.received(str(changes.get("description", WORDS)), reporter=OTHER)
    return register(desk.room, desk.operator, sheet.number, sheet.version, form)


def _near(desk: Desk, sheet: Ticket) -> list[str]:
    run_jobs(desk)
    return [one.number for one in find_near(desk.room, desk.operator, sheet.number)]


def _ago(desk: Desk, sheet: Ticket, days: int) -> None:
    then = sheet.received_at - timedelta(days=days)
    change = update(ticket).where(ticket.c.id == sheet.id).values(received_at=then)
    desk.room.database.write(lambda unit: unit.conn.execute(change).rowcount)


def test_near_in_place_and_alike_in_words(desk: Desk) -> None:
    here = _registered(desk)
    near = _registered(desk)
    beside = _registered(desk, 60)
    lamp = desk.condition("E09006")
    other = _registered(
        desk, 900, description="路灯整夜不亮", category="E09006", condition_id=lamp, address="别处"
    )
    run_jobs(desk)
    found = find_near(desk.room, desk.operator, here.number)
    assert [one.number for one in found] == [near.number, beside.number]
    assert other.number not in [one.number for one in found]
    assert found[0].level is Level.LIKELY
    assert {"同一类别", "同一位置", "同一反映人"} <= set(found[0].reasons)
    assert "相距60米" in found[1].reasons
    assert found[0].metres == pytest.approx(0, abs=0.5)
    assert found[1].metres == pytest.approx(60, abs=2)
    assert found[0].score >= found[1].score > 0.6
    with desk.refused(NotAllowed):
        find_near(desk.room, desk.collectors["cj01"], here.number)


def test_a_square_away_is_found_and_across_the_edge_of_one(desk: Desk) -> None:
    here = _registered(desk)
    words = "一大片生活垃圾没有人来收，苍蝇很多"
    # Neither a word nor a caller in common: only the squares of the map bring them together.
    around = []
    for number, metres in enumerate((-90, 90)):
        sheet = desk.received(words, reporter=ReporterDetails(phone=f"1350000000{number}"))
        spot = IN_AREA[0] + metres * METRES_EAST
        form = desk.form(lon=spot, description=words, address="后门")
        around.append(register(desk.room, desk.operator, sheet.number, sheet.version, form))
    assert set(_near(desk, here)) == {sheet.number for sheet in around}


def test_alike_in_words_without_any_place(desk: Desk) -> None:
    made = [desk.received("人民公园东门垃圾桶满溢无人清理", reporter=OTHER) for _ in range(2)]
    far = desk.received("人民公园东门的垃圾桶早就满溢了，一直无人清理")
    desk.received("幸福小区三栋楼道灯坏了", reporter=OTHER)
    run_jobs(desk)
    found = find_near(desk.room, desk.operator, far.number)
    assert {one.number for one in found} == {sheet.number for sheet in made}
    assert all(one.metres is None for one in found)


@pytest.mark.parametrize("source", [Source.WEB, Source.EMAIL, Source.PHONE, Source.BOT])
def test_through_every_door(desk: Desk, source: Source) -> None:
    first = desk.received("解放街农商行门口井盖不见了", source=source, reporter=OTHER)
    second = desk.received("解放街农商行门前的井盖没了，很危险")
    assert _near(desk, second) == [first.number]


def test_another_matter_at_the_same_spot_is_no_likely_duplicate(desk: Desk) -> None:
    here = _registered(desk)
    lamp = desk.condition("E09006")
    words = "流动摊贩占道卖早点"
    _registered(desk, description=words, category="E09006", condition_id=lamp, address="")
    run_jobs(desk)
    found = find_near(desk.room, desk.operator, here.number)
    assert all(one.level is not Level.LIKELY for one in found)


def test_who_asks_again_is_told_as_a_reminder_and_who_finds_it_back_as_a_recurrence(
    desk: Desk,
) -> None:
    first = desk.filed()
    again = desk.registered()
    run_jobs(desk)
    found = find_near(desk.room, desk.operator, again.number)
    assert [one.tie for one in found] == [Tie.REMINDER]
    case = desk.case(first.case_id)
    assert found[0].case_number == case.number
    for step in (CaseStep.DISPATCHED, CaseStep.ACCEPTED, CaseStep.HANDLED, CaseStep.CHECK_PASSED):
        case = desk.report(case, step)
    close = update(ticket).where(ticket.c.id == first.id).values(closed_at=again.received_at)
    desk.room.database.write(lambda unit: unit.conn.execute(close).rowcount)
    back = desk.registered()
    run_jobs(desk)
    ties = {one.number: one.tie for one in find_near(desk.room, desk.operator, back.number)}
    assert ties[first.number] is Tie.RECURRENCE
    assert ties[again.number] is Tie.REMINDER


def test_a_confidential_caller_is_no_reason_for_operators(desk: Desk) -> None:
    desk.registered(form=desk.form(confidential=True))
    again = desk.registered()
    run_jobs(desk)
    for actor, told in ((desk.operator, False), (desk.leader, True)):
        found = find_near(desk.room, actor, again.number)
        assert ("同一反映人" in found[0].reasons) is told


def test_long_ago_is_out_of_reach_and_forgotten(desk: Desk) -> None:
    here = _registered(desk)
    long_ago = _registered(desk)
    run_jobs(desk)
    _ago(desk, long_ago, 8)
    assert find_near(desk.room, desk.operator, here.number)[0].level is not None
    desk.room.clock = lambda: here.received_at + timedelta(days=70)
    forget_far(desk.room)
    with desk.room.database.read() as conn:
        assert conn.execute(select(near_band)).first() is None


def test_voided_tickets_are_left_out(desk: Desk) -> None:
    here, gone = _registered(desk), _registered(desk)
    void(desk.room, desk.leader, gone.number, gone.version, "误录")
    assert _near(desk, here) == []


def test_a_store_from_before_the_index_is_indexed_again(desk: Desk) -> None:
    here, near = _registered(desk), desk.registered()
    assert find_near(desk.room, desk.operator, here.number) == []
    assert sum(index_all(desk.room)) == 2
    found = find_near(desk.room, desk.operator, here.number)
    assert [one.number for one in found] == [near.number]


def test_words_that_are_not_stored_yet(desk: Desk) -> None:
    made = desk.received(
        "建设大道加油站旁边路灯不亮", reporter=OTHER, place=Place(lon=IN_AREA[0], lat=IN_AREA[1])
    )
    run_jobs(desk)
    found = find_near_words(
        desk.room, desk.operator, "建设大道加油站那里的路灯晚上不亮", IN_AREA, "C01037"
    )
    assert [one.number for one in found] == [made.number]
    assert find_near_words(desk.room, desk.operator, "", None, None) == []


def test_many_of_one_name_do_not_hide_the_right_one(desk: Desk) -> None:
    right = _registered(desk)
    for number in range(30):
        desk.received(f"中山路{number}号门前树枝挡住信号灯", reporter=OTHER)
    here = _registered(desk)
    assert _near(desk, here)[0] == right.number


def test_bad_words_are_no_error(desk: Desk) -> None:
    for words in ("", "。", "\ud800", "🙂" * 3000, "\x00\x01", "A" * 5000):
        assert find_near_words(desk.room, desk.operator, words, None, None) == []
