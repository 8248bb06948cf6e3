"""Acceptance: once and durably, whatever is sent how often and by how many at once."""

import asyncio
import hashlib
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.synchronize import Barrier as ProcessBarrier
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event as engine_event
from sqlalchemy import select

from intake.domain.contact import Outcome, Source
from intake.domain.errors import KeyReused, NotAllowed
from intake.domain.events import EventType
from intake.domain.numbers import county_day, daily_key, ticket_key
from intake.domain.people import Actor, Role
from intake.domain.submission import Submission
from intake.services.accept import Receipt, accept, accept_group
from intake.services.receipt import receipt_of
from intake.services.reception import Reception
from intake.services.workroom import Workroom
from intake.store.database import StoreUnavailable
from intake.store.tables import contact, counter, event, ticket
from tests.integration.services.desk import Desk
from tests.store_fixtures import make_room


def _other_content(report: Submission) -> Submission:
    raw = b"something else"
    return replace(report, text="别的事", raw=raw, raw_hash=hashlib.sha256(raw).hexdigest())


def _numbers_of_the_day(room: Workroom) -> list[int]:
    with room.database.read() as conn:
        return list(conn.execute(select(ticket.c.id).order_by(ticket.c.id)).scalars())


def _check_no_gap(room: Workroom) -> None:
    keys = _numbers_of_the_day(room)
    first = daily_key(county_day(room.clock()), 1)
    assert keys == list(range(first, first + len(keys)))
    with room.database.read() as conn:
        values = conn.execute(
            select(counter.c.value).where(counter.c.name.like("ticket-%"))
        ).scalars()
        assert list(values) == [len(keys)]


def test_the_same_report_gets_the_same_receipt(desk: Desk) -> None:
    report = desk.submission()
    first = accept(desk.room, report)
    assert not first.repeated
    again = accept(desk.room, replace(report, received_at=desk.room.clock()))
    assert again == replace(first, repeated=True)
    assert receipt_of(desk.room, report.source, report.external_id) == again
    assert len(_numbers_of_the_day(desk.room)) == 1
    assert desk.room.code_matches(first.number, first.query_code)


def test_the_same_key_with_other_content_is_refused(desk: Desk) -> None:
    report = desk.submission()
    accept(desk.room, report)
    with desk.refused(KeyReused):
        accept(desk.room, _other_content(report))


def test_the_same_key_of_another_door_is_another_report(desk: Desk) -> None:
    report = desk.submission()
    first = accept(desk.room, report)
    assert accept(desk.room, replace(report, source=Source.BOT)).number != first.number


def test_a_group_with_repetitions_and_conflicts(desk: Desk) -> None:
    stored = desk.submission()
    before = accept(desk.room, stored)
    one, two = desk.submission("路灯不亮"), desk.submission("井盖破损")
    group = [one, stored, two, one, _other_content(stored), _other_content(two)]
    answers = accept_group(desk.room, group)
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert [isinstance(answer, KeyReused) for answer in answers] == [
        False,
        False,
        False,
        False,
        True,
        True,
    ]
    first, known, second, repeated = receipts
    assert known == replace(before, repeated=True)
    assert repeated == replace(first, repeated=True)
    assert (first.repeated, second.repeated) == (False, False)
    assert len({before.number, first.number, second.number}) == 3
    _check_no_gap(desk.room)
    desk.check_history()


def test_whole_groups_cost_what_one_report_costs(desk: Desk) -> None:
    counts = []
    engine = desk.room.database._writer_engine
    for size in (1, 40):
        statements: list[str] = []
        engine_event.listen(
            engine, "after_cursor_execute", lambda *told, to=statements: to.append(told[2])
        )
        accept_group(desk.room, [desk.submission() for _ in range(size)])
        counts.append(len([one for one in statements if "INSERT" in one]))
    assert counts == [6, 6]


def test_every_contact_of_the_door_ends_in_a_ticket(desk: Desk) -> None:
    desk.received()
    with desk.room.database.read() as conn:
        row = conn.execute(select(contact)).mappings().one()
    assert row["outcome"] == Outcome.TICKET.value
    assert row["outcome_at"] is not None
    assert row["ticket_id"] is not None
    opened = desk.room.cipher.open(row["raw"], f"contact.raw:{row['source']}:{row['external_id']}")
    assert hashlib.sha256(opened).hexdigest() == row["raw_hash"]


