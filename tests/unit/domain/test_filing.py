"""Filing completeness (domain.md §4.3) and who files."""

from dataclasses import replace
from typing import Any

import pytest

from intake.domain.appeal import AppealType, CaseClass
from intake.domain.filing import (
    FilingAuthority,
    FilingFacts,
    FilingRule,
    LeaderReason,
    checklist,
    failed,
    leader_reasons,
)

COMPLETE = FilingFacts(
    appeal=AppealType.COMPLAINT,
    category_active=True,
    has_condition=True,
    in_area=True,
    unit_grid_code="99999910000101",
    has_evidence=True,
    verified=False,
    emergency_waiver=False,
    leader_reference="",
    source_is_collector=False,
    open_duplicates=0,
    duplicate_decided=False,
    has_who=True,
    anonymous=False,
    has_when=True,
    has_where=True,
    has_cause=True,
    absence_reason="",
    has_limit=True,
    lead_unit="HW",
    confidential=False,
    text_names_reporter=False,
)
NOTHING = FilingFacts(
    appeal=None,
    category_active=False,
    has_condition=False,
    in_area=None,
    unit_grid_code="",
    has_evidence=False,
    verified=False,
    emergency_waiver=False,
    leader_reference="",
    source_is_collector=False,
    open_duplicates=2,
    duplicate_decided=False,
    has_who=False,
    anonymous=False,
    has_when=False,
    has_where=False,
    has_cause=False,
    absence_reason=" ",
    has_limit=False,
    lead_unit="",
    confidential=True,
    text_names_reporter=True,
)


def _rules(facts: FilingFacts) -> set[FilingRule]:
    return {result.rule for result in failed(facts)}


def test_a_complete_ticket_passes_every_rule_in_order() -> None:
    assert failed(COMPLETE) == ()
    assert [result.rule for result in checklist(COMPLETE)] == list(FilingRule)


def test_the_whole_list_of_failed_rules_comes_back() -> None:
    assert _rules(NOTHING) == set(FilingRule)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"appeal": None}, FilingRule.APPEAL),
        ({"appeal": AppealType.CONSULT}, FilingRule.APPEAL),
        ({"appeal": AppealType.PRAISE}, FilingRule.APPEAL),
        ({"appeal": AppealType.SUGGESTION}, FilingRule.APPEAL),
        ({"category_active": False}, FilingRule.CATEGORY),
        ({"has_condition": False}, FilingRule.CATEGORY),
        ({"in_area": False}, FilingRule.IN_AREA),
        ({"in_area": None}, FilingRule.IN_AREA),
        ({"unit_grid_code": ""}, FilingRule.LOCATABLE),
        ({"has_evidence": False}, FilingRule.FACTUAL),
        ({"anonymous": True}, FilingRule.FACTUAL),
        ({"open_duplicates": 1}, FilingRule.NOT_DUPLICATE),
        ({"has_who": False}, FilingRule.FIVE_ELEMENTS),
        ({"has_when": False}, FilingRule.FIVE_ELEMENTS),
        ({"has_where": False}, FilingRule.FIVE_ELEMENTS),
        ({"has_cause": False}, FilingRule.FIVE_ELEMENTS),
        ({"has_limit": False}, FilingRule.LIMIT_AND_LEAD),
        ({"lead_unit": ""}, FilingRule.LIMIT_AND_LEAD),
        ({"confidential": True, "text_names_reporter": True}, FilingRule.PRIVACY),
    ],
)
def test_each_rule_fails_alone(changes: dict[str, Any], rule: FilingRule) -> None:
    assert _rules(replace(COMPLETE, **changes)) == {rule}


@pytest.mark.parametrize(
    "changes",
    [
        {"has_evidence": False, "verified": True},
        {"has_evidence": False, "emergency_waiver": True},
        {"has_evidence": False, "leader_reference": "县府批〔2026〕1号"},
        {"has_evidence": False, "source_is_collector": True},
        {"anonymous": True, "verified": True},
        {"anonymous": True, "has_who": False, "verified": True},
        {"open_duplicates": 3, "duplicate_decided": True},
        {"has_when": False, "has_who": False, "absence_reason": "来电中断"},
        {"text_names_reporter": True},
        {"confidential": True},
    ],
)
def test_what_stands_in_for_a_missing_piece(changes: dict[str, Any]) -> None:
    assert failed(replace(COMPLETE, **changes)) == ()


def test_every_failure_says_in_chinese_what_to_do() -> None:
    for result in failed(NOTHING):
        assert result.advice.endswith("。")
        assert result.rule.value not in result.advice
        assert result.title


def test_operators_file_what_is_ordinary_and_complete() -> None:
    assert leader_reasons(FilingAuthority.OPERATOR, CaseClass.ORDINARY, COMPLETE) == ()


@pytest.mark.parametrize(
    ("case_class", "changes", "reasons"),
    [
        (CaseClass.DIFFICULT, {}, {LeaderReason.DIFFICULT}),
        (CaseClass.EMERGENCY, {}, {LeaderReason.EMERGENCY}),
        (CaseClass.ORDINARY, {"emergency_waiver": True}, {LeaderReason.EMERGENCY}),
        (CaseClass.ORDINARY, {"confidential": True}, {LeaderReason.CONFIDENTIAL}),
        (
            CaseClass.ORDINARY,
            {"in_area": False},
            {LeaderReason.OUT_OF_AREA, LeaderReason.INCOMPLETE},
        ),
        (CaseClass.ORDINARY, {"has_evidence": False}, {LeaderReason.INCOMPLETE}),
        (
            CaseClass.DIFFICULT,
            {"confidential": True, "has_when": False},
            {LeaderReason.DIFFICULT, LeaderReason.CONFIDENTIAL, LeaderReason.INCOMPLETE},
        ),
    ],
)
def test_what_goes_to_the_shift_leader(
    case_class: CaseClass, changes: dict[str, Any], reasons: set[LeaderReason]
) -> None:
    facts = replace(COMPLETE, **changes)
    assert set(leader_reasons(FilingAuthority.OPERATOR, case_class, facts)) == reasons
    with_authority = leader_reasons(FilingAuthority.SHIFT_LEADER, case_class, facts)
    assert set(with_authority) == reasons | {LeaderReason.AUTHORITY}


def test_everything_goes_to_the_shift_leader_where_the_authority_is_his() -> None:
    reasons = leader_reasons(FilingAuthority.SHIFT_LEADER, CaseClass.ORDINARY, COMPLETE)
    assert reasons == (LeaderReason.AUTHORITY,)


def test_every_reason_has_words() -> None:
    assert len({reason.label for reason in LeaderReason}) == len(LeaderReason)
