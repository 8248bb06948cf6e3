"""Filing completeness (domain.md §4.3) and who may file (filing_authority, R136, R125)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.appeal import AppealType, CaseClass


class FilingAuthority(StrEnum):
    """Who files ordinary, complete tickets: a setting of the county."""

    OPERATOR = "operator"
    SHIFT_LEADER = "shift_leader"


class FilingRule(StrEnum):
    """Rules 1–9 of domain.md §4.3, in the order of the checklist on the desk."""

    APPEAL = "appeal"
    CATEGORY = "category"
    IN_AREA = "in_area"
    LOCATABLE = "locatable"
    FACTUAL = "factual"
    NOT_DUPLICATE = "not_duplicate"
    FIVE_ELEMENTS = "five_elements"
    LIMIT_AND_LEAD = "limit_and_lead"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class FilingFacts:
    """Everything the rules look at, gathered by the service from ticket and store."""

    appeal: AppealType | None
    category_active: bool
    has_condition: bool
    in_area: bool | None
    unit_grid_code: str
    has_evidence: bool
    verified: bool
    emergency_waiver: bool
    leader_reference: str
    source_is_collector: bool
    open_duplicates: int
    duplicate_decided: bool
    has_who: bool
    anonymous: bool
    has_when: bool
    has_where: bool
    has_cause: bool
    absence_reason: str
    has_limit: bool
    lead_unit: str
    confidential: bool
    text_names_reporter: bool


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One line of the checklist: the rule, whether it holds, and what to do when it does not."""

    rule: FilingRule
    title: str
    passed: bool
    advice: str


def _five_elements(facts: FilingFacts) -> bool:
    known = (facts.has_who or facts.anonymous, facts.has_when, facts.has_where, facts.has_cause)
    return all(known) or bool(facts.absence_reason.strip())


def _factual(facts: FilingFacts) -> bool:
    hearsay = facts.anonymous and not (facts.verified or facts.source_is_collector)
    evidence = facts.has_evidence and not hearsay
    waived = facts.emergency_waiver or bool(facts.leader_reference)
    return facts.verified or facts.source_is_collector or evidence or waived


_RULES: tuple[tuple[FilingRule, str, Callable[[FilingFacts], bool], str], ...] = (
    (
        FilingRule.APPEAL,
        "诉求性质可以立案",
        lambda facts: facts.appeal is not None and facts.appeal.makes_cases,
        "咨询、建议、表扬请直接答复；需要立案的请改为求助、投诉或举报。",
    ),
    (
        FilingRule.CATEGORY,
        "类别有效并有立案条件",
        lambda facts: facts.category_active and facts.has_condition,
        "请选择部件或事件的小类，并选定一条立案条件。",
    ),
    (
        FilingRule.IN_AREA,
        "在管理范围内",
        lambda facts: facts.in_area is True,
        "地点不在建成区管理范围内，请转介属地乡镇，或交值班长决定。",
    ),
    (
        FilingRule.LOCATABLE,
        "能定位到单元网格",
        lambda facts: bool(facts.unit_grid_code),
        "请在地图上标出位置，或补充路口、门牌等地址。",
    ),
    (
        FilingRule.FACTUAL,
        "事实有据",
        _factual,
        "请派监督员核实，或补充照片；匿名反映必须先核实。",
    ),
    (
        FilingRule.NOT_DUPLICATE,
        "不是重复件",
        lambda facts: facts.open_duplicates == 0 or facts.duplicate_decided,
        "附近有相同类别的在办件，请先合并，或确认不是同一问题。",
    ),
    (
        FilingRule.FIVE_ELEMENTS,
        "五要素齐全",
        _five_elements,
        "请补充来电人、时间、地址、起因经过；确实没有的写明原因。",
    ),
    (
        FilingRule.LIMIT_AND_LEAD,
        "有处置时限和主责单位",
        lambda facts: facts.has_limit and bool(facts.lead_unit),
        "手册中这一立案条件没有时限或主责单位，请联系管理员补充手册。",
    ),
    (
        FilingRule.PRIVACY,
        "保密件描述不含反映人信息",
        lambda facts: not (facts.confidential and facts.text_names_reporter),
        "保密件的问题描述里出现了反映人的姓名、电话或住址，请先删去。",
    ),
)


def checklist(facts: FilingFacts) -> tuple[RuleResult, ...]:
    """Every rule with its verdict: the whole list, never the first failure alone."""
    return tuple(
        RuleResult(rule, title, holds(facts), advice) for rule, title, holds, advice in _RULES
    )


def failed(facts: FilingFacts) -> tuple[RuleResult, ...]:
    """The rules that do not hold."""
    return tuple(result for result in checklist(facts) if not result.passed)


class LeaderReason(StrEnum):
    """Why a ticket goes to the shift leader although operators may file."""

    AUTHORITY = "authority"
    DIFFICULT = "difficult"
    EMERGENCY = "emergency"
    CONFIDENTIAL = "confidential"
    OUT_OF_AREA = "out_of_area"
    INCOMPLETE = "incomplete"

    @property
    def label(self) -> str:
        return {
            "authority": "立案权在值班长",
            "difficult": "疑难件",
            "emergency": "突发件",
            "confidential": "保密件",
            "out_of_area": "超出管理范围",
            "incomplete": "立案条件不齐",
        }[self.value]


def leader_reasons(
    authority: FilingAuthority, case_class: CaseClass, facts: FilingFacts
) -> tuple[LeaderReason, ...]:
    """Why an operator may not file this ticket; empty means the operator files."""
    reasons = []
    if authority is FilingAuthority.SHIFT_LEADER:
        reasons.append(LeaderReason.AUTHORITY)
    if case_class is CaseClass.DIFFICULT:
        reasons.append(LeaderReason.DIFFICULT)
    # Waiving the proof is for emergencies, so whoever waives it leaves the decision to the leader.
    if case_class is CaseClass.EMERGENCY or facts.emergency_waiver:
        reasons.append(LeaderReason.EMERGENCY)
    if facts.confidential:
        reasons.append(LeaderReason.CONFIDENTIAL)
    if facts.in_area is not True:
        reasons.append(LeaderReason.OUT_OF_AREA)
    if failed(facts):
        reasons.append(LeaderReason.INCOMPLETE)
    return tuple(reasons)
