"""Return calls as work: whom to ask, what came of it, who decides (domain.md §5.2, §5.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.call import CallOutcome
from intake.domain.visit import Satisfaction, Solved, VisitOutcome


class ReturnKind(StrEnum):
    """C3 decides about closing, C4 is statistics only; they are never mixed (domain.md §5.1)."""

    CONFIRM = "CONFIRM"
    SAMPLE = "SAMPLE"

    @property
    def label(self) -> str:
        return {"CONFIRM": "结案前回访", "SAMPLE": "结案后抽访"}[self.value]


class ReturnState(StrEnum):
    """WAITING → CLAIMED → DONE, or REVIEW while the shift leader decides about dissatisfaction."""

    WAITING = "WAITING"
    CLAIMED = "CLAIMED"
    REVIEW = "REVIEW"
    DONE = "DONE"
    UNREACHABLE = "UNREACHABLE"
    CANCELLED = "CANCELLED"
    NONE = "NONE"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    ReturnState.WAITING: "待回访",
    ReturnState.CLAIMED: "回访中",
    ReturnState.REVIEW: "待值班长审核",
    ReturnState.DONE: "已回访",
    ReturnState.UNREACHABLE: "未联系到",
    ReturnState.CANCELLED: "已取消",
    ReturnState.NONE: "不回访",
}


class ReturnChannel(StrEnum):
    """How the reporter is asked: by telephone, or in writing where no number was left."""

    PHONE = "PHONE"
    WRITTEN = "WRITTEN"
    NONE = "NONE"


class NoVisit(StrEnum):
    """Why nobody is asked; stored with the task."""

    ANONYMOUS = "ANONYMOUS"
    NO_CONTACT = "NO_CONTACT"
    DO_NOT_CALL = "DO_NOT_CALL"

    @property
    def label(self) -> str:
        return {
            "ANONYMOUS": "匿名反映，不回访",
            "NO_CONTACT": "没有留下联系方式",
            "DO_NOT_CALL": "市民要求不再致电",
        }[self.value]


class AttemptState(StrEnum):
    """One dial: asked of the PBX, spoken (the answer is still to be written), done, or never made.

    A dial of whose end nothing was heard is LOST: the person may have been rung, so nobody calls
    again before the pause between attempts is over.
    """

    ASKED = "ASKED"
    SPOKEN = "SPOKEN"
    DONE = "DONE"
    NOT_MADE = "NOT_MADE"
    LOST = "LOST"


class Decision(StrEnum):
    """What the shift leader makes of dissatisfaction (domain.md §5.2)."""

    REWORK = "REWORK"
    EXPLAIN = "EXPLAIN"
    UNREASONABLE = "UNREASONABLE"
    NEW_PROBLEM = "NEW_PROBLEM"
    WRONG_PERSON = "WRONG_PERSON"

    @property
    def label(self) -> str:
        return _DECISION_LABELS[self]

    @property
    def needs_second(self) -> bool:
        """Whether a second person has to confirm it before it counts."""
        return self is Decision.UNREASONABLE


_DECISION_LABELS = {
    Decision.REWORK: "返工：问题没有解决",
    Decision.EXPLAIN: "解释说明：已解决，市民仍不满意",
    Decision.UNREASONABLE: "诉求不合理（须第二人复核）",
    Decision.NEW_PROBLEM: "新问题：另立受理单",
    Decision.WRONG_PERSON: "不是反映人：重新回访",
}

DISSATISFACTION_REASONS = (
    "未处理",
    "处理不彻底",
    "反弹复发",
    "处理不及时",
    "工作人员态度",
    "答复不清楚",
    "诉求不合理或超出职责",
    "与政策不符",
    "其他",
)
"""What citizens complain of, as codes of the report (domain.md §5.3); more words may follow."""

TRIES = frozenset(
    {
        VisitOutcome.NO_ANSWER,
        VisitOutcome.BUSY,
        VisitOutcome.POWERED_OFF,
        VisitOutcome.NOT_REPORTER,
    }
)
"""Outcomes that count as a try in vain; a fault of our line is no try of the citizen's."""

NOBODY_TO_ASK = frozenset(
    {VisitOutcome.REFUSED, VisitOutcome.WRONG_NUMBER, VisitOutcome.INVALID_NUMBER}
)
"""Outcomes after which another call makes no sense."""

_BY_CALL: Mapping[CallOutcome, VisitOutcome] = {
    CallOutcome.NO_ANSWER: VisitOutcome.NO_ANSWER,
    CallOutcome.BUSY: VisitOutcome.BUSY,
    CallOutcome.REJECTED: VisitOutcome.NO_ANSWER,
    CallOutcome.INVALID: VisitOutcome.INVALID_NUMBER,
    CallOutcome.FAILED: VisitOutcome.LINE_FAULT,
    CallOutcome.LOST_TRACK: VisitOutcome.LINE_FAULT,
}


def visit_outcome_of(call: CallOutcome) -> VisitOutcome | None:
    """What the PBX says of a call nobody spoke on; None where somebody answered.

    A rejected call is one in vain, not a refusal: who refuses says so.
    """
    return _BY_CALL.get(call)


_CONTACTED = {"1": True, "2": False}
_SOLVED = {"1": Solved.SOLVED, "2": Solved.PARTLY_SOLVED, "3": Solved.UNSOLVED}
_SATISFACTION = {
    "1": Satisfaction.VERY_SATISFIED,
    "2": Satisfaction.SATISFIED,
    "3": Satisfaction.BASICALLY_SATISFIED,
    "4": Satisfaction.DISSATISFIED,
    "5": Satisfaction.VERY_DISSATISFIED,
}


class Question(StrEnum):
    """What the automatic call asks, one digit each; no word of the report before IDENTITY."""

    IDENTITY = "identity"
    CONTACTED = "contacted"
    SOLVED = "solved"
    SERVICE = "service"
    HANDLING = "handling"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of an automatic call."""

    outcome: VisitOutcome
    contacted: bool | None = None
    solved: Solved | None = None
    service: Satisfaction = Satisfaction.NOT_GIVEN
    handling: Satisfaction = Satisfaction.NOT_GIVEN


def heard(answers: Mapping[str, str]) -> Heard:
    """What an automatic call came to; not reached is never satisfied (domain.md §5.2).

    A confirmed person who did not say whether it is solved is called by a person later.
    """
    identity = answers.get(Question.IDENTITY, "")
    if identity == "2":
        return Heard(VisitOutcome.NOT_REPORTER)
    if identity != "1":
        return Heard(VisitOutcome.NO_ANSWER)
    solved = _SOLVED.get(answers.get(Question.SOLVED, ""))
    return Heard(
        VisitOutcome.CALL_LATER if solved is None else VisitOutcome.ANSWERED,
        _CONTACTED.get(answers.get(Question.CONTACTED, "")),
        solved,
        _SATISFACTION.get(answers.get(Question.SERVICE, ""), Satisfaction.NOT_GIVEN),
        _SATISFACTION.get(answers.get(Question.HANDLING, ""), Satisfaction.NOT_GIVEN),
    )


def unhappy(solved: Solved | None, handling: Satisfaction) -> bool:
    """Whether what was said of the result goes to the shift leader."""
    return solved is Solved.UNSOLVED or handling.dissatisfied


def sample_size(closed: int, percent: int) -> int:
    """How many of ``closed`` tickets are drawn: the share rounded up, so never less than it."""
    return -(-closed * percent // 100)
