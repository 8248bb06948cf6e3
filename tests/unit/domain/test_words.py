"""Words for people: appeals, reasons, labels."""

from typing import Any

import pytest

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.case_steps import CaseState
from intake.domain.category import CategoryKind, CategoryRef
from intake.domain.contact import Source
from intake.domain.errors import Refusal
from intake.domain.people import Role
from intake.domain.reasons import DECLINE_REASONS, DeclineCode
from intake.domain.visit import Satisfaction, Solved, VisitOutcome


@pytest.mark.parametrize(
    "kind",
    [AppealType, Urgency, CaseClass, CaseState, Source, Role, Satisfaction, Solved, VisitOutcome],
    ids=lambda kind: kind.__name__,
)
def test_every_member_has_a_label_of_its_own(kind: Any) -> None:
    labels = [member.label for member in kind]
    assert len(set(labels)) == len(labels)
    assert all(label and not label.isascii() for label in labels)


def test_only_reports_of_violations_are_confidential_by_default() -> None:
    assert [kind for kind in AppealType if kind.confidential_by_default] == [AppealType.REPORT]


def test_what_a_person_asks_or_praises_makes_no_case() -> None:
    assert {kind for kind in AppealType if not kind.makes_cases} == {
        AppealType.CONSULT,
        AppealType.SUGGESTION,
        AppealType.PRAISE,
    }


def test_words_lead_back_to_their_members() -> None:
    for appeal in AppealType:
        assert AppealType.from_label(appeal.label) is appeal
    for urgency in Urgency:
        assert Urgency.from_label(urgency.label) is urgency
    with pytest.raises(KeyError):
        AppealType.from_label("投诉举报")


def test_urgency_is_ordered() -> None:
    assert Urgency.NORMAL.rank < Urgency.URGENT.rank < Urgency.CRITICAL.rank


def test_every_reason_to_decline_tells_the_citizen_another_way() -> None:
    assert set(DECLINE_REASONS) == set(DeclineCode)
    for code, reason in DECLINE_REASONS.items():
        assert reason.code is code
        assert len(reason.text) >= 20
        assert reason.text.endswith("。")
        assert len(code.value) <= 24, "it is kept as the reason of closing"


def test_a_category_label_leads_back_to_its_reference() -> None:
    ref = CategoryRef(CategoryKind.EVENT, "GB/T 47678.5-2026", "06010")
    assert ref.label == "E06010"
    assert CategoryRef.parse("E06010", ref.edition) == ref


@pytest.mark.parametrize(
    "label", ["", "06010", "X06010", "E6010", "E060100", "E0601a", "E０６０１０", "e06010"]
)
def test_any_other_label_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="category label"):
        CategoryRef.parse(label, "2026")


def test_refusals_are_told_apart_by_a_stable_id() -> None:
    kinds = Refusal.__subclasses__()
    assert len({kind.id for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status < 500 for kind in kinds)