def test_the_history_names_who_reported_on_duty(desk: Desk) -> None:
    collector = desk.collectors["cj01"]
    number = desk.received(source=Source.COLLECTOR, actor=collector).number
    with desk.room.database.read() as conn:
        told = conn.execute(
            select(event.c.actor_role, event.c.actor_id).where(
                event.c.type == EventType.TICKET_RECEIVED.value,
                event.c.subject_id == ticket_key(number),
            )
        ).one()
    assert tuple(told) == ("COLLECTOR", collector.account_id)


def test_who_reports_nothing(desk: Desk) -> None:
    auditor = Actor(Role.AUDITOR, "审计", 700)
    with desk.refused(NotAllowed):
        accept(desk.room, desk.submission(actor=auditor))


def test_an_urgent_word_raises_urgency_and_nothing_else(desk: Desk) -> None:
    calm = desk.received("路灯不亮")
    alarming = desk.received("燃气管道泄漏，味道很大，怕爆炸")
    assert calm.urgency.rank == 0
    assert alarming.urgency.rank > 0
    assert alarming.state is calm.state


def test_fifty_at_once_with_one_key_make_one_ticket(desk: Desk) -> None:
    report = desk.submission()
    barrier = Barrier(16)

    def send(_: int) -> Receipt:
        barrier.wait()
        return accept(desk.room, report)

    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(send, range(48)))
    assert len({receipt.number for receipt in receipts}) == 1
    assert sum(not receipt.repeated for receipt in receipts) == 1
    _check_no_gap(desk.room)
    desk.check_history()


def test_many_at_once_leave_no_gap_in_the_numbers(desk: Desk) -> None:
    known = desk.submission()
    accept(desk.room, known)
    reports = [desk.submission(f"第{position}处垃圾") for position in range(60)]
    reports[::10] = [known] * 6
    with ThreadPoolExecutor(12) as pool:
        receipts = list(pool.map(lambda report: accept(desk.room, report), reports))
    assert len({receipt.number for receipt in receipts}) == 55
    _check_no_gap(desk.room)
    desk.check_history()


def _accept_in_another_process(
    url: str, folder: Path, reports: list[Submission], start: ProcessBarrier
) -> None:
    room = make_room(url, folder)
    start.wait(30)
    for report in reports:
        accept(room, report)
    room.database.close()


def test_two_processes_accept_the_same_reports_once(desk: Desk, store_url: str) -> None:
    reports = [desk.submission(f"第{position}处垃圾") for position in range(25)]
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    other = context.Process(
        target=_accept_in_another_process,
        args=(store_url, desk.room.settings.data, reports[::-1], start),
    )
    other.start()
    try:
        start.wait(60)
        receipts = [accept(desk.room, report) for report in reports]
    finally:
        other.join(60)
    assert other.exitcode == 0
    assert len({receipt.number for receipt in receipts}) == 25
    _check_no_gap(desk.room)
    desk.check_history()


async def test_the_reception_answers_everybody_of_a_group(desk: Desk) -> None:
    reception = Reception(desk.room)
    report = desk.submission()
    others = [desk.submission(f"第{position}处垃圾") for position in range(80)]
    answers = await asyncio.gather(
        *(reception.accept(one) for one in [report, *others, report, _other_content(report)]),
        return_exceptions=True,
    )
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert len({receipt.number for receipt in receipts}) == 81
    assert isinstance(answers[-1], KeyReused)
    _check_no_gap(desk.room)


async def test_one_bad_report_does_not_spoil_its_group(desk: Desk) -> None:
    reception = Reception(desk.room)
    lone = desk.submission("半个字符\ud800", raw=b"half", raw_hash="0" * 64)
    group = [desk.submission(), lone, desk.submission("井盖破损")]
    answers = await asyncio.gather(
        *(reception.accept(one) for one in group), return_exceptions=True
    )
    assert [isinstance(answer, Receipt) for answer in answers] == [True, False, True]
    assert isinstance(await reception.accept(desk.submission("路灯不亮")), Receipt)
    _check_no_gap(desk.room)


async def test_a_client_that_hangs_up_takes_nothing_back(desk: Desk) -> None:
    reception = Reception(desk.room)
    report = desk.submission()
    task = asyncio.create_task(reception.accept(report))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    receipt = await reception.accept(report)
    assert receipt.repeated
    assert len(_numbers_of_the_day(desk.room)) == 1


async def test_a_closed_store_is_unavailable_and_hangs_nobody(desk: Desk) -> None:
    desk.room.database.close()
    reception = Reception(desk.room)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(reception.accept(desk.submission()), 10)
    with pytest.raises(StoreUnavailable):
        desk.room.database.submit(lambda: None)
