"""States of a case (案卷) and its one transition table (domain.md §4.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.errors import WrongState
from intake.domain.people import Action


class CaseState(StrEnum):
    FILED = "FILED"
    DISPATCHED = "DISPATCHED"
    RETURNED_BY_UNIT = "RETURNED_BY_UNIT"
    ACCEPTED_BY_UNIT = "ACCEPTED_BY_UNIT"
    SUSPENDED = "SUSPENDED"
    FEEDBACK = "FEEDBACK"
    CHECK_PASSED = "CHECK_PASSED"
    CLOSED = "CLOSED"
    ARCHIVED = "ARCHIVED"
    VOIDED = "VOIDED"

    @property
    def label(self) -> str:
        return _CASE_LABELS[self]

    @property
    def open(self) -> bool:
        return self not in {CaseState.CLOSED, CaseState.ARCHIVED, CaseState.VOIDED}


_CASE_LABELS = {
    CaseState.FILED: "已立案",
    CaseState.DISPATCHED: "已派遣",
    CaseState.RETURNED_BY_UNIT: "部门退件",
    CaseState.ACCEPTED_BY_UNIT: "处置中",
    CaseState.SUSPENDED: "挂账",
    CaseState.FEEDBACK: "已反馈待核查",
    CaseState.CHECK_PASSED: "核查通过",
    CaseState.CLOSED: "已结案",
    CaseState.ARCHIVED: "已归档",
    CaseState.VOIDED: "已作废",
}


class CaseStep(StrEnum):
    """What other subsystems report about a case through the API."""

    DISPATCHED = "dispatched"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    HANDLED = "handled"
    CHECK_PASSED = "check_passed"
    CHECK_FAILED = "check_failed"
    REWORK = "rework"
    CLOSED = "closed"
    ARCHIVED = "archived"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class CaseTransition:
    """``must`` names the fields the event has to carry (domain.md §4.6)."""

    sources: frozenset[CaseState]
    to: CaseState
    action: Action
    must: tuple[str, ...] = ()


_C = CaseState
CASE_TRANSITIONS: Mapping[CaseStep, CaseTransition] = {
    CaseStep.DISPATCHED: CaseTransition(
        frozenset({_C.FILED, _C.RETURNED_BY_UNIT}), _C.DISPATCHED, Action.DISPATCH, ("unit",)
    ),
    CaseStep.RETURNED: CaseTransition(
        frozenset({_C.DISPATCHED}), _C.RETURNED_BY_UNIT, Action.HANDLE, ("opinion",)
    ),
    CaseStep.ACCEPTED: CaseTransition(
        frozenset({_C.DISPATCHED}), _C.ACCEPTED_BY_UNIT, Action.HANDLE
    ),
    CaseStep.SUSPENDED: CaseTransition(
        frozenset({_C.DISPATCHED, _C.ACCEPTED_BY_UNIT}),
        _C.SUSPENDED,
        Action.DISPATCH,
        ("opinion", "until"),
    ),
    CaseStep.RESUMED: CaseTransition(
        frozenset({_C.SUSPENDED}), _C.ACCEPTED_BY_UNIT, Action.DISPATCH
    ),
    CaseStep.HANDLED: CaseTransition(
        frozenset({_C.DISPATCHED, _C.ACCEPTED_BY_UNIT}), _C.FEEDBACK, Action.HANDLE, ("result",)
    ),
    CaseStep.CHECK_PASSED: CaseTransition(frozenset({_C.FEEDBACK}), _C.CHECK_PASSED, Action.CHECK),
    CaseStep.CHECK_FAILED: CaseTransition(
        frozenset({_C.FEEDBACK}), _C.DISPATCHED, Action.CHECK, ("opinion",)
    ),
    CaseStep.REWORK: CaseTransition(
        frozenset({_C.CHECK_PASSED}), _C.DISPATCHED, Action.CLOSE, ("opinion",)
    ),
    CaseStep.CLOSED: CaseTransition(frozenset({_C.CHECK_PASSED}), _C.CLOSED, Action.CLOSE),
    CaseStep.ARCHIVED: CaseTransition(frozenset({_C.CLOSED}), _C.ARCHIVED, Action.CLOSE),
    CaseStep.VOIDED: CaseTransition(
        frozenset(state for state in _C if state.open), _C.VOIDED, Action.VOID, ("opinion",)
    ),
}


def next_case_state(state: CaseState, step: CaseStep) -> CaseState:
    """Where ``step`` leads from ``state``; raises WrongState when the table has no such way."""
    transition = CASE_TRANSITIONS[step]
    if state not in transition.sources:
        raise WrongState(
            f"案卷现在是“{state.label}”，不能这样办理，请刷新后再看。",
            state=state.value,
            step=step.value,
        )
    return transition.to
