"""What decisions teach: county words find their label, doubt is honest, files keep everything."""

import random
from pathlib import Path

import numpy as np
import pytest

from classifiers.archive import ModelError, read_archive, write_archive
from classifiers.catalogue import catalogue
from classifiers.category import Reader, Trained
from classifiers.cooccurrence import LEAST_READ, Company
from classifiers.county import answers_of
from classifiers.examples import Example
from classifiers.lexicon import lexicon
from classifiers.registry import load, save
from classifiers.regression import corrected, sureness
from classifiers.suggestion import Suggester
from classifiers.training import LEAST_DECISIONS, folds_of, train

LOCAL = {
    "C01037": ["灯盏子黑咕隆咚", "高头的亮子又熄了", "夜里亮子不晓得亮"],
    "E06010": ["渣滓丢得到处是", "一路渣滓冇得人收", "屋门口渣滓成山"],
    "E08001": ["后生半夜打夯", "夯机吵死人", "打夯打到天光"],
    "OUT:人社": ["工钱拖起不把", "包工头不把工钱", "做了半年工钱冇得"],
}
BASE = [
    Example("1", "C01037", "", "路灯不亮"),
    Example("2", "E06010", "", "垃圾没人扫"),
    Example("3", "OUT:人社", "", "欠薪不发"),
    Example("4", "E08001", "", "工地半夜施工"),
    Example("5", "OUT:教育", "", "学校招生"),
]
SELDOM = {
    "C01002": "污水井盖松了，过车就响",
    "C01004": "雨水箅子堵得死死的",
    "E06042": "垃圾桶早就满了，满溢到外面",
    "E09005": "水果店的筐子全摆到店外经营",
    "E06029": "夜里露天烧烤，烟往家里灌",
    "E07001": "电线杆上贴满了小广告",
    "E06013": "路面有个大坑，路面破损",
    "E06045": "有人在绿化带里开荒种菜，毁绿",
    "E09011": "共享单车乱停乱放",
    "C03001": "公共厕所脏得下不去脚",
}
PLACES = ["东门", "西街", "老桥头", "河边", "新村口", "站前", "北坡", "南巷", "塘边", "坝上"]


def _decisions() -> list[Example]:
    chance = random.Random(3)
    made = [
        Example(f"{label}{number}", label, words, f"{place}那里{words}", appeal=appeal)
        for label, phrases in LOCAL.items()
        for words, appeal in zip(phrases, ("投诉", "求助", "咨询"), strict=True)
        for number, place in enumerate(PLACES)
    ]
    made.extend(Example(label, label, "", text) for label, text in SELDOM.items())
    chance.shuffle(made)
    return made


@pytest.fixture(scope="module")
def warm() -> Trained:
    words = lexicon()
    return train(Reader(catalogue(), words), words, BASE, _decisions())


@pytest.mark.parametrize("label", LOCAL)
def test_words_of_the_county_find_their_label(warm: Trained, label: str) -> None:
    suggestion = Suggester(warm).suggest(f"坝头上{LOCAL[label][0]}，麻烦来看一下")
    assert suggestion.guesses[0].label == label
    assert suggestion.guesses[0].evidence
    untaught = train(Reader(catalogue(), lexicon()), lexicon(), BASE, [])
    cold = Suggester(untaught).suggest(f"坝头上{LOCAL[label][0]}，麻烦来看一下")
    assert not cold.guesses or cold.guesses[0].probability < suggestion.guesses[0].probability


def test_a_label_without_decisions_is_still_found_by_the_lexicon(warm: Trained) -> None:
    suggestion = Suggester(warm).suggest("占用消防通道，消防通道被堵")
    assert "E09012" in [guess.label for guess in suggestion.guesses]


def test_a_warm_model_is_kept_whole_and_trained_the_same_twice(
    warm: Trained, tmp_path: Path
) -> None:
    words = lexicon()
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    save(one, warm, "warm", {"decisions": 120})
    save(
        two,
        train(Reader(catalogue(), words), words, BASE, _decisions()),
        "warm",
        {"decisions": 120},
    )
    assert one.read_bytes() == two.read_bytes()
    text = "西街亮子又熄了，哪个来修"
    before, after = Suggester(warm).suggest(text), Suggester(load(one)).suggest(text)
    assert before.guesses == after.guesses
    assert (before.appeal, before.appeal_probability) == (after.appeal, after.appeal_probability)


