"""The permission matrix against domain.md §4.8."""

import pytest

from intake.domain.errors import NotAllowed
from intake.domain.people import CITIZEN, PERMISSIONS, SYSTEM, Action, Actor, Role

CALL_CENTRE = {Role.OPERATOR, Role.SHIFT_LEADER}
STAFF_OF_THE_DOSSIER = set(Role) - {Role.SUBSYSTEM, Role.CITIZEN, Role.SYSTEM}

MATRIX = {
    Action.REGISTER: CALL_CENTRE,
    Action.ANSWER: CALL_CENTRE,
    Action.DECLINE: CALL_CENTRE,
    Action.REFER: CALL_CENTRE,
    Action.ASK_INFO: CALL_CENTRE,
    Action.SPLIT: CALL_CENTRE,
    Action.MERGE: CALL_CENTRE,
    Action.SEND_VERIFICATION: CALL_CENTRE,
    Action.ANSWER_VERIFICATION: CALL_CENTRE | {Role.COLLECTOR},
    Action.SUBMIT: CALL_CENTRE,
    Action.FILE: CALL_CENTRE,
    Action.RETURN: {Role.SHIFT_LEADER},
    Action.REFUSE_FILING: {Role.SHIFT_LEADER},
    Action.FILE_BY_INSTRUCTION: {Role.SHIFT_LEADER, Role.LEADER},
    Action.DISPATCH: {Role.DISPATCHER},
    Action.HANDLE: {Role.DEPARTMENT_USER},
    Action.CHECK: {Role.SHIFT_LEADER},
    Action.CLOSE: {Role.SHIFT_LEADER},
    Action.VISIT: CALL_CENTRE | {Role.ASSESSOR},
    Action.VOID: {Role.SHIFT_LEADER},
    Action.MERGE_INTO_CASE: {Role.SHIFT_LEADER},
    Action.REVEAL: CALL_CENTRE | {Role.LEADER},
    Action.REPORTS: {Role.SHIFT_LEADER, Role.LEADER, Role.ASSESSOR},
    Action.MANAGE_ACCOUNTS: {Role.SYSADMIN},
    Action.READ_AUDIT: {Role.AUDITOR},
    Action.CALL: CALL_CENTRE,
    Action.READ_CALLS: CALL_CENTRE | {Role.LEADER, Role.ASSESSOR, Role.AUDITOR},
    Action.SUPERVISE_CALLS: {Role.SHIFT_LEADER},
    Action.PLAY_RECORDING: CALL_CENTRE | {Role.LEADER, Role.ASSESSOR},
    Action.HOLD_RECORDING: {Role.SHIFT_LEADER},
    Action.LIST_NUISANCE: {Role.SHIFT_LEADER},
    Action.DECIDE_VISIT: {Role.SHIFT_LEADER},
    Action.SUPERVISE_DOORS: {Role.SHIFT_LEADER, Role.SYSADMIN},
    Action.EDIT_WORDINGS: {Role.SHIFT_LEADER},
}
"""Posts of people only; operators answer a verification for a collector who telephones."""


@pytest.mark.parametrize("action", MATRIX, ids=lambda action: action.value)
def test_posts_of_the_dossier(action: Action) -> None:
    assert PERMISSIONS[action] & STAFF_OF_THE_DOSSIER == MATRIX[action]


def test_every_action_is_decided() -> None:
    assert set(PERMISSIONS) == set(Action)


def test_a_citizen_only_reports_adds_and_withdraws() -> None:
    mine = {action for action in Action if CITIZEN.may(action)}
    assert mine == {Action.REPORT, Action.SUPPLEMENT, Action.WITHDRAW}


def test_the_system_decides_nothing() -> None:
    assert {action for action in Action if SYSTEM.may(action)} == {
        Action.READ_TICKETS,
        Action.SETTLE,
    }


def test_administrators_and_field_staff_read_no_tickets() -> None:
    for role in (Role.SYSADMIN, Role.COLLECTOR, Role.DEPARTMENT_USER, Role.CITIZEN):
        assert not Actor(role, "某人", 1).may(Action.READ_TICKETS)


@pytest.mark.parametrize("role", list(Role))
def test_a_refusal_names_the_post_in_chinese(role: Role) -> None:
    actor = Actor(role, "某人", 1)
    for action in Action:
        if actor.may(action):
            actor.require(action)
            continue
        with pytest.raises(NotAllowed) as refused:
            actor.require(action)
        assert role.label in refused.value.message
        assert action.value not in refused.value.message
        assert refused.value.details == {"action": action.value, "role": role.value}
