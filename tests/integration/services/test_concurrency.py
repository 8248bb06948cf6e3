"""Several people, one ticket: each is applied or told that it changed (decision 6)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

from sqlalchemy import select

from intake.domain.case_steps import CaseStep
from intake.domain.errors import Refusal, StaleVersion, WrongState
from intake.domain.people import CITIZEN
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.claim import be_present, claim
from intake.services.file import file_ticket
from intake.services.merge import merge
from intake.services.register import register
from intake.services.supplement import add_supplement
from intake.store.records import save
from intake.store.tables import casefile, presence
from intake.store.unit import Unit
from tests.integration.services.desk import Desk

MANY = 8
WHY = ["同一处"]


def _all_at_once(calls: list[Callable[[], object]]) -> list[object]:
    """What each of the calls answers, or how it is refused; all start together."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return call()
        except Refusal as refused:
            return refused

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_one_of_eight_editors_wins(desk: Desk) -> None:
    number = desk.registered().number
    for round_ in range(5):
        sheet = desk.ticket(number)
        edit = partial(register, desk.room, desk.operator, number, sheet.version)
        results = _all_at_once(
            [partial(edit, desk.form(cause=f"第{round_}轮{name}")) for name in range(MANY)]
        )
        won = [result for result in results if isinstance(result, Ticket)]
        lost = [result for result in results if isinstance(result, StaleVersion)]
        assert (len(won), len(lost)) == (1, MANY - 1)
        assert desk.ticket(number) == won[0]
        for refused in lost:
            assert refused.details["version"] == sheet.version + 1
            assert refused.details["changes"][0]["by"] == desk.operator.name
    desk.check_history()


def test_a_record_is_saved_over_the_one_it_was_made_of_only(desk: Desk) -> None:
    """The last line of defence, should a service ever forget to lock or to compare."""
    before = desk.registered()
    newer = replace(before, version=before.version + 1)
    desk.room.database.write(partial(_save, before, newer))
    late = replace(before, cause="晚了一步")
    stale_hash = replace(desk.ticket(before.number), head_hash="0" * 64)
    for older in (before, stale_hash):
        with desk.refused(StaleVersion):
            desk.room.database.write(partial(_save, older, late))
    assert desk.ticket(before.number).cause == before.cause


def _save(before: Ticket, after: Ticket, unit: Unit) -> None:
    save(unit.conn, before, after)


def test_eight_who_file_open_one_case(desk: Desk) -> None:
    sheet = desk.registered()
    once = partial(file_ticket, desk.room, desk.operator, sheet.number, sheet.version)
    results = _all_at_once([once] * MANY)
    assert sum(isinstance(result, Ticket) for result in results) == 1
    assert sum(isinstance(result, StaleVersion) for result in results) == MANY - 1
    with desk.room.database.read() as conn:
        assert len(conn.execute(select(casefile.c.id)).all()) == 1
    desk.check_history()


def test_of_eight_who_claim_one_holds(desk: Desk) -> None:
    sheet = desk.received()
    people = [desk.operator, desk.colleague] * (MANY // 2)
    results = _all_at_once([partial(claim, desk.room, who, sheet.number) for who in people])
    assert {type(result) for result in results} == {Ticket, WrongState}
    holders = {result.claimed_by for result in results if isinstance(result, Ticket)}
    assert holders == {desk.ticket(sheet.number).claimed_by}
    desk.check_history()


def test_supplements_of_the_citizen_and_an_edit_all_count_or_are_told(desk: Desk) -> None:
    sheet = desk.registered()
    add = partial(add_supplement, desk.room, CITIZEN, sheet.number)
    edit = partial(register, desk.room, desk.operator, sheet.number, sheet.version)
    results = _all_at_once(
        [
            *(partial(add, f"补充{name}") for name in range(MANY)),
            partial(edit, desk.form(cause="又堆起来了")),
        ]
    )
    assert all(isinstance(result, Ticket) for result in results[:MANY])
    assert isinstance(results[-1], Ticket | StaleVersion)
    applied = sum(isinstance(result, Ticket) for result in results)
    assert desk.ticket(sheet.number).version == sheet.version + applied
    desk.check_history()


def test_two_that_merge_into_each_other(desk: Desk) -> None:
    for _ in range(4):
        one, other = desk.registered(), desk.registered()
        into = partial(merge, desk.room, desk.leader)
        results = _all_at_once(
            [
                partial(into, one.number, one.version, other.number, WHY),
                partial(into, other.number, other.version, one.number, WHY),
            ]
        )
        assert sum(isinstance(result, Ticket) for result in results) == 1
        states = {desk.ticket(one.number).state, desk.ticket(other.number).state}
        assert states == {TicketState.MERGED, TicketState.REGISTERED}
    desk.check_history()


def test_a_merge_into_a_case_that_moves(desk: Desk) -> None:
    for _ in range(4):
        case = desk.case(desk.filed().case_id)
        sheet = desk.registered()
        into = partial(merge, desk.room, desk.leader, sheet.number, sheet.version)
        results = _all_at_once(
            [
                partial(desk.report, case, CaseStep.DISPATCHED),
                partial(into, case.number, WHY),
            ]
        )
        assert not [result for result in results if isinstance(result, Refusal)]
    desk.check_history()


def test_presence_from_eight_pages_of_one_person(desk: Desk) -> None:
    sheet = desk.received()
    _all_at_once([partial(be_present, desk.room, desk.operator, sheet.id)] * MANY)
    with desk.room.database.read() as conn:
        assert len(conn.execute(select(presence)).all()) == 1
