"""What a suggestion says for reports as citizens word them (all sentences are ours)."""

import random

import pytest

from classifiers.catalogue import labels
from classifiers.lexicon import APPEALS, lexicon
from classifiers.suggestion import Suggester, Suggestion, confusable_hint

EXPECTED = [
    ("十字路口北边的井盖没了，我骑车差一点栽进去", "C01023"),
    ("小区大门外的污水井盖松了，过车就响", "C01002"),
    ("一下雨文化广场的雨水箅子就堵得死死的", "C01004"),
    ("我们这条街的路灯三天没亮了", "C01037"),
    ("市场口一地的垃圾没人扫，臭得很", "E06010"),
    ("楼下垃圾桶早就满了，袋子堆到外面也没人来收", "E06042"),
    ("楼前堆着别人装修剩下的砖头渣土，快有一个月了", "E06011"),
    ("水果店把筐子全摆到店门外的人行道上", "E09005"),
    ("夜里烧烤摊就在马路边烤，烟往家里灌", "E06029"),
    ("工地半夜还在打桩，吵得全家睡不着", "E08001"),
    ("对面工地从来不洒水，刮风就是一片灰", "E08004"),
    ("电线杆上贴满了办证的小广告", "E07001"),
    ("隔壁在楼顶偷偷加盖了一间房", "E06001"),
    ("路面上有个大坑，轮胎都硌爆了", "E06013"),
    ("路面忽然塌陷出一个大洞，有辆车掉进去了", "E11001"),
    ("自来水管爆了，水喷出几米高", "E11002"),
    ("下水道堵了，污水流得满街都是", "E11005"),
    ("电线掉下来垂到人行道上面", "E10002"),
    ("有人在绿化带里开荒种菜", "E06045"),
    ("共享单车乱停，把盲道都占满了", "E09011"),
    ("小区消防通道天天被私家车堵着", "E09012"),
    ("公共厕所脏得下不去脚", "C03001"),
    ("马路边有一条死狗，几天了没人收", "E06037"),
]


def _three(suggestion: Suggestion) -> list[str]:
    return [guess.label for guess in suggestion.guesses[:3]]


@pytest.mark.parametrize(("text", "label"), EXPECTED)
def test_the_right_label_is_among_three(cold: Suggester, text: str, label: str) -> None:
    assert label in _three(cold.suggest(text))


def test_the_lexicon_alone_finds_most_of_them(untrained: Suggester) -> None:
    found = sum(label in _three(untrained.suggest(text)) for text, label in EXPECTED)
    assert found >= len(EXPECTED) - 3


@pytest.mark.parametrize(("text", "label"), EXPECTED)
def test_evidence_is_in_the_text(cold: Suggester, text: str, label: str) -> None:
    for guess in cold.suggest(text).guesses:
        assert all(words and words in text for words in guess.evidence)


def test_evidence_keeps_the_letters_of_the_report(cold: Suggester) -> None:
    text = "ＬＥＤ路灯不亮，①号楼前㍿"
    for guess in cold.suggest(text, "①路灯").guesses:
        assert all(words in text or words in "①路灯" for words in guess.evidence)


def test_another_authority_is_one_guess_with_its_field(cold: Suggester) -> None:
    suggestion = cold.suggest("老板欠了我三个月工资不发，劳动合同也不签，社保也没交")
    assert suggestion.guesses[0].label == "OUT:人社"
    assert suggestion.out_field == "人社"
    assert sum(guess.kind == "OUT" for guess in suggestion.guesses) == 1


