"""Names misheard or mistyped are found, and told as what they were taken for."""

import pytest

from intake.geo.gazetteer import Gazetteer, How
from intake.geo.soundalike import SoundIndex, syllable
from intake.sample.county import load_sample

GAZETTEER = Gazetteer(load_sample().county)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张", "章"),
        ("张", "脏"),
        ("山", "三"),
        ("南", "兰"),
        ("人", "仍"),
        ("生", "身"),
        ("湖", "福"),
    ],
)
def test_syllables_that_many_speakers_do_not_tell_apart(one: str, other: str) -> None:
    assert syllable(one) == syllable(other)


@pytest.mark.parametrize(("one", "other"), [("东", "西"), ("路", "街"), ("a", "b"), ("1", "2")])
def test_syllables_that_are_not_the_same(one: str, other: str) -> None:
    assert syllable(one) != syllable(other)


@pytest.mark.parametrize(
    ("typed", "label", "how"),
    [
        ("人名路与解放街交叉口", "人民路与解放街交叉口", How.CROSSING),
        ("人名路和解防街路口往东50米", "人民路与解放街交叉口向东50米", How.CROSSING),
        ("世济广场门口", "世纪广场", How.LANDMARK),
        ("北观菜市场的垃圾", "北关菜市场", How.LANDMARK),
        ("前进项12号", "前进巷12号(估计位置)", How.HOUSE_NUMBER),
        ("城关镇汪瓦村", "城关镇汪洼村", How.VILLAGE),
        ("县妇又保健院对面", "县妇幼保健院", How.LANDMARK),
        ("县妇女保健院对面", "县妇幼保健院", How.LANDMARK),
    ],
)
def test_a_misheard_place_is_found(typed: str, label: str, how: How) -> None:
    best = GAZETTEER.resolve(typed)[0]
    assert (best.label, best.how) == (label, how)
    assert best.misheard
    assert all("查找" in each for each in best.misheard)


def test_what_is_written_right_is_surer_and_told_without_a_remark() -> None:
    right = GAZETTEER.resolve("人民路与解放街交叉口")[0]
    wrong = GAZETTEER.resolve("人名路与解放街交叉口")[0]
    assert right.label == wrong.label
    assert right.score > wrong.score
    assert right.misheard == ()
    assert wrong.misheard == ("“人名路”按“人民路”查找",)


@pytest.mark.parametrize(
    "text",
    [
        "今天下雨路上都是水",
        "希望领导解决一下",
        "",
        "。",
        "🙂🙂🙂",
        "ABC123",
        "锦绣花园门口",
        "\ud800",
    ],
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert GAZETTEER.resolve(text) == []


def test_short_names_are_never_misheard() -> None:
    index = SoundIndex([("王庄", 1), ("王家庄", 2)])
    assert list(index.find("忘庄")) == []
    assert [found.bearers for found in index.find("汪家庄")] == [(2,)]
