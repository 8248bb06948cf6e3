"""The history of a ticket or case in plain Chinese."""

from collections.abc import Callable, Mapping
from typing import Any

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.case_steps import CaseStep
from intake.domain.contact import Source
from intake.domain.events import EventType
from intake.domain.reasons import DECLINE_REASONS, DeclineCode
from intake.domain.return_visit import Decision
from intake.domain.visit import Solved, VisitOutcome
from intake.services.ticket_view import HistoryLine

FIELD_WORDS: Mapping[str, str] = {
    "appeal": "诉求性质",
    "urgency": "紧急程度",
    "description": "问题描述",
    "confidential": "保密",
    "anonymous": "匿名",
    "needs_reply": "需要回复",
    "case_class": "案件类别",
    "occurred": "发生时间",
    "cause": "起因经过",
    "absence_reason": "要素缺失说明",
    "emergency_waiver": "突发先办",
    "duplicate_decided": "不是重复件",
    "category_code": "类别",
    "condition_id": "立案条件",
    "address": "地址",
    "landmark": "参照物",
    "lon": "位置",
}
STEP_WORDS: Mapping[CaseStep, str] = {
    CaseStep.DISPATCHED: "派遣",
    CaseStep.RETURNED: "部门退件",
    CaseStep.ACCEPTED: "部门签收",
    CaseStep.SUSPENDED: "挂账",
    CaseStep.RESUMED: "恢复办理",
    CaseStep.HANDLED: "处置完毕",
    CaseStep.CHECK_PASSED: "核查通过",
    CaseStep.CHECK_FAILED: "核查不通过",
    CaseStep.REWORK: "返工",
    CaseStep.CLOSED: "结案",
    CaseStep.ARCHIVED: "归档",
    CaseStep.VOIDED: "作废",
}
_Data = Mapping[str, Any]


def _plain(words: str) -> Callable[[_Data], str]:
    return lambda _data: words


def _quoting(words: str, name: str) -> Callable[[_Data], str]:
    return lambda data: f"{words}：{data[name]}" if data.get(name) else words


def _received(data: _Data) -> str:
    source = f"（{Source(data['source']).label}）" if data.get("source") in set(Source) else ""
    split = f"，由 {data['split_from']} 拆分" if data.get("split_from") else ""
    return f"收到反映{source}{split}"


def _amended(data: _Data) -> str:
    names = [FIELD_WORDS[name] for name in data.get("changed", ()) if name in FIELD_WORDS]
    return f"修改：{'、'.join(names)}" if names else "保存，没有改动"


def _registered(data: _Data) -> str:
    parts = [
        kind(data[name]).label
        for name, kind in (("appeal", AppealType), ("urgency", Urgency), ("case_class", CaseClass))
        if data.get(name) in set(kind)
    ]
    return "登记" + (f"：{'、'.join(parts)}" if parts else "")


def _declined(data: _Data) -> str:
    code = data.get("code", "")
    title = DECLINE_REASONS[DeclineCode(code)].title if code in set(DeclineCode) else ""
    return f"不予受理：{title}"


def _filed(data: _Data) -> str:
    parts = [f"立案，案卷 {data['case']}" if data.get("case") else "立案"]
    for name, words in (("reference", "批示"), ("opinion", "意见"), ("deputy_reason", "代办理由")):
        if data.get(name):
            parts.append(f"{words}：{data[name]}")
    return "；".join(parts)


def _merged(data: _Data) -> str:
    return f"并入 {data.get('into', '')}（{'、'.join(data.get('reasons', ()))}）"


def _verified(data: _Data) -> str:
    return ("核实属实" if data.get("found") else "核实未发现") + (
        f"：{data['remark']}" if data.get("remark") else ""
    )


def _visited(data: _Data) -> str:
    outcome, solved = data.get("outcome"), data.get("solved")
    words = VisitOutcome(outcome).label if outcome in set(VisitOutcome) else ""
    return f"回访：{words}" + (f"，{Solved(solved).label}" if solved in set(Solved) else "")


def _case_step(data: _Data) -> str:
    step = data.get("step")
    words = STEP_WORDS[CaseStep(step)] if step in set(CaseStep) else "案卷变动"
    told = [str(data[name]) for name in ("unit_name", "opinion", "result") if data.get(name)]
    return words + (f"：{'；'.join(told)}" if told else "")


def _decided(data: _Data) -> str:
    decision = data.get("decision")
    words = Decision(decision).label if decision in set(Decision) else "审核回访"
    agreed = data.get("agreed")
    seconded = "" if agreed is None else "，复核同意" if agreed else "，复核不同意"
    opinion = f"；{data['opinion']}" if data.get("opinion") else ""
    return f"回访审核：{words}{seconded}{opinion}"


_WORDS: Mapping[EventType, Callable[[_Data], str]] = {
    EventType.TICKET_RECEIVED: _received,
    EventType.TICKET_CLAIMED: _plain("领取"),
    EventType.TICKET_RELEASED: _plain("放回"),
    EventType.TICKET_REGISTERED: _registered,
    EventType.TICKET_AMENDED: _amended,
    EventType.TICKET_ANSWERED: _quoting("答复", "text"),
    EventType.TICKET_DECLINED: _declined,
    EventType.TICKET_REFERRED: _quoting("转介", "text"),
    EventType.TICKET_MERGED: _merged,
    EventType.TICKET_UNMERGED: lambda data: f"{data.get('from', '')} 已了结，退出合并",
    EventType.TICKET_SPLIT: lambda data: f"拆分出 {'、'.join(data.get('into', ()))}",
    EventType.INFO_ASKED: _quoting("请市民补充", "questions"),
    EventType.SUPPLEMENT_RECEIVED: lambda data: (
        f"收到补充（{data.get('characters', 0)} 字，{data.get('photos', 0)} 张照片）"
    ),
    EventType.INFO_GIVEN_UP: _quoting("未能取得补充，结束", "remark"),
    EventType.VERIFICATION_SENT: _quoting("派监督员核实", "what"),
    EventType.VERIFICATION_ANSWERED: _verified,
    EventType.FILING_SUBMITTED: _plain("提请值班长立案"),
    EventType.FILING_RETURNED: _quoting("退回更正", "opinion"),
    EventType.FILING_REFUSED: _quoting("不予立案", "opinion"),
    EventType.CASE_FILED: _filed,
    EventType.CASE_ADVANCED: _case_step,
    EventType.TICKET_FOLLOWED_CASE: lambda data: f"随案卷变动：{_case_step(data)}",
    EventType.VISIT_RECORDED: _visited,
    EventType.TICKET_WITHDRAWN: _quoting("市民撤回", "reason"),
    EventType.TICKET_CLOSED: _plain("办结"),
    EventType.TICKET_VOIDED: _quoting("作废", "reason"),
    EventType.REPORTER_REVEALED: _quoting("查看反映人信息", "reason"),
    EventType.TICKET_DIALLED: _quoting("致电反映人", "reason"),
    EventType.RETURN_ATTEMPTED: _plain("多次致电未能联系，改为书面告知"),
    EventType.RETURN_DECIDED: _decided,
    EventType.REPORTER_FORGOTTEN: _plain("保存期满，已删除反映人信息"),
}


def words_of(line: HistoryLine) -> str:
    """One fact in plain words."""
    return type_words(line.type, line.data)


def type_words(kind: EventType, data: Mapping[str, Any]) -> str:
    """What happened, from its type and data."""
    told = _WORDS.get(kind)
    return told(data) if told else "变动"
