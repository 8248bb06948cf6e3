"""The learned place: taught by places people named, kept in the model file, never an error."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifiers.archive import ModelError
from classifiers.catalogue import catalogue
from classifiers.category import Reader, Trained
from classifiers.examples import Example, read_examples
from classifiers.lexicon import lexicon
from classifiers.place_learning import LEAST_PLACES, learn_places, placed
from classifiers.place_part import PlacePart
from classifiers.place_signs import LONGEST, marked, part_read
from classifiers.places import PlaceFinder
from classifiers.registry import load, save
from classifiers.suggestion import Suggester
from classifiers.training import train

HEADS = (
    "金桂",
    "银杏",
    "东湖",
    "南塘",
    "青松",
    "白鹭",
    "红枫",
    "紫竹",
    "翠柏",
    "长虹",
    "丰收",
    "和平",
)
TAILS = ("小区", "花园", "新村", "大道", "路口", "市场", "公园", "车站", "小学", "街道")
TOLD = ("的路灯不亮了", "垃圾没有人清理", "夜里施工太吵", "污水流了一地")
BEFORE = ("我想反映", "请问", "投诉", "昨天路过")
UNSEEN = "柳荫花园3号楼门口"
NOWHERE = "全国各地人民医院都这样说"


def _taught(many: int = LEAST_PLACES + 20) -> list[Example]:
    """Return reports whose place, with the house number, comes after a few opening words."""
    made = []
    for number in range(many):
        name = HEADS[number % len(HEADS)] + TAILS[number % len(TAILS)] + f"{number % 9 + 1}号楼门口"
        before, told = BEFORE[number % len(BEFORE)], TOLD[number % len(TOLD)]
        text = f"{before}{name}{told}，打过电话给物业公司，没人管。"
        made.append(Example(str(number), "C01037", "", text, place=name))
    for number in range(30):
        text = f"{TOLD[number % len(TOLD)]}，第{number}次说了，{NOWHERE}。"
        made.append(Example(f"none-{number}", "C01037", "", text, place=""))
    return made


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(catalogue(), lexicon())


@pytest.fixture(scope="module")
def part(reader: Reader) -> PlacePart:
    learned = learn_places(reader, lexicon().place_words, _taught())
    assert learned is not None
    return learned


@pytest.fixture(scope="module")
def trained(part: PlacePart) -> Trained:
    words = lexicon()
    few = [Example("1", "C01037", "", "路灯不亮"), Example("2", "E06010", "", "垃圾没人扫")]
    return replace(train(Reader(catalogue(), words), words, few, []), place=part)


def test_a_place_nobody_taught_is_found_as_people_name_places(trained: Trained) -> None:
    text = f"投诉{UNSEEN}夜里施工太吵，打过电话给物业公司，没人管。"
    assert Suggester(trained).suggest(text).place == UNSEEN


def test_a_second_place_is_given_where_it_may_be_meant(trained: Trained) -> None:
    one, other = "柳荫花园3号楼门口", "石榴新村8号楼门口"
    suggestion = Suggester(trained).suggest(
        f"昨天路过{other}垃圾没有人清理，没人管。", f"投诉{one}夜里施工太吵"
    )
    assert {suggestion.place, suggestion.second_place} == {one, other}
    clear = Suggester(trained).suggest(f"投诉{one}夜里施工太吵，打过电话给物业公司，没人管。")
    assert clear.second_place is None


def test_no_place_is_proposed_where_people_found_none(trained: Trained) -> None:
    text = f"垃圾没有人清理，第40次说了，{NOWHERE}。"
    assert Suggester(replace(trained, place=None)).suggest(text).place is not None
    assert Suggester(trained).suggest(text).place is None


def test_what_is_not_said_teaches_nothing(reader: Reader) -> None:
    finder = PlaceFinder(lexicon().place_words)
    silent = Example("1", "C01037", "", "金桂小区的路灯不亮了")
    assert placed(reader, finder, silent) is None
    assert placed(reader, finder, replace(silent, place="别处的路")) is None
    named = placed(reader, finder, replace(silent, title="路灯", place="金桂小区"))
    assert named is not None
    assert named.report.text[3:7] == "金桂小区"
    assert named.right[3, 3]
    assert named.right.sum() == 1


def test_too_few_places_teach_nothing(reader: Reader) -> None:
    few = [one for one in _taught() if one.place][: LEAST_PLACES - 1]
    assert learn_places(reader, lexicon().place_words, few) is None


def test_the_model_file_keeps_the_place(trained: Trained, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    save(path, trained, "warm", {})
    kept = load(path)
    assert kept.place is not None
    assert trained.place is not None
    for name in ("begins", "ends", "insides", "spans", "none"):
        assert np.array_equal(getattr(kept.place, name), getattr(trained.place, name))
    assert path.stat().st_size < 3_000_000


def test_tables_of_another_size_are_refused(trained: Trained, tmp_path: Path) -> None:
    assert trained.place is not None
    short = replace(trained.place, spans=trained.place.spans[:-1])
    path = tmp_path / "model.npz"
    save(path, replace(trained, place=short), "warm", {})
    with pytest.raises(ModelError, match="tables of the place"):
        load(path)


def test_the_same_examples_give_the_same_tables(reader: Reader, part: PlacePart) -> None:
    again = learn_places(reader, lexicon().place_words, _taught())
    assert again is not None
    assert np.array_equal(again.begins, part.begins)
    assert np.array_equal(again.spans, part.spans)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "水",
        "？？？",
        "🙂" * 50,
        "路灯" * 5_000,
        "\ud800\udfff",
        "ﷺ" * 300,
        "a1" * 200,
    ],
)
def test_no_text_breaks_the_learned_place(trained: Trained, text: str) -> None:
    suggester = Suggester(trained)
    for suggestion in (suggester.suggest(text), suggester.suggest(text, text)):
        place = suggestion.place
        assert place is None or (place in text and len(place) <= LONGEST)


def test_a_place_never_goes_over_the_end_of_a_sentence_or_the_title(reader: Reader) -> None:
    text = "金桂小区\n东湖路口。南塘市场(东门)。"
    report = marked(text, 4, reader.place_words(text), PlaceFinder(lexicon().place_words))
    spans = [
        text[begin : begin + size + 1]
        for begin, size in zip(*np.nonzero(report.allowed), strict=True)
    ]
    assert "南塘市场(东门)" in spans
    assert not any("\n" in span or "。" in span or span.endswith("(") for span in spans)


def test_only_the_beginning_of_a_long_report_is_read() -> None:
    assert len(part_read("路" * 2_000, 10)) < 400


def test_a_file_says_that_no_place_is_named_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = ['{"label": "C01037", "text": "灯", "place": ""}', '{"label": "C01037", "text": "灯"}']
    path.write_text("\n".join(rows), encoding="utf-8")
    assert [one.place for one in read_examples(path)] == ["", None]
