"""Points for a report from its words: where, why, in which unit grid, inside the area or not."""

import pytest

from intake.domain.errors import NotAllowed
from intake.services.live_suggestion import suggest_live
from intake.services.place_candidates import find_places, places_of_ticket, places_of_words
from tests.integration.services.background import run_jobs
from tests.integration.services.desk import IN_AREA, Desk


def test_a_crossing_in_the_town(desk: Desk) -> None:
    found = find_places(desk.room, desk.operator, "人民路与解放街交叉口东50米")
    best = found[0]
    assert best.label == "人民路与解放街交叉口向东50米"
    assert best.how == "路口"
    assert best.in_managed_area
    spot = desk.room.county.locate(best.lon, best.lat)
    assert best.unit_grid_code == spot.unit_grid_code
    assert best.town
    assert len(found) <= 5
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_village_lies_outside_the_managed_area(desk: Desk) -> None:
    best = find_places(desk.room, desk.operator, "城关镇汪洼村")[0]
    assert not best.in_managed_area
    assert best.unit_grid_code == ""


def test_address_place_and_text_are_one_list_with_reasons(desk: Desk) -> None:
    found = places_of_words(
        desk.room, desk.operator, "人名路上世纪广场旁边的井盖坏了", ("世纪广场旁边",), "世纪广场"
    )
    best = found[0]
    assert best.label == "世纪广场"
    assert {"按地址", "原文“世纪广场旁边”", "按全文"} == set(best.reasons)
    road = next(one for one in found if one.label == "人民路")
    assert "“人名路”按“人民路”查找" in road.reasons
    assert len({one.label for one in found}) == len(found)


def test_a_second_place_is_proposed_behind_the_first(desk: Desk) -> None:
    told = "人民路的车堵到世纪广场"
    found = places_of_words(desk.room, desk.operator, told, ("世纪广场", "人民路"))
    assert [one.label for one in found][:2] == ["世纪广场", "人民路"]
    assert "原文“人民路”" in found[1].reasons


def test_a_ticket_proposes_from_what_the_citizen_said(desk: Desk) -> None:
    sheet = desk.received("世纪广场门口的垃圾没人清")
    assert places_of_ticket(desk.room, desk.operator, sheet.number)[0].label == "世纪广场"
    run_jobs(desk)
    # The steady suggester always hears 中山路, which this county calls 中山街.
    labels = [one.label for one in places_of_ticket(desk.room, desk.operator, sheet.number)]
    assert labels[0] == "世纪广场"
    assert "中山街" in labels
    with desk.refused(NotAllowed):
        places_of_ticket(desk.room, desk.collectors["cj01"], sheet.number)


@pytest.mark.parametrize("words", ["", "。", "🙂" * 3000, "\ud800", "x" * 20_000, "路" * 5000])
def test_any_words_give_a_list(desk: Desk, words: str) -> None:
    assert find_places(desk.room, desk.operator, words) == []
    suggest_live(desk.room, desk.operator, words, words, None)


def test_live_suggestion_knows_place_and_near_tickets(desk: Desk) -> None:
    made = desk.received("世纪广场门口垃圾成堆没有人清运")
    run_jobs(desk)
    live = suggest_live(desk.room, desk.operator, "世纪广场的垃圾成堆", "", None)
    assert live.made.guesses[0].label == "E06010"
    assert live.places[0].label == "世纪广场"
    assert [one.number for one in live.near] == [made.number]
    far = suggest_live(desk.room, desk.operator, "路灯整夜不亮", "", IN_AREA)
    assert far.near == []
