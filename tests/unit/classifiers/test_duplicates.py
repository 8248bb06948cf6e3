"""Whether two reports tell of the same matter: by words alone, and with all circumstances."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from classifiers.duplicate_commands import duplicates
from classifiers.duplicate_evaluation import (
    PAIRS,
    THRESHOLDS,
    brought_together,
    curve,
    precision_at_recall,
    read_pairs,
    score_pairs,
)
from classifiers.duplicates import Circumstances, Level, Thresholds, judge
from classifiers.examples import ExampleError
from classifiers.near_text import BANDS, NAME_BAND, index_keys, key_of, likeness, near_text

MESSAGES = Path(__file__).parents[4] / "shared" / "data" / "messages" / "unlabelled.jsonl"
ONE = "解放街农商行门口的井盖不见了，晚上很危险"
OTHER = "解放街农商行门前井盖没了，有人差点掉下去"
NOISE = "中山路工地晚上十一点还在施工，噪音扰民，请尽快处理"
NOISE_ELSEWHERE = "人民路工地晚上十二点还在施工，噪音扰民，请尽快处理"


def _score(one: str, other: str, **around: object) -> float:
    alike = likeness(near_text(one), near_text(other))
    return judge(alike, replace(Circumstances(), **around)).score


def test_names_of_places_weigh_more_than_the_words_every_report_uses() -> None:
    same = likeness(near_text(ONE), near_text(OTHER))
    template = likeness(near_text(NOISE), near_text(NOISE_ELSEWHERE))
    assert template.words > same.words
    assert template.names_differ
    assert template.probability < 0.5 < same.probability
    assert "解放街" in same.shared_names


def test_the_order_of_the_two_does_not_matter() -> None:
    there = likeness(near_text(ONE), near_text(OTHER))
    assert likeness(near_text(OTHER), near_text(ONE)) == there


def test_keys_are_the_same_in_every_process() -> None:
    keys = index_keys(ONE)
    assert keys == index_keys(ONE)
    assert [band for band, _ in keys[:BANDS]] == list(range(BANDS))
    assert (NAME_BAND, key_of("解放街")) in keys
    assert key_of("解放街") == 4461723257222505963
    assert all(0 <= key < 1 << 63 for _, key in keys)
    assert keys[0] == (0, 946651794064778953)


@pytest.mark.parametrize("text", ["", "。", "井", "🙂", "\ud800\x00", "a" * 100_000, "井盖" * 9000])
def test_any_text_is_read(text: str) -> None:
    read = near_text(text)
    assert 0 <= likeness(read, read).probability <= 1
    assert len(index_keys(text)) <= BANDS + 8


def test_what_is_not_known_says_nothing_and_what_is_known_weighs() -> None:
    plain = _score(ONE, OTHER)
    assert _score(ONE, OTHER, metres=0.0) > plain > _score(ONE, OTHER, metres=800.0)
    labels = {"label": "C01001", "settled": True}
    assert _score(ONE, OTHER, other_label="C01001", **labels) > plain
    assert _score(ONE, OTHER, other_label="E09005", **labels) < plain
    assert _score(ONE, OTHER, same_caller=True) > plain
    assert _score(ONE, OTHER, apart=timedelta(days=60)) < plain
    assert _score(NOISE, NOISE_ELSEWHERE, metres=2000.0) < 0.3


def test_street_trade_moves_on() -> None:
    soon = {"label": "E09001", "other_label": "E09001", "metres": 20.0}
    words = "学校门口流动摊贩占道卖早点"
    assert _score(words, words, apart=timedelta(minutes=30), **soon) > 0.85
    assert _score(words, words, apart=timedelta(hours=5), **soon) < 0.85


def test_reasons_are_told_the_weightiest_first() -> None:
    around = Circumstances(metres=0.0, label="C01001", other_label="C01001", same_caller=True)
    told = judge(likeness(near_text(ONE), near_text(OTHER)), around).reasons
    assert {"同一位置", "同一类别", "同一反映人", "一小时内"} <= set(told)
    assert any("解放街" in reason for reason in told)
    far = judge(
        likeness(near_text("路灯不亮"), near_text("井盖丢失")), Circumstances(metres=5000.0)
    )
    assert all("米" not in reason for reason in far.reasons)


@pytest.mark.parametrize(
    ("score", "level"),
    [(0.9, Level.LIKELY), (0.85, Level.LIKELY), (0.6, Level.POSSIBLE), (0.3, Level.RELATED)],
)
def test_levels(score: float, level: Level) -> None:
    assert Thresholds().level(score) is level
    assert Thresholds().level(0.29) is None


def test_pairs_of_ones_own_are_judged(tmp_path: Path) -> None:
    rows = [
        {"text_a": ONE, "text_b": OTHER, "same": 1},
        {"text_a": NOISE, "text_b": NOISE_ELSEWHERE, "same": 0},
    ]
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    ran = CliRunner().invoke(duplicates, ["evaluate", "--data", str(file)])
    assert ran.exit_code == 0, ran.output
    assert "2 pairs, 1 of the same matter" in ran.output
    assert "precision 1.000 at recall 1.000" in ran.output


def test_messages_without_labels_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text(json.dumps({"title": "", "text": "别的"}), "utf-8")
    with pytest.raises(ExampleError, match="labelled pairs"):
        read_pairs(file)
    ran = CliRunner().invoke(duplicates, ["evaluate", "--data", str(file)])
    assert ran.exit_code == 1
    assert "Traceback" not in ran.output


def test_the_file_of_pairs_holds_no_text() -> None:
    lines = PAIRS.read_text("ascii").splitlines()
    assert len(lines) > 300
    assert all(len(line.split("\t")) == 4 for line in lines)


def test_precision_and_recall_on_labelled_messages() -> None:
    if not MESSAGES.exists():
        pytest.skip(f"the messages are not part of the project: {MESSAGES} is not there")
    scored = score_pairs(read_pairs(MESSAGES))
    assert len(scored) >= 200
    best = precision_at_recall(scored, 0.7)
    assert best.precision.value >= 0.8
    unseen = [one for one in scored if one.pair.part == "later"]
    usual = curve(unseen)[THRESHOLDS.index(0.6)]
    assert usual.precision.value >= 0.8
    assert usual.recall.value >= 0.7
    assert brought_together(scored).value >= 0.85