@pytest.mark.parametrize("member", ["subject_carried", "field_constant", "appeal_sureness"])
def test_a_county_part_that_does_not_fit_is_refused(
    warm: Trained, tmp_path: Path, member: str
) -> None:
    path = tmp_path / "one.npz"
    save(path, warm, "warm", {})
    whole = read_archive(path, {})
    header = {key: value for key, value in whole.header.items() if key not in ("format", "sha256")}
    arrays = {**whole.arrays, member: whole.arrays[member][:1]}
    write_archive(path, type(whole)(header, arrays, whole.texts))
    with pytest.raises(ModelError, match="is incomplete"):
        load(path)


def test_too_few_decisions_make_no_county_part() -> None:
    words = lexicon()
    few = _decisions()[: LEAST_DECISIONS - 1]
    assert train(Reader(catalogue(), words), words, BASE, few).county is None


def test_unlabelled_reports_are_read_and_change_the_model() -> None:
    words = lexicon()
    free = [
        Example(str(number), "", "", f"{place}的亮子和路灯一样{extra}")
        for number, (place, extra) in enumerate(
            (place, extra) for place in PLACES for extra in map(str, range(LEAST_READ // 10))
        )
    ]
    reader = Reader(catalogue(), words)
    county = train(reader, words, BASE, _decisions(), unlabelled=free).county
    without = train(reader, words, BASE, _decisions()).county
    assert county is not None
    assert without is not None
    assert county.linear.vectorizer.keys != without.linear.vectorizer.keys


def test_words_that_keep_company_lie_along_one_direction() -> None:
    from scipy.sparse import csr_matrix

    rows = np.zeros((LEAST_READ, 4), dtype=np.float32)
    rows[::2, :2], rows[1::2, 2:] = 1.0, 1.0
    company = Company.learn(csr_matrix(rows))
    first, second, third = (company.of(csr_matrix(np.eye(4)[[i]])) for i in range(3))
    assert float((first * second).sum()) > 1.0
    assert abs(float((first * third).sum())) < 0.01


def test_a_correction_moves_only_where_it_is_taught() -> None:
    kernel = np.asarray([[1.0, 0.0], [0.0, 1.0]])
    offset = np.log(np.asarray([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1]]))
    made = corrected(kernel, offset, np.asarray([0, 1]), np.ones(2), 0.1)
    assert made.seen.tolist() == [0, 1]
    logits = made.slope * offset[:, :2] + kernel @ made.dual + made.constants
    assert logits.argmax(axis=1).tolist() == [0, 1]


def test_sureness_tames_a_best_answer_that_is_right_half_the_time() -> None:
    tops = np.full(200, 0.9)
    slope, shift = sureness(tops, np.arange(200) % 2 == 0)
    assert 1 / (1 + np.exp(-(slope * np.log(9) + shift))) == pytest.approx(0.5, abs=0.01)


def test_probabilities_of_a_warm_model_add_up_and_keep_their_order(warm: Trained) -> None:
    for text in ("亮子", "渣滓和工钱", "x", "夯机" * 300):
        chances = [guess.probability for guess in Suggester(warm).suggest(text).guesses]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) <= 1.001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "灯",
        "路灯" * 50_000,
        "🙂🔥",
        "路燈壞了，馬路上很黑",
        "The street lamp is broken",
        "\x00\x1b[2J\u202e亮子",
        "\ud800",
    ],
    ids=["empty", "one", "long", "emoji", "traditional", "english", "controls", "surrogate"],
)
def test_no_text_breaks_a_warm_suggestion(warm: Trained, text: str) -> None:
    suggester = Suggester(warm)
    for suggestion in (suggester.suggest(text), suggester.suggest(text, text)):
        chances = [guess.probability for guess in suggestion.guesses]
        assert all(0 <= chance <= 1 for chance in chances)
        assert suggestion.appeal


def test_answers_are_labels_in_scope_and_one_for_all_others() -> None:
    assert answers_of(("C01001", "OUT:人社", "E06010", "OUT:教育")) == ("C01001", "E06010", "OUT")


def test_copies_stand_on_one_side_of_every_split() -> None:
    texts = ["东门路灯坏了很久没有人来修理", "河边垃圾成堆臭气熏天没人管", "工地半夜打夯吵得睡不着"]
    examples = [Example(str(n), "C01037", "", text) for n, text in enumerate([*texts, *texts])]
    folds = folds_of(examples, 7)
    assert folds[:3] == folds[3:]
