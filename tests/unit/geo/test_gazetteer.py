"""Addresses in words, resolved in the sample county."""

from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.geo.bearings import Offset, read_number, read_offset
from intake.geo.gazetteer import LONGEST_TEXT, Candidate, Gazetteer, How
from intake.sample.county import load_sample

SAMPLE = load_sample()
COUNTY = SAMPLE.county
GAZETTEER = Gazetteer(COUNTY)


def best(text: str) -> Candidate:
    candidates = GAZETTEER.resolve(text)
    assert candidates, text
    assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)
    return candidates[0]


def moved(start: Candidate, end: Candidate) -> tuple[float, float]:
    """Metres east and north from one candidate to another."""
    x1, y1 = COUNTY.plane.to_metres(start.lon, start.lat)
    x2, y2 = COUNTY.plane.to_metres(end.lon, end.lat)
    return x2 - x1, y2 - y1


CROSSING = best("人民路与解放街交叉口")


@pytest.mark.parametrize(
    "text",
    [
        "人民路与解放街交叉口",
        "人民路和解放街十字路口",
        "人民路跟解放街路口",
        "人民路、解放街口",
        "人民路解放街交叉路口附近",
        "县城人民路 与 解放街 交汇处有垃圾",
        "人民街和解放路交叉口",
    ],
)
def test_a_crossing_in_many_wordings(text: str) -> None:
    found = best(text)
    assert found.how is How.CROSSING
    assert (found.lon, found.lat) == (CROSSING.lon, CROSSING.lat)


def test_the_order_of_the_roads_does_not_matter() -> None:
    east, north = moved(CROSSING, best("解放街与人民路交叉口"))
    assert abs(east) < 1
    assert abs(north) < 1


def test_a_crossing_lies_on_both_roads() -> None:
    here = COUNTY.locate(CROSSING.lon, CROSSING.lat)
    assert here.in_managed_area
    assert here.unit_grid_code is not None


@pytest.mark.parametrize(
    ("words", "east", "north"),
    [
        ("向东50米", 50, 0),
        ("往东约五十米", 50, 0),
        ("向西100米", -100, 0),
        ("往南一百二十米", 0, -120),
        ("北50米处", 0, 50),
        ("向东50米路北", 50, 12),
        ("向东50米(路南)", 50, -12),
        ("西北角", -8.5, 8.5),
        ("东侧", 12, 0),
        ("(路北)", 0, 12),
    ],
)
def test_so_far_from_a_crossing(words: str, east: float, north: float) -> None:
    found = best("人民路与解放街交叉口" + words)
    assert found.how is How.CROSSING
    # along a street that is not quite straight: within a sixth of the way
    assert moved(CROSSING, found) == pytest.approx((east, north), abs=hypot(east, north) / 6)


def test_the_two_sides_of_a_road() -> None:
    corner = "人民路与解放街交叉口向东50米"
    assert moved(best(corner + "路南"), best(corner + "路北")) == pytest.approx((0, 24), abs=0.3)


def test_roads_that_do_not_meet_have_no_crossing() -> None:
    found = GAZETTEER.resolve("北环路与南环路交叉口")
    assert {candidate.how for candidate in found} == {How.ROAD}


def test_a_stretch_lies_between_its_ends() -> None:
    found = best("人民路从解放街到中山街段污水横流")
    assert found.how is How.STRETCH
    ends = CROSSING, best("人民路与中山街交叉口")
    to_one, to_other = moved(found, ends[0]), moved(found, ends[1])
    assert to_one[0] == pytest.approx(-to_other[0], abs=5)


def test_house_numbers_are_estimated_along_the_road() -> None:
    low, high = best("建设路8号"), best("建设路128号")
    assert low.how is high.how is How.HOUSE_NUMBER
    assert moved(low, high)[0] == pytest.approx(600, abs=10)
    assert "估计" in high.label
    assert best("建设路一百二十八号院").how is How.HOUSE_NUMBER
    assert best("建设路9999号").how is How.ROAD


def test_landmarks_by_their_common_names() -> None:
    hospital = best("示范县人民医院")
    assert hospital.how is How.LANDMARK
    assert best("县医院").label == hospital.label == best("人民医院大门口").label
    assert moved(hospital, best("县医院门口往北一百米")) == pytest.approx((0, 100), abs=1)


def test_a_landmark_named_after_a_road_is_not_the_road() -> None:
    assert best("文化路小学门口").how is How.LANDMARK
    assert best("文化路").how is How.ROAD


def test_the_half_of_a_road() -> None:
    east, _ = moved(best("人民西路"), best("人民东路"))
    assert east > 500


def test_villages_that_share_a_name_are_all_proposed() -> None:
    found = GAZETTEER.resolve("李庄村")
    assert [candidate.how for candidate in found] == [How.VILLAGE] * 3
    only = GAZETTEER.resolve("白塔镇李庄村")
    assert [c.label for c in only if c.how is How.VILLAGE] == ["白塔镇李庄村"]
    assert only[0].score > found[0].score


def test_every_village_community_road_and_landmark_is_found_by_its_name() -> None:
    rows = SAMPLE.rows
    for village in rows.villages:
        town = COUNTY.regions[village.region_code].name
        assert best(town + village.name).label == town + village.name
    for named in (*rows.communities, *rows.roads, *rows.landmarks):
        assert best(named.name).label == named.name
    for region in rows.regions:
        assert best(region.name).label == region.name


def test_nothing_known_gives_nothing() -> None:
    assert GAZETTEER.resolve("") == []
    assert GAZETTEER.resolve("路灯坏了没人修") == []


@given(
    st.text(max_size=60),
    st.sampled_from(["人民路", "人民路与解放街交叉口", "李庄村", "县医院"]),
    st.text(max_size=60),
)
def test_any_text_around_a_name_is_harmless(before: str, name: str, after: str) -> None:
    for candidate in GAZETTEER.resolve(before + name + after):
        assert 0 < candidate.score <= 1
        assert abs(candidate.lon - 113.6) < 0.2
        assert abs(candidate.lat - 33.2) < 0.2


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert best("人民路与解放街交叉口向东50米" * 20000).how is How.CROSSING
    assert GAZETTEER.resolve("没有地名" * LONGEST_TEXT + "人民路") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("50", 50),
        ("12.5", 12.5),
        ("五", 5),
        ("十", 10),
        ("十五", 15),
        ("两百", 200),
        ("一百五", 150),
        ("一百零五", 105),
        ("一百二十八", 128),
        ("三千二百", 3200),
    ],
)
def test_numbers_in_words(text: str, number: float) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("向东50米", Offset("东", 50)),
        ("往西北方向大约200米", Offset("西北", 200)),
        ("向南1.5公里", Offset("南", 1500)),
        ("北侧", Offset(side="北")),
        ("向东50米路北", Offset("东", 50, "北")),
        ("往东五十米左右的路南侧", Offset("东", 50, "南")),
        ("有垃圾", Offset()),
        ("东方红", Offset()),
        ("向东99公里", Offset()),
    ],
)
def test_offsets_in_words(text: str, offset: Offset) -> None:
    assert read_offset(text) == offset
