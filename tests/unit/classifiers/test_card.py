"""The model card says what is known of the model in force, in plain Chinese, and nothing more."""

from pathlib import Path

import pytest

from classifiers.archive import ModelError, read_manifest
from classifiers.card import Card, card

TITLES = ["这是什么", "用了哪些数据", "怎样得出建议", "有多准", "局限", "人怎样把关"]


def _words(made: Card) -> str:
    return "".join(sentence for section in made.sections for sentence in section.sentences)


def test_the_card_of_the_cold_model_claims_no_quality(cold_model: Path) -> None:
    made = card(read_manifest(cold_model))
    assert [section.title for section in made.sections] == TITLES
    assert "准确程度未知" in _words(made)
    assert "不能用来证明准确程度" in _words(made)
    assert all(section.figures == () for section in made.sections)


def test_the_card_of_a_warm_model_gives_figures_with_intervals() -> None:
    row = {"value": 0.81, "low": 0.79, "high": 0.83, "texts": 1200}
    facts = {"own_texts": 9000, "decisions": 1200, "unlabelled": 50, "figures": {"top1": row}}
    made = card({"edition": "GB/T 47678.5-2026", "facts": facts})
    figure = made.sections[3].figures[0]
    assert (figure.value, figure.low, figure.high, figure.texts) == (0.81, 0.79, 0.83, 1200)
    assert figure.name == "首选与人工认定完全一致"
    assert "1200 条" in _words(made)
    assert "50 条" in _words(made)
    assert "准确程度未知" not in _words(made)


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        {},
        {"facts": None},
        {"facts": {"figures": [1]}},
        {"facts": {"figures": {"top1": {"value": 1}}}},
    ],
)
def test_what_is_not_known_is_left_out(manifest: dict[str, object] | None) -> None:
    made = card(manifest)
    assert [section.title for section in made.sections] == TITLES
    assert ("目前没有启用训练过的模型" in _words(made)) is (not manifest or "facts" not in manifest)


def test_no_internal_word_reaches_the_card() -> None:
    words = _words(card({"facts": {"decisions": 200}}))
    assert not set("_{}") & set(words)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x80\x04pickle"])
def test_a_manifest_of_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "one.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"one\.npz"):
        read_manifest(path)
    with pytest.raises(ModelError, match="train a model"):
        read_manifest(tmp_path / "none.npz")
