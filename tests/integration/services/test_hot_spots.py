"""Many alike near each other within hours alert the shift leader once, and the alert ends."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from intake.domain.errors import NotAllowed, NotFound
from intake.domain.submission import Place, ReporterDetails
from intake.domain.ticket import Ticket
from intake.services.hot_spots import find_hot_spots, open_hot_spots, see_hot_spot
from intake.store.tables import hot_spot
from tests.integration.services.background import run_jobs
from tests.integration.services.desk import IN_AREA, Desk

METRES_EAST = 1 / (111_320 * 0.8367)


def _reports(desk: Desk, many: int, first: int = 0, **fields: Any) -> list[Ticket]:
    """Reports of different people, some metres from each other."""
    made = []
    for number in range(first, first + many):
        person = ReporterDetails(phone=f"139{number:08d}")
        spot = Place(lon=IN_AREA[0] + number * 20 * METRES_EAST, lat=IN_AREA[1])
        values = {"place": spot, "reporter": person, "uploads": ()} | fields
        made.append(desk.received("小区门口垃圾成堆没人清", **values))
    run_jobs(desk)
    return made


def test_five_people_within_hours_make_one_alert_that_grows(desk: Desk) -> None:
    made = _reports(desk, 4)
    assert find_hot_spots(desk.room) == 0
    made += _reports(desk, 1, first=4)
    for _ in range(3):
        assert find_hot_spots(desk.room) == 1
    alert = open_hot_spots(desk.room, desk.leader)[0]
    assert alert.name == "暴露垃圾"
    assert alert.count == 5
    assert set(alert.numbers) == {sheet.number for sheet in made}
    assert alert.place
    assert not alert.seen
    _reports(desk, 2, first=5)
    assert find_hot_spots(desk.room) == 1
    grown = open_hot_spots(desk.room, desk.leader)[0]
    assert (grown.id, grown.count) == (alert.id, 7)
    assert grown.began_at == alert.began_at


def test_one_person_five_times_is_no_hot_spot(desk: Desk) -> None:
    _reports(desk, 5, reporter=ReporterDetails(phone="13800000000"))
    assert find_hot_spots(desk.room) == 0


def test_far_from_each_other_is_no_hot_spot(desk: Desk) -> None:
    for number in range(5):
        spot = Place(lon=IN_AREA[0] + number * 900 * METRES_EAST, lat=IN_AREA[1])
        _reports(desk, 1, first=number, place=spot)
    assert find_hot_spots(desk.room) == 0


def test_without_points_words_bring_them_together(desk: Desk) -> None:
    _reports(desk, 6, place=Place())
    assert find_hot_spots(desk.room) == 1


def test_an_alert_ends_when_nothing_more_comes(desk: Desk) -> None:
    _reports(desk, 5)
    assert find_hot_spots(desk.room) == 1
    now = desk.room.clock()
    desk.room.clock = lambda: now + timedelta(hours=desk.room.settings.hot_spot_hours, minutes=1)
    assert find_hot_spots(desk.room) == 0
    assert open_hot_spots(desk.room, desk.leader) == []
    with desk.room.database.read() as conn:
        assert conn.execute(select(func.count()).select_from(hot_spot)).scalar() == 1


def test_only_the_shift_leader_takes_note(desk: Desk) -> None:
    _reports(desk, 5)
    find_hot_spots(desk.room)
    alert = open_hot_spots(desk.room, desk.leader)[0]
    with desk.refused(NotAllowed):
        see_hot_spot(desk.room, desk.operator, alert.id)
    with desk.refused(NotAllowed):
        open_hot_spots(desk.room, desk.operator)
    with desk.refused(NotFound):
        see_hot_spot(desk.room, desk.leader, 999)
    see_hot_spot(desk.room, desk.leader, alert.id)
    assert open_hot_spots(desk.room, desk.leader)[0].seen
    find_hot_spots(desk.room)
    assert open_hot_spots(desk.room, desk.leader)[0].seen
