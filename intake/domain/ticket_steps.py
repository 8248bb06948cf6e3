"""States of a ticket (受理单) and its one transition table (domain.md §4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.errors import WrongState
from intake.domain.people import Action


class TicketState(StrEnum):
    """States of domain.md §4.2. The names are for programs; screens show ``label``."""

    DRAFT = "DRAFT"
    RECEIVED = "RECEIVED"
    REGISTERED = "REGISTERED"
    AWAITING_INFO = "AWAITING_INFO"
    VERIFYING = "VERIFYING"
    VERIFIED = "VERIFIED"
    NOT_FOUND = "NOT_FOUND"
    PENDING_FILING = "PENDING_FILING"
    RETURNED_FOR_CORRECTION = "RETURNED_FOR_CORRECTION"
    FILED = "FILED"
    IN_HANDLING = "IN_HANDLING"
    REWORK = "REWORK"
    AWAITING_VISIT = "AWAITING_VISIT"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    REFERRED = "REFERRED"
    FILING_REFUSED = "FILING_REFUSED"
    MERGED = "MERGED"
    CLOSED = "CLOSED"
    VOIDED = "VOIDED"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def terminal(self) -> bool:
        return self in {TicketState.CLOSED, TicketState.VOIDED}


_STATE_LABELS = {
    TicketState.DRAFT: "通话中",
    TicketState.RECEIVED: "待登记",
    TicketState.REGISTERED: "已登记",
    TicketState.AWAITING_INFO: "待补充",
    TicketState.VERIFYING: "核实中",
    TicketState.VERIFIED: "已核实",
    TicketState.NOT_FOUND: "核实未发现",
    TicketState.PENDING_FILING: "待立案",
    TicketState.RETURNED_FOR_CORRECTION: "退回更正",
    TicketState.FILED: "已立案",
    TicketState.IN_HANDLING: "办理中",
    TicketState.REWORK: "返工",
    TicketState.AWAITING_VISIT: "待回访",
    TicketState.ANSWERED: "已答复",
    TicketState.DECLINED: "不予受理",
    TicketState.REFERRED: "已转介",
    TicketState.FILING_REFUSED: "不予立案",
    TicketState.MERGED: "已合并",
    TicketState.CLOSED: "已办结",
    TicketState.VOIDED: "已作废",
}


class Step(StrEnum):
    """The verbs of a ticket; one service each."""

    REGISTER = "register"
    AMEND = "amend"
    ANSWER = "answer"
    DECLINE = "decline"
    REFER = "refer"
    MERGE = "merge"
    UNMERGE = "unmerge"
    ASK_INFO = "ask_info"
    SUPPLEMENT = "supplement"
    RESUME = "resume"
    GIVE_UP = "give_up"
    SEND_VERIFICATION = "send_verification"
    CONFIRM = "confirm"
    NOT_FOUND = "not_found"
    SUBMIT = "submit"
    FILE = "file"
    FILE_BY_INSTRUCTION = "file_by_instruction"
    RETURN = "return"
    REFUSE_FILING = "refuse_filing"
    DISPATCHED = "dispatched"
    CHECKED = "checked"
    REWORK = "rework"
    CASE_CLOSED = "case_closed"
    SETTLE = "settle"
    WITHDRAW = "withdraw"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Transition:
    """From which states a step leads where; ``to`` None keeps the state."""

    sources: frozenset[TicketState]
    to: TicketState | None
    action: Action


_S = TicketState
_WORKED_ON = frozenset({_S.REGISTERED, _S.VERIFIED, _S.NOT_FOUND})
_UNFILED = _WORKED_ON | {_S.RECEIVED, _S.AWAITING_INFO, _S.VERIFYING, _S.PENDING_FILING}
_UNFILED_TEXT_OPEN = _UNFILED | {_S.DRAFT, _S.RETURNED_FOR_CORRECTION}
_WITH_CASE = frozenset({_S.FILED, _S.IN_HANDLING, _S.REWORK, _S.AWAITING_VISIT, _S.MERGED})

TRANSITIONS: Mapping[Step, Transition] = {
    Step.REGISTER: Transition(
        frozenset({_S.DRAFT, _S.RECEIVED, _S.AWAITING_INFO}), _S.REGISTERED, Action.REGISTER
    ),
    Step.AMEND: Transition(
        _WORKED_ON | {_S.RETURNED_FOR_CORRECTION}, _S.REGISTERED, Action.REGISTER
    ),
    Step.ANSWER: Transition(_WORKED_ON | {_S.FILING_REFUSED}, _S.ANSWERED, Action.ANSWER),
    Step.DECLINE: Transition(_WORKED_ON, _S.DECLINED, Action.DECLINE),
    Step.REFER: Transition(_WORKED_ON, _S.REFERRED, Action.REFER),
    Step.MERGE: Transition(_WORKED_ON | {_S.PENDING_FILING}, _S.MERGED, Action.MERGE),
    Step.UNMERGE: Transition(frozenset({_S.MERGED}), _S.REGISTERED, Action.MERGE_INTO_CASE),
    Step.ASK_INFO: Transition(_WORKED_ON, _S.AWAITING_INFO, Action.ASK_INFO),
    Step.SUPPLEMENT: Transition(_UNFILED_TEXT_OPEN, None, Action.SUPPLEMENT),
    Step.RESUME: Transition(frozenset({_S.AWAITING_INFO}), _S.REGISTERED, Action.SUPPLEMENT),
    Step.GIVE_UP: Transition(frozenset({_S.AWAITING_INFO}), _S.CLOSED, Action.ASK_INFO),
    Step.SEND_VERIFICATION: Transition(
        frozenset({_S.REGISTERED, _S.NOT_FOUND}), _S.VERIFYING, Action.SEND_VERIFICATION
    ),
    Step.CONFIRM: Transition(frozenset({_S.VERIFYING}), _S.VERIFIED, Action.ANSWER_VERIFICATION),
    Step.NOT_FOUND: Transition(frozenset({_S.VERIFYING}), _S.NOT_FOUND, Action.ANSWER_VERIFICATION),
    Step.SUBMIT: Transition(
        frozenset({_S.REGISTERED, _S.VERIFIED}), _S.PENDING_FILING, Action.SUBMIT
    ),
    Step.FILE: Transition(
        frozenset({_S.REGISTERED, _S.VERIFIED, _S.PENDING_FILING}), _S.FILED, Action.FILE
    ),
    Step.FILE_BY_INSTRUCTION: Transition(
        frozenset({_S.RECEIVED, _S.REGISTERED, _S.VERIFIED, _S.NOT_FOUND, _S.PENDING_FILING}),
        _S.FILED,
        Action.FILE_BY_INSTRUCTION,
    ),
    Step.RETURN: Transition(
        frozenset({_S.PENDING_FILING}), _S.RETURNED_FOR_CORRECTION, Action.RETURN
    ),
    Step.REFUSE_FILING: Transition(
        frozenset({_S.PENDING_FILING}), _S.FILING_REFUSED, Action.REFUSE_FILING
    ),
    Step.DISPATCHED: Transition(
        frozenset({_S.FILED, _S.REWORK, _S.IN_HANDLING}), _S.IN_HANDLING, Action.DISPATCH
    ),
    Step.CHECKED: Transition(
        frozenset({_S.FILED, _S.IN_HANDLING, _S.REWORK, _S.MERGED}),
        _S.AWAITING_VISIT,
        Action.CHECK,
    ),
    Step.REWORK: Transition(frozenset({_S.AWAITING_VISIT}), _S.REWORK, Action.CLOSE),
    Step.CASE_CLOSED: Transition(_WITH_CASE, _S.CLOSED, Action.CLOSE),
    Step.SETTLE: Transition(
        frozenset({_S.ANSWERED, _S.DECLINED, _S.REFERRED}), _S.CLOSED, Action.SETTLE
    ),
    Step.WITHDRAW: Transition(_UNFILED_TEXT_OPEN, _S.CLOSED, Action.WITHDRAW),
    Step.VOID: Transition(frozenset(s for s in _S if not s.terminal), _S.VOIDED, Action.VOID),
}


def next_state(state: TicketState, step: Step) -> TicketState:
    """Where ``step`` leads from ``state``; raises WrongState when the table has no such way."""
    transition = TRANSITIONS[step]
    if state not in transition.sources:
        raise WrongState(
            f"受理单现在是“{state.label}”，不能这样办理，请刷新后再看。",
            state=state.value,
            step=step.value,
        )
    return transition.to or state


def possible_steps(state: TicketState) -> tuple[Step, ...]:
    """Every step the table allows from ``state``, in table order."""
    return tuple(step for step, transition in TRANSITIONS.items() if state in transition.sources)
