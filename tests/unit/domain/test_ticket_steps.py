"""The transition table of the ticket against domain.md §4.2."""

import pytest

from intake.domain.errors import WrongState
from intake.domain.people import PERMISSIONS, Role
from intake.domain.ticket_steps import (
    TRANSITIONS,
    Step,
    TicketState,
    next_state,
    possible_steps,
)

S = TicketState
ENTRANCES = {S.RECEIVED, S.DRAFT}
BEFORE_FILING = {
    S.DRAFT,
    S.RECEIVED,
    S.REGISTERED,
    S.AWAITING_INFO,
    S.VERIFYING,
    S.VERIFIED,
    S.NOT_FOUND,
    S.PENDING_FILING,
    S.RETURNED_FOR_CORRECTION,
}


def _reachable() -> set[TicketState]:
    reached = set(ENTRANCES)
    while True:
        further = {
            transition.to or state
            for state in reached
            for transition in TRANSITIONS.values()
            if state in transition.sources
        }
        if further <= reached:
            return reached
        reached |= further


def test_every_step_is_in_the_table_and_somebody_may_take_it() -> None:
    assert set(TRANSITIONS) == set(Step)
    for step, transition in TRANSITIONS.items():
        assert PERMISSIONS[transition.action], step


def test_every_state_is_reached() -> None:
    assert _reachable() == set(S)


def test_every_state_but_the_last_ones_leads_on_and_can_end() -> None:
    for state in S:
        ends = {state}
        while not any(one.terminal for one in ends):
            further = {next_state(one, step) for one in ends for step in possible_steps(one)}
            assert not further <= ends, f"{state} never ends"
            ends |= further


@pytest.mark.parametrize("state", [S.CLOSED, S.VOIDED])
def test_a_terminal_state_is_closed_to_every_step(state: TicketState) -> None:
    assert state.terminal
    assert possible_steps(state) == ()
    for step in Step:
        with pytest.raises(WrongState) as refused:
            next_state(state, step)
        assert refused.value.details == {"state": state.value, "step": step.value}
        assert state.label in refused.value.message
        assert state.value not in refused.value.message


@pytest.mark.parametrize(
    ("state", "step", "to"),
    [
        (S.RECEIVED, Step.REGISTER, S.REGISTERED),
        (S.REGISTERED, Step.ANSWER, S.ANSWERED),
        (S.ANSWERED, Step.SETTLE, S.CLOSED),
        (S.REGISTERED, Step.DECLINE, S.DECLINED),
        (S.DECLINED, Step.SETTLE, S.CLOSED),
        (S.REGISTERED, Step.REFER, S.REFERRED),
        (S.REFERRED, Step.SETTLE, S.CLOSED),
        (S.REGISTERED, Step.MERGE, S.MERGED),
        (S.MERGED, Step.UNMERGE, S.REGISTERED),
        (S.REGISTERED, Step.ASK_INFO, S.AWAITING_INFO),
        (S.AWAITING_INFO, Step.RESUME, S.REGISTERED),
        (S.AWAITING_INFO, Step.GIVE_UP, S.CLOSED),
        (S.REGISTERED, Step.SEND_VERIFICATION, S.VERIFYING),
        (S.VERIFYING, Step.CONFIRM, S.VERIFIED),
        (S.VERIFYING, Step.NOT_FOUND, S.NOT_FOUND),
        (S.VERIFIED, Step.SUBMIT, S.PENDING_FILING),
        (S.PENDING_FILING, Step.FILE, S.FILED),
        (S.PENDING_FILING, Step.RETURN, S.RETURNED_FOR_CORRECTION),
        (S.RETURNED_FOR_CORRECTION, Step.AMEND, S.REGISTERED),
        (S.PENDING_FILING, Step.REFUSE_FILING, S.FILING_REFUSED),
        (S.FILING_REFUSED, Step.ANSWER, S.ANSWERED),
        (S.FILED, Step.DISPATCHED, S.IN_HANDLING),
        (S.IN_HANDLING, Step.CHECKED, S.AWAITING_VISIT),
        (S.AWAITING_VISIT, Step.REWORK, S.REWORK),
        (S.REWORK, Step.DISPATCHED, S.IN_HANDLING),
        (S.AWAITING_VISIT, Step.CASE_CLOSED, S.CLOSED),
        (S.MERGED, Step.CHECKED, S.AWAITING_VISIT),
        (S.MERGED, Step.CASE_CLOSED, S.CLOSED),
    ],
)
def test_the_ways_of_the_dossier(state: TicketState, step: Step, to: TicketState) -> None:
    assert next_state(state, step) is to


def test_a_returned_ticket_is_amended_before_anything_else_moves_it() -> None:
    onward = {
        step
        for step in possible_steps(S.RETURNED_FOR_CORRECTION)
        if next_state(S.RETURNED_FOR_CORRECTION, step) is not S.RETURNED_FOR_CORRECTION
    }
    assert onward == {Step.AMEND, Step.WITHDRAW, Step.VOID}


def test_refused_filing_still_owes_a_reply() -> None:
    assert set(possible_steps(S.FILING_REFUSED)) == {Step.ANSWER, Step.VOID}


def test_the_citizen_adds_and_withdraws_before_filing_only() -> None:
    assert TRANSITIONS[Step.WITHDRAW].sources == BEFORE_FILING
    assert TRANSITIONS[Step.SUPPLEMENT].sources == BEFORE_FILING


def test_the_shift_leader_voids_everything_that_is_not_ended() -> None:
    assert TRANSITIONS[Step.VOID].sources == {state for state in S if not state.terminal}
    assert PERMISSIONS[TRANSITIONS[Step.VOID].action] == {Role.SHIFT_LEADER}


def test_filing_comes_from_work_or_from_the_queue_and_nowhere_else() -> None:
    assert TRANSITIONS[Step.FILE].sources == {S.REGISTERED, S.VERIFIED, S.PENDING_FILING}
    into_filed = {step for step, way in TRANSITIONS.items() if way.to is S.FILED}
    assert into_filed == {Step.FILE, Step.FILE_BY_INSTRUCTION}


def test_every_state_has_a_chinese_label_of_its_own() -> None:
    labels = [state.label for state in S]
    assert len(set(labels)) == len(labels)
    assert all("一" <= letter <= "鿿" for label in labels for letter in label)
