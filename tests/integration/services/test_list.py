"""The inbox: pages by keyset, filters, search by words and by number, tickets near."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event as engine_event

from intake.domain.appeal import AppealType
from intake.domain.contact import Source
from intake.domain.errors import Invalid, NotAllowed
from intake.domain.people import Actor, Role
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services import ticket_list
from intake.services.register import register
from intake.services.suggest import index_ticket
from intake.services.ticket_list import TABS, ListQuery, list_tickets
from intake.services.ticket_view import view_ticket
from intake.services.upkeep import fold_tallies
from intake.services.void import void
from tests.integration.services.desk import Desk

MOST_STATEMENTS = 6


def _fill(desk: Desk, many: int, text: str = "路灯不亮", **fields: Any) -> list[Ticket]:
    made = [desk.received(f"{text}第{position}盏", **fields) for position in range(many)]

    def index(unit: Any) -> None:
        for sheet in made:
            index_ticket(unit.conn, sheet.id)

    desk.room.database.write(index)
    return made


@contextmanager
def _statements(desk: Desk) -> Iterator[list[str]]:
    seen: list[str] = []
    engine = desk.room.database._reader_engine

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine_event.listen(engine, "before_cursor_execute", note)
    yield seen
    engine_event.remove(engine, "before_cursor_execute", note)


def _walk(desk: Desk, query: ListQuery, between: Any = None) -> list[str]:
    """The numbers of all pages in order; ``between`` runs after each page."""
    numbers: list[str] = []
    after = ""
    for _ in range(200):
        with _statements(desk) as statements:
            page = list_tickets(desk.room, desk.operator, replace(query, after=after))
        assert len(statements) <= MOST_STATEMENTS
        assert statements or not page.rows
        assert len(page.rows) <= query.limit
        numbers += [row.number for row in page.rows]
        if not page.next:
            return numbers
        after = page.next
        if between is not None:
            between()
    raise AssertionError("the list never ends")


def test_pages_hold_everything_once_newest_first(desk: Desk) -> None:
    made = [sheet.number for sheet in _fill(desk, 23)]
    for limit in (1, 4, 23, 50):
        assert _walk(desk, ListQuery(limit=limit)) == made[::-1]
    assert list_tickets(desk.room, desk.operator, ListQuery(limit=23)).next == ""


def test_nothing_is_skipped_or_shown_twice_while_tickets_come_and_go(desk: Desk) -> None:
    made = _fill(desk, 20)
    states = (TicketState.RECEIVED, TicketState.REGISTERED)
    moving = iter(made[::3])

    def busy() -> None:
        desk.received("新来的")
        sheet = next(moving, None)
        if sheet is None:
            return
        done = register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
        if done.id % 2:
            void(desk.room, desk.leader, done.number, done.version, "误录")

    seen = _walk(desk, ListQuery(states=states, limit=3), between=busy)
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=True)
    stayed = {sheet.number for sheet in made if desk.ticket(sheet.number).state in states}
    assert stayed <= set(seen)


def test_tabs_states_and_sources(desk: Desk) -> None:
    web = _fill(desk, 3)
    phone = _fill(desk, 2, source=Source.PHONE)
    done = [
        register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
        for sheet in (web[0], phone[0])
    ]
    filed = desk.filed()
    for tab, numbers in {
        "new": [phone[1], web[2], web[1]],
        "open": [done[1], done[0]],
        "filed": [filed],
        "visit": [],
    }.items():
        query = ListQuery(states=TABS[tab][1], limit=2)
        assert _walk(desk, query) == [sheet.number for sheet in numbers]
    only_phone = ListQuery(source=Source.PHONE)
    assert _walk(desk, only_phone) == [phone[1].number, phone[0].number]
    both = ListQuery(source=Source.PHONE, states=TABS["new"][1])
    assert _walk(desk, both) == [phone[1].number]


def test_every_state_is_in_exactly_one_tab() -> None:
    states = [state for _, states in TABS.values() for state in states]
    assert sorted(states) == sorted(TicketState)


def test_search_by_words_by_number_and_by_nothing(desk: Desk) -> None:
    lamps = _fill(desk, 7)
    _fill(desk, 3, "井盖破损")
    expected = [sheet.number for sheet in lamps[::-1]]
    assert _walk(desk, ListQuery(words="路灯", limit=3)) == expected
    number = lamps[2].number
    for typed in (number, f" {number.lower()} "):
        assert _walk(desk, ListQuery(words=typed)) == [number]
    closed = ListQuery(words=number, states=TABS["closed"][1])
    assert _walk(desk, closed) == []
    assert _walk(desk, ListQuery(words="SL2026010199999")) == []
    assert _walk(desk, ListQuery(words="没有这样的词语")) == []
    assert _walk(desk, ListQuery(words="！？")) == []


@pytest.mark.parametrize("depth", [4, 1_000])
def test_a_filtered_search_goes_on_to_the_end(
    desk: Desk, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few of the matches the filters keep, the pages lead to all of them."""
    monkeypatch.setattr(ticket_list, "_LOOKED_THROUGH", depth)
    lamps = _fill(desk, 21)
    kept = [sheet for position, sheet in enumerate(lamps) if position % 10 == 0]
    for sheet in kept:
        register(desk.room, desk.operator, sheet.number, sheet.version, desk.form())
    query = ListQuery(words="路灯", states=TABS["open"][1], limit=2)
    assert _walk(desk, query) == [sheet.number for sheet in kept[::-1]]


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_a_size(desk: Desk, limit: int) -> None:
    with desk.refused(Invalid):
        list_tickets(desk.room, desk.operator, ListQuery(limit=limit))


