"""The appeal: what cues say, how the report is put, and what it is about."""

import numpy as np
import pytest

from classifiers.appeal import FORMS, appeal_evidence, cue_evidence, evidence_size, form_evidence
from classifiers.catalogue import catalogue, labels
from classifiers.category import Reader
from classifiers.examples import Example
from classifiers.lexicon import APPEALS, lexicon
from classifiers.suggestion import Suggester
from classifiers.training import train

BASE = [Example("1", "C01037", "", "路灯不亮"), Example("2", "E06010", "", "垃圾没人扫")]
WHERE = ("东门", "西街", "老桥头", "河边", "新村口", "站前", "北坡", "南巷", "塘边", "坝上")


def _decisions() -> list[Example]:
    """Return pairs that differ by their marks alone: asked with one, called out with the other."""
    made = []
    for number in range(60):
        told = f"{WHERE[number % 10]}路灯{WHERE[number // 10]}垃圾"
        label = ("C01037", "E06010")[number % 2]
        made.append(Example(f"a{number}", label, "", told + "?", appeal="咨询"))
        made.append(Example(f"b{number}", label, "", told + "!!", appeal="投诉"))
    return made


def test_the_way_a_report_is_put_is_learned() -> None:
    words = lexicon()
    suggester = Suggester(train(Reader(catalogue(), words), words, BASE, _decisions()))
    assert suggester.suggest("北坡路灯河边垃圾?").appeal == "咨询"
    assert suggester.suggest("北坡路灯河边垃圾!!").appeal == "投诉"


def test_the_cues_come_first_and_everything_has_its_place() -> None:
    cold = np.full(len(labels()), 1 / len(labels()), dtype=np.float32)
    cues = dict.fromkeys(APPEALS, 0.0)
    evidence = appeal_evidence(cues, "路灯坏了", 4, cold)
    assert len(evidence) == evidence_size()
    assert np.array_equal(evidence[: len(APPEALS)], cue_evidence(cues))
    outside = appeal_evidence(cues, "路灯坏了", 4, np.eye(len(labels()), dtype=np.float32)[-1])
    assert np.count_nonzero(outside[len(APPEALS) + FORMS :]) == 1


@pytest.mark.parametrize("text", ["", " ", "?", "!!!", "🙂" * 99, "请" * 999], ids=range(6))
def test_any_text_has_a_form(text: str) -> None:
    for title_length in (0, len(text)):
        forms = form_evidence(text, title_length)
        assert forms.shape == (FORMS,)
        assert np.isfinite(forms).all()
