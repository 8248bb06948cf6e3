"""The books against calls that were put there: hours, agents, gaps, call-backs, return calls."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from intake.domain.call import CallOutcome, Direction
from intake.domain.errors import Invalid, NotAllowed
from intake.domain.numbers import county_midnight
from intake.domain.return_visit import ReturnKind
from intake.services.call_reports import read_report
from intake.services.callbacks import settle_call
from intake.services.report_rows import CALLS, VISITS, list_calls, list_visits
from intake.services.return_answer import answer_return
from intake.services.wallboard import read_wallboard
from intake.store.tables import agent_spell, pbx, pbx_gap
from tests.integration.services.asking import HAPPY, NOBODY, UNHAPPY, sits, tasks
from tests.integration.services.desk import Desk
from tests.integration.services.telephone import Telephone

TUESDAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def telephone(desk: Desk) -> Telephone:
    made = Telephone(desk)
    desk.room.clock = lambda: NINE + timedelta(hours=3, minutes=30)
    return made


def call_at(
    telephone: Telephone, begin: datetime, outcome: CallOutcome, wait: int, **fields: Any
) -> int:
    talk = fields.pop("talk", 0)
    answered = begin + wait * SECOND if outcome is CallOutcome.ANSWERED else None
    return telephone.comes(
        started_at=begin,
        queued_at=begin,
        answered_at=answered,
        ended_at=begin + (wait + talk) * SECOND,
        wait_ms=wait * 1000,
        talk_ms=talk * 1000 if answered else None,
        outcome=outcome.value,
        **fields,
    )


def morning(telephone: Telephone, who: int | None) -> None:
    """Nine o'clock: three answered, one given up; ten o'clock: one given up early."""
    call_at(telephone, NINE, CallOutcome.ANSWERED, 4, talk=60, account_id=who)
    call_at(telephone, NINE + 60 * SECOND, CallOutcome.ANSWERED, 16, talk=90, account_id=who)
    call_at(telephone, NINE + 120 * SECOND, CallOutcome.ANSWERED, 31, talk=30)
    call_at(telephone, NINE + 180 * SECOND, CallOutcome.ABANDONED, 40)
    call_at(telephone, NINE + timedelta(hours=1), CallOutcome.ABANDONED, 2)
    call_at(telephone, NINE - timedelta(hours=24), CallOutcome.ABANDONED, 50)


def test_a_day_by_hours(telephone: Telephone, desk: Desk) -> None:
    morning(telephone, desk.operator.account_id)
    report = read_report(desk.room, desk.leader, TUESDAY, TUESDAY)
    assert report.by_hour
    assert len(report.lines) == 13, "no hour that has not begun"
    nine = next(line for line in report.lines if line.begin == NINE).figures
    assert (nine.offered, nine.answered, nine.abandoned) == (4, 3, 1)
    assert nine.answer_rate == Decimal("75.00")
    assert nine.level_of_offered == Decimal("25.00")
    assert nine.level_of_answered == Decimal("33.33")
    assert nine.second_of_offered == Decimal("50.00")
    assert nine.mean_wait == Decimal("17.0")
    assert nine.mean_talk == Decimal("60.0")
    assert (report.total.offered, report.total.early) == (4, 1)
    assert report.total.known


def test_days(telephone: Telephone, desk: Desk) -> None:
    morning(telephone, None)
    report = read_report(desk.room, desk.leader, TUESDAY - timedelta(days=2), TUESDAY)
    assert [line.figures.offered for line in report.lines] == [0, 1, 4]
    assert not report.by_hour


def test_a_gap_is_said(telephone: Telephone, desk: Desk) -> None:
    morning(telephone, None)
    gap = {
        "pbx": "pbx1",
        "lost_at": NINE + timedelta(minutes=30),
        "resumed_at": NINE + timedelta(minutes=70),
        "calls_filled": 0,
    }
    desk.room.database.write(lambda unit: unit.conn.execute(insert(pbx_gap).values(gap)).rowcount)
    report = read_report(desk.room, desk.leader, TUESDAY, TUESDAY)
    unknown = [line.begin for line in report.lines if not line.figures.known]
    assert unknown == [NINE, NINE + timedelta(hours=1)]
    assert not report.total.known
    assert not read_wallboard(desk.room, desk.leader).today.known
    filled = {"filled_at": NINE + timedelta(hours=2)}
    desk.room.database.write(
        lambda unit: unit.conn.execute(pbx_gap.update().values(filled)).rowcount
    )
    report = read_report(desk.room, desk.leader, TUESDAY, TUESDAY)
    assert report.total.known, "the PBX's own log has told"


def test_agents(telephone: Telephone, desk: Desk) -> None:
    who = desk.operator.account_id
    morning(telephone, who)
    spells = [
        ("READY", -60, 10),
        ("TALKING", 10, 30),
        ("WRAP_UP", 30, 40),
        ("PAUSED", 40, 60),
    ]
    rows = [
        {
            "account_id": who,
            "extension": "8001",
            "state": state,
            "reason": "",
            "began_at": county_midnight(TUESDAY) + timedelta(minutes=begin),
            "ended_at": county_midnight(TUESDAY) + timedelta(minutes=end),
        }
        for state, begin, end in spells
    ]
    desk.room.database.write(lambda unit: unit.conn.execute(insert(agent_spell), rows).rowcount)
    (line,) = read_report(desk.room, desk.leader, TUESDAY, TUESDAY).agents
    found = line.figures
    assert line.name == desk.operator.name
    assert (found.answered, found.signed, found.talking, found.wrap_up) == (2, 3600, 1200, 600)
    assert found.occupancy == Decimal("50.00")
    assert found.mean_talk == Decimal("75.0")
    mine = read_report(desk.room, desk.operator, TUESDAY, TUESDAY)
    assert ([one.name for one in mine.agents], mine.whole) == ([desk.operator.name], False)
    assert read_report(desk.room, desk.colleague, TUESDAY, TUESDAY).agents == []


def test_call_backs(telephone: Telephone, desk: Desk) -> None:
    for minute, number in ((0, "13800000001"), (1, "13800000002"), (2, "13800000001")):
        begin = NINE + timedelta(minutes=minute)
        key = call_at(telephone, begin, CallOutcome.ABANDONED, 20, number=number)
        desk.room.database.write(lambda unit, key=key: settle_call(desk.room, unit, key))
    again = call_at(
        telephone, NINE + timedelta(minutes=12), CallOutcome.ANSWERED, 20, number="13800000001"
    )
    desk.room.clock = lambda: NINE + timedelta(minutes=20, seconds=20)
    desk.room.database.write(lambda unit: settle_call(desk.room, unit, again))
    found = read_report(desk.room, desk.leader, TUESDAY, TUESDAY).callbacks
    assert (found.missed, found.called_back, found.in_time, found.waiting) == (2, 1, 1, 1)
    assert found.called_back_rate == Decimal("50.00")
    assert found.mean_minutes == Decimal("20.0")
    assert (read_wallboard(desk.room, desk.leader).callbacks) == 1


def test_return_calls(telephone: Telephone, desk: Desk) -> None:
    for record in (HAPPY, UNHAPPY, NOBODY, None):
        desk.checked()
        task = tasks(desk)[-1]
        if record is not None:
            answer_return(desk.room, desk.operator, task.id, task.version, record)
    found = read_report(desk.room, desk.leader, TUESDAY, TUESDAY).confirm
    assert (found.due, found.visited, found.answered) == (4, 3, 2)
    assert (found.solved, found.scored, found.satisfied, found.dissatisfied) == (1, 2, 1, 1)
    assert found.satisfied_rate == Decimal("50.00")
    assert found.in_time_rate == Decimal("75.00")
    begin, end = county_midnight(TUESDAY), county_midnight(TUESDAY + timedelta(days=1))
    sizes = {
        what: len(list_visits(desk.room, desk.leader, what, ReturnKind.CONFIRM, begin, end))
        for what in VISITS
    }
    assert sizes == {"due": 4, "answered": 2, "solved": 1, "dissatisfied": 1, "unreachable": 0}
    board = read_wallboard(desk.room, desk.leader)
    assert (board.returns, board.returns_late) == (2, 0)


def test_what_is_behind_a_figure(telephone: Telephone, desk: Desk) -> None:
    who = desk.operator.account_id
    morning(telephone, who)
    call_at(telephone, NINE, CallOutcome.NO_ANSWER, 20, direction=Direction.OUT.value)
    begin, end = county_midnight(TUESDAY), county_midnight(TUESDAY + timedelta(days=1))
    sizes = {what: len(list_calls(desk.room, desk.leader, what, begin, end)) for what in CALLS}
    assert sizes == {
        "incoming": 5,
        "answered": 3,
        "late": 2,
        "abandoned": 1,
        "missed": 2,
        "lost": 0,
        "outgoing": 1,
    }
    mine = list_calls(desk.room, desk.leader, "answered", begin, end, who)
    assert [row.agent for row in mine] == [desk.operator.name] * 2
    assert mine[0].shown == "138****0000"
    with desk.refused(Invalid):
        list_calls(desk.room, desk.leader, "everything", begin, end)


def test_who_reads_and_how_much(telephone: Telephone, desk: Desk) -> None:
    with desk.refused(NotAllowed):
        read_report(desk.room, desk.dispatcher, TUESDAY, TUESDAY)
    with desk.refused(NotAllowed):
        read_wallboard(desk.room, desk.dispatcher)
    with desk.refused(Invalid):
        read_report(desk.room, desk.leader, TUESDAY, TUESDAY + timedelta(days=31))
    with desk.refused(Invalid):
        read_report(desk.room, desk.leader, TUESDAY, TUESDAY - timedelta(days=1))


def test_the_wall_shows_the_longest_wait_first(telephone: Telephone, desk: Desk) -> None:
    sits(desk, desk.operator, "8001")
    telephone.comes("13900000001", linkedid="7.1", urgent=True)
    line = [
        {"linkedid": "8.1", "since": (NINE + SECOND).isoformat()},
        {"linkedid": "7.1", "since": NINE.isoformat()},
    ]
    desk.room.database.write(lambda unit: unit.conn.execute(pbx.update().values(waiting=line)))
    board = read_wallboard(desk.room, desk.leader)
    assert [(one.shown, one.urgent) for one in board.waiting] == [
        ("139****0001", True),
        ("来电", False),
    ]
    assert (board.ready, board.seats[0].name) == (1, desk.operator.name)
    line = [{"linkedid": f"{index}.1", "since": NINE.isoformat()} for index in range(15)]
    desk.room.database.write(lambda unit: unit.conn.execute(pbx.update().values(waiting=line)))
    board = read_wallboard(desk.room, desk.leader)
    assert (len(board.waiting), board.more) == (12, 3)