@pytest.mark.parametrize("after", ["x", "SL", "1; DROP TABLE ticket"])
def test_a_place_that_is_none_is_refused(desk: Desk, after: str) -> None:
    with desk.refused(Invalid):
        list_tickets(desk.room, desk.operator, ListQuery(after=after))


def test_who_reads_the_list(desk: Desk) -> None:
    desk.received()
    filed = desk.filed()
    rows = list_tickets(desk.room, desk.dispatcher, ListQuery()).rows
    assert [row.number for row in rows] == [filed.number]
    for role in (Role.COLLECTOR, Role.SYSADMIN, Role.CITIZEN, Role.DEPARTMENT_USER):
        with desk.refused(NotAllowed):
            list_tickets(desk.room, Actor(role, "某人", 700), ListQuery())


def test_a_row_shows_what_is_needed_to_choose(desk: Desk) -> None:
    sheet = desk.registered()
    row = list_tickets(desk.room, desk.operator, ListQuery()).rows[0]
    assert row.number == sheet.number
    assert row.category_name == "事件·暴露垃圾"
    assert row.version == sheet.version
    assert row.photos == 1
    assert row.address == "中山路菜市场门口"


def test_tallies_follow_the_history(desk: Desk) -> None:
    _fill(desk, 3)
    desk.filed()
    fold_tallies(desk.room)
    counted = ticket_list.tallies(desk.room)
    assert counted["new"] == 3
    assert counted["filed"] == 1
    assert sum(counted.values()) == 4


def test_the_page_of_a_ticket_reads_one_moment(desk: Desk) -> None:
    sheet = desk.registered(form=desk.form(appeal=AppealType.REPORT))
    view = view_ticket(desk.room, desk.operator, sheet.number)
    assert view.ticket == sheet
    assert view.history[-1].to_state == sheet.state.value
    assert [reason.value for reason in view.leader_reasons] == ["confidential"]
    assert all(rule.passed for rule in view.checklist)
    assert {step.value for step in view.steps} >= {"submit", "file", "decline"}
    assert "void" not in {step.value for step in view.steps}
