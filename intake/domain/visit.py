"""Return visits (回访): outcomes, three questions, two satisfactions (domain.md §5.3)."""

from enum import StrEnum


class VisitOutcome(StrEnum):
    """How one attempt to reach the reporter ended."""

    ANSWERED = "ANSWERED"
    NO_ANSWER = "NO_ANSWER"
    BUSY = "BUSY"
    POWERED_OFF = "POWERED_OFF"
    WRONG_NUMBER = "WRONG_NUMBER"
    INVALID_NUMBER = "INVALID_NUMBER"
    REFUSED = "REFUSED"
    CALL_LATER = "CALL_LATER"
    NOT_REPORTER = "NOT_REPORTER"
    LINE_FAULT = "LINE_FAULT"

    @property
    def label(self) -> str:
        return _OUTCOME_LABELS[self]


_OUTCOME_LABELS = {
    VisitOutcome.ANSWERED: "已接通",
    VisitOutcome.NO_ANSWER: "无人接听",
    VisitOutcome.BUSY: "占线",
    VisitOutcome.POWERED_OFF: "关机",
    VisitOutcome.WRONG_NUMBER: "号码有误",
    VisitOutcome.INVALID_NUMBER: "空号",
    VisitOutcome.REFUSED: "拒绝回访",
    VisitOutcome.CALL_LATER: "稍后再打",
    VisitOutcome.NOT_REPORTER: "不是本人",
    VisitOutcome.LINE_FAULT: "线路故障",
}


class Solved(StrEnum):
    """Is it solved? What the citizen said, not what the department reported."""

    SOLVED = "SOLVED"
    PARTLY_SOLVED = "PARTLY_SOLVED"
    UNSOLVED = "UNSOLVED"
    PROMISED = "PROMISED"
    NOT_PROBLEM = "NOT_PROBLEM"

    @property
    def label(self) -> str:
        return {
            "SOLVED": "已解决",
            "PARTLY_SOLVED": "部分解决",
            "UNSOLVED": "未解决",
            "PROMISED": "承诺期内",
            "NOT_PROBLEM": "问题不存在",
        }[self.value]


class Satisfaction(StrEnum):
    """Five words for service and for handling; NOT_GIVEN stays out of the denominator."""

    VERY_SATISFIED = "VERY_SATISFIED"
    SATISFIED = "SATISFIED"
    BASICALLY_SATISFIED = "BASICALLY_SATISFIED"
    DISSATISFIED = "DISSATISFIED"
    VERY_DISSATISFIED = "VERY_DISSATISFIED"
    NOT_GIVEN = "NOT_GIVEN"

    @property
    def label(self) -> str:
        return {
            "VERY_SATISFIED": "非常满意",
            "SATISFIED": "满意",
            "BASICALLY_SATISFIED": "基本满意",
            "DISSATISFIED": "不满意",
            "VERY_DISSATISFIED": "非常不满意",
            "NOT_GIVEN": "未评价",
        }[self.value]

    @property
    def dissatisfied(self) -> bool:
        return self in {Satisfaction.DISSATISFIED, Satisfaction.VERY_DISSATISFIED}
