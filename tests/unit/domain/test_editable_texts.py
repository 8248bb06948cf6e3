"""Every text of the house can be edited: sound as it came, and told apart by its key."""

import pytest

from intake.domain.editable_texts import EDITABLE_TEXTS, TEXT_SECTIONS
from intake.domain.message import MessageKind
from intake.domain.message_texts import CONFIDENTIAL, WORDING_OF
from intake.domain.phone_scripts import RETURN_NOT_REPORTER, RETURN_OPENING
from intake.domain.wording import faults, fill

KEYS = {
    "greeting",
    "urgent",
    "closing",
    "callback",
    "completion",
    "return_opening",
    "return_answer",
    "return_questions",
    "return_unhappy",
    "return_unreasonable",
    "return_not_reporter",
    "return_thanks",
    "message.receipt",
    "message.progress",
    "message.question",
    "message.result",
    "message.satisfaction",
    "message.unreachable",
    "message.confidential",
}
"""What is stored under one of these stays readable."""
MATTER = {"地点", "问题", "答复", "编号", "内容"}


def test_keys_are_those_under_which_texts_are_stored() -> None:
    assert set(EDITABLE_TEXTS) == KEYS
    assert sum(len(section.wordings) for section in TEXT_SECTIONS) == len(KEYS)
    assert {section.key for section in TEXT_SECTIONS}.isdisjoint(KEYS)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_as_it_came_it_is_sound_and_its_preview_has_nothing_open(key: str) -> None:
    wording = EDITABLE_TEXTS[key]
    assert faults(wording, wording.text) == []
    assert all(wording.samples.values())
    assert "{" not in fill(wording.text, wording.samples)


def test_before_the_person_is_confirmed_nothing_of_the_matter_can_be_said() -> None:
    for wording in (RETURN_OPENING, RETURN_NOT_REPORTER):
        assert MATTER.isdisjoint(wording.samples)


def test_what_is_written_by_itself_can_be_edited() -> None:
    for wording in (CONFIDENTIAL, *(WORDING_OF[kind] for kind in WORDING_OF)):
        assert EDITABLE_TEXTS[wording.key] is wording
    assert MessageKind.RECEIPT in WORDING_OF
