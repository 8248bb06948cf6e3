"""The transition table of the case against domain.md §4.6."""

import pytest

from intake.domain.case_steps import CASE_TRANSITIONS, CaseState, CaseStep, next_case_state
from intake.domain.errors import WrongState
from intake.domain.people import PERMISSIONS, Role

S = CaseState


def test_every_step_is_in_the_table_and_somebody_may_take_it() -> None:
    assert set(CASE_TRANSITIONS) == set(CaseStep)
    for step, transition in CASE_TRANSITIONS.items():
        assert PERMISSIONS[transition.action], step


def test_every_state_is_reached_from_filed() -> None:
    reached = {S.FILED}
    while True:
        further = {
            way.to for way in CASE_TRANSITIONS.values() for state in reached if state in way.sources
        }
        if further <= reached:
            break
        reached |= further
    assert reached == set(S)


@pytest.mark.parametrize("state", [S.ARCHIVED, S.VOIDED])
def test_a_terminal_state_is_closed_to_every_step(state: CaseState) -> None:
    for step in CaseStep:
        with pytest.raises(WrongState) as refused:
            next_case_state(state, step)
        assert state.label in refused.value.message


def test_a_closed_case_can_only_be_archived() -> None:
    open_to = {step for step, way in CASE_TRANSITIONS.items() if S.CLOSED in way.sources}
    assert open_to == {CaseStep.ARCHIVED}
    assert not S.CLOSED.open


def test_the_way_of_a_case() -> None:
    state = S.FILED
    for step, to in (
        (CaseStep.DISPATCHED, S.DISPATCHED),
        (CaseStep.RETURNED, S.RETURNED_BY_UNIT),
        (CaseStep.DISPATCHED, S.DISPATCHED),
        (CaseStep.ACCEPTED, S.ACCEPTED_BY_UNIT),
        (CaseStep.SUSPENDED, S.SUSPENDED),
        (CaseStep.RESUMED, S.ACCEPTED_BY_UNIT),
        (CaseStep.HANDLED, S.FEEDBACK),
        (CaseStep.CHECK_FAILED, S.DISPATCHED),
        (CaseStep.HANDLED, S.FEEDBACK),
        (CaseStep.CHECK_PASSED, S.CHECK_PASSED),
        (CaseStep.REWORK, S.DISPATCHED),
        (CaseStep.HANDLED, S.FEEDBACK),
        (CaseStep.CHECK_PASSED, S.CHECK_PASSED),
        (CaseStep.CLOSED, S.CLOSED),
        (CaseStep.ARCHIVED, S.ARCHIVED),
    ):
        state = next_case_state(state, step)
        assert state is to


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        (CaseStep.DISPATCHED, {"unit"}),
        (CaseStep.RETURNED, {"opinion"}),
        (CaseStep.ACCEPTED, set()),
        (CaseStep.SUSPENDED, {"opinion", "until"}),
        (CaseStep.HANDLED, {"result"}),
        (CaseStep.CHECK_FAILED, {"opinion"}),
        (CaseStep.REWORK, {"opinion"}),
        (CaseStep.VOIDED, {"opinion"}),
    ],
)
def test_what_each_report_must_carry(step: CaseStep, fields: set[str]) -> None:
    assert set(CASE_TRANSITIONS[step].must) == fields


def test_dispatch_and_closing_lie_in_different_hands() -> None:
    """Separation of supervision and management (R84); a machine account reports for both."""
    dispatch = PERMISSIONS[CASE_TRANSITIONS[CaseStep.DISPATCHED].action]
    close = PERMISSIONS[CASE_TRANSITIONS[CaseStep.CLOSED].action]
    assert dispatch & close == {Role.SUBSYSTEM}


def test_every_open_state_can_be_voided() -> None:
    assert CASE_TRANSITIONS[CaseStep.VOIDED].sources == {state for state in S if state.open}