@pytest.mark.parametrize(
    ("text", "appeal"),
    [
        ("请问办理户外招牌需要什么材料？", "咨询"),
        ("建议在步行街增设几个垃圾桶", "建议"),
        ("感谢环卫师傅拾金不昧，特此表扬", "表扬"),
        ("我要举报有人私自加盖", "举报"),
    ],
)
def test_the_appeal_type(cold: Suggester, text: str, appeal: str) -> None:
    assert cold.suggest(text).appeal == appeal


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("地下往外冒气，燃气泄漏了", "特急"),
        ("井盖不见了，有人差点掉进去", "紧急"),
        ("楼下铺子私藏汽油桶，楼上全是居民", "紧急"),
        ("旁边打桩，我家房子墙体都裂开了", "紧急"),
        ("流浪狗昨天又把小孩咬伤", "紧急"),
        ("后山的挡墙往外鼓包，天天看着提心吊胆", "紧急"),
        ("这个弯道已经连续出了三起事故", "紧急"),
        ("地坑挖了十米深坑，周围没有围挡", "紧急"),
        ("养狗要办什么证", "一般"),
        ("小区的花该浇水了", "一般"),
    ],
)
def test_trigger_words_raise_the_urgency_and_say_why(
    cold: Suggester, text: str, urgency: str
) -> None:
    suggestion = cold.suggest(text)
    assert suggestion.urgency == urgency
    assert bool(suggestion.urgency_reasons) == (urgency != "一般")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("人民路与解放街交叉口东侧的路灯不亮", "人民路与解放街交叉口"),
        ("示范县城关镇桃园小区3号楼门口堆满垃圾", "城关镇桃园小区3号楼"),
        ("垃圾堆了一地没有人扫", None),
        ("马路上全是水", None),
    ],
)
def test_the_place_is_taken_from_the_text(cold: Suggester, text: str, place: str | None) -> None:
    found = cold.suggest(text).place
    if place is None:
        assert found is None
    else:
        assert found is not None
        assert place in found
        assert found in text


NONSENSE = [
    "",
    " ",
    "\n\n\t",
    "水",
    "嗯",
    "？",
    "🙂🙂🙂",
    "\x00\x01\x1b[31m",
    "\ud800\udfff",
    "a\ud83dz",
    "路燈壞了，馬路上很黑",
    "The street lamp is broken",
    "路灯" * 50_000,
    "\u202e路灯\u200b不亮",
    "ﷺ" * 3_000,
    "e\u0301" * 2_000,
]


@pytest.mark.parametrize("text", NONSENSE, ids=range(len(NONSENSE)))
def test_no_text_breaks_a_suggestion(cold: Suggester, untrained: Suggester, text: str) -> None:
    for suggester in (cold, untrained):
        for suggestion in (suggester.suggest(text), suggester.suggest(text, text)):
            _plausible(suggestion)


@pytest.mark.parametrize("text", ["", " ", "？", "🙂🙂🙂", "\ud800\udfff"])
def test_a_text_that_says_nothing_gets_no_guess(cold: Suggester, text: str) -> None:
    suggestion = cold.suggest(text)
    assert suggestion.guesses == ()
    assert suggestion.abstained
    assert suggestion.place is None


def test_random_characters_never_raise(cold: Suggester) -> None:
    chance = random.Random(7)
    alphabet = "路灯井盖坏了垃圾（）,.\t\r\n\x00\ud800abcＡ１①㍿é\u0301🙂\u202e"
    for _ in range(300):
        text = "".join(chance.choice(alphabet) for _ in range(chance.randrange(60)))
        _plausible(cold.suggest(text, text[: chance.randrange(10)]))


def _plausible(suggestion: Suggestion) -> None:
    assert len(suggestion.guesses) <= 5
    assert suggestion.appeal in APPEALS
    assert all(guess.label in labels() for guess in suggestion.guesses)
    chances = [guess.probability for guess in suggestion.guesses]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) <= 1.001


def test_the_same_report_gets_the_same_suggestion(cold: Suggester) -> None:
    first, second = (cold.suggest(text) for text in ["路灯坏了没人修"] * 2)
    assert first.guesses == second.guesses
    assert first.appeal_probability == second.appeal_probability


def test_a_title_counts_more_than_the_body(cold: Suggester) -> None:
    body = "路边垃圾也多"
    assert cold.suggest(body, "路灯不亮").guesses[0].label == "C01037"


def test_confusable_pairs_are_told_apart_in_either_order() -> None:
    pair = next(iter(lexicon().confusable))
    one, other = sorted(pair)
    assert confusable_hint(one, other) == confusable_hint(other, one)
    assert confusable_hint(one, other)
    assert confusable_hint(one, one) is None
