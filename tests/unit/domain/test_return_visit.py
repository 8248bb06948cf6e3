"""What an automatic call heard, and what the PBX says of a call nobody answered."""

import pytest

from intake.domain.call import CallOutcome
from intake.domain.return_visit import (
    NOBODY_TO_ASK,
    TRIES,
    Decision,
    Heard,
    heard,
    sample_size,
    unhappy,
    visit_outcome_of,
)
from intake.domain.visit import Satisfaction, Solved, VisitOutcome

V = VisitOutcome
NOT_GIVEN = Satisfaction.NOT_GIVEN


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, Heard(V.NO_ANSWER)),
        ({"identity": ""}, Heard(V.NO_ANSWER)),
        ({"identity": "2"}, Heard(V.NOT_REPORTER)),
        ({"identity": "2", "solved": "1", "handling": "1"}, Heard(V.NOT_REPORTER)),
        ({"solved": "1", "handling": "1"}, Heard(V.NO_ANSWER)),
        ({"identity": "1", "contacted": "2"}, Heard(V.CALL_LATER, contacted=False)),
        (
            {"identity": "1", "solved": "9", "handling": "1"},
            Heard(V.CALL_LATER, handling=Satisfaction.VERY_SATISFIED),
        ),
        ({"identity": "1", "solved": "1"}, Heard(V.ANSWERED, solved=Solved.SOLVED)),
        (
            {"identity": "1", "contacted": "1", "solved": "3", "service": "2", "handling": "5"},
            Heard(
                V.ANSWERED,
                contacted=True,
                solved=Solved.UNSOLVED,
                service=Satisfaction.SATISFIED,
                handling=Satisfaction.VERY_DISSATISFIED,
            ),
        ),
    ],
)
def test_digits(answers: dict[str, str], expected: Heard) -> None:
    assert heard(answers) == expected


def test_only_a_confirmed_person_is_ever_satisfied() -> None:
    for identity in ("", "0", "2", "3", "x"):
        said = heard({"identity": identity, "solved": "1", "service": "1", "handling": "1"})
        assert said.outcome is not V.ANSWERED
        assert said == Heard(said.outcome)


def test_calls_nobody_spoke_on() -> None:
    silent = {outcome: visit_outcome_of(outcome) for outcome in CallOutcome}
    assert silent[CallOutcome.OUT_ANSWERED] is None
    assert silent[CallOutcome.ANSWERED] is None
    assert silent[CallOutcome.NO_ANSWER] is V.NO_ANSWER
    assert silent[CallOutcome.BUSY] is V.BUSY
    assert silent[CallOutcome.INVALID] is V.INVALID_NUMBER
    assert silent[CallOutcome.REJECTED] is V.NO_ANSWER
    assert silent[CallOutcome.FAILED] is silent[CallOutcome.LOST_TRACK] is V.LINE_FAULT
    assert V.REFUSED not in silent.values(), "who refuses says so; a rejected call does not"


def test_our_own_fault_is_no_try() -> None:
    assert V.LINE_FAULT not in TRIES
    assert V.CALL_LATER not in TRIES
    assert not TRIES & NOBODY_TO_ASK


def test_dissatisfaction() -> None:
    assert unhappy(Solved.UNSOLVED, Satisfaction.VERY_SATISFIED)
    assert unhappy(Solved.SOLVED, Satisfaction.DISSATISFIED)
    assert not unhappy(Solved.PARTLY_SOLVED, Satisfaction.BASICALLY_SATISFIED)
    assert not unhappy(None, NOT_GIVEN)


@pytest.mark.parametrize(("closed", "drawn"), [(0, 0), (1, 1), (10, 1), (11, 2), (100, 10)])
def test_a_tenth_is_never_less_than_a_tenth(closed: int, drawn: int) -> None:
    assert sample_size(closed, 10) == drawn


def test_unreasonable_needs_two() -> None:
    assert [decision for decision in Decision if decision.needs_second] == [Decision.UNREASONABLE]
