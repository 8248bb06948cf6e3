"""Who may do what: the role × action matrix of R110–R140 as one readable table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.errors import NotAllowed


class Role(StrEnum):
    """Posts of R126–R140, plus CITIZEN and SYSTEM for acts without an account."""

    OPERATOR = "OPERATOR"
    SHIFT_LEADER = "SHIFT_LEADER"
    DISPATCHER = "DISPATCHER"
    COLLECTOR = "COLLECTOR"
    DEPARTMENT_USER = "DEPARTMENT_USER"
    LEADER = "LEADER"
    ASSESSOR = "ASSESSOR"
    SYSADMIN = "SYSADMIN"
    AUDITOR = "AUDITOR"
    SUBSYSTEM = "SUBSYSTEM"
    CITIZEN = "CITIZEN"
    SYSTEM = "SYSTEM"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.OPERATOR: "接线员",
    Role.SHIFT_LEADER: "值班长",
    Role.DISPATCHER: "派遣员",
    Role.COLLECTOR: "监督员",
    Role.DEPARTMENT_USER: "部门人员",
    Role.LEADER: "领导",
    Role.ASSESSOR: "考评员",
    Role.SYSADMIN: "系统管理员",
    Role.AUDITOR: "审计员",
    Role.SUBSYSTEM: "协同系统",
    Role.CITIZEN: "市民",
    Role.SYSTEM: "系统",
}


class Action(StrEnum):
    """Everything a service asks permission for; one name per use case."""

    READ_TICKETS = "read_tickets"
    REPORT = "report"
    REGISTER = "register"
    ANSWER = "answer"
    DECLINE = "decline"
    REFER = "refer"
    MERGE = "merge"
    MERGE_INTO_CASE = "merge_into_case"
    SPLIT = "split"
    ASK_INFO = "ask_info"
    SEND_VERIFICATION = "send_verification"
    ANSWER_VERIFICATION = "answer_verification"
    SUBMIT = "submit"
    FILE = "file"
    RETURN = "return"
    REFUSE_FILING = "refuse_filing"
    FILE_BY_INSTRUCTION = "file_by_instruction"
    VOID = "void"
    WITHDRAW = "withdraw"
    SUPPLEMENT = "supplement"
    SETTLE = "settle"
    REVEAL = "reveal"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    CHECK = "check"
    CLOSE = "close"
    VISIT = "visit"
    REPORTS = "reports"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    CALL = "call"
    READ_CALLS = "read_calls"
    SUPERVISE_CALLS = "supervise_calls"
    PLAY_RECORDING = "play_recording"
    HOLD_RECORDING = "hold_recording"
    LIST_NUISANCE = "list_nuisance"
    WRITE_MESSAGE = "write_message"
    EDIT_WORDINGS = "edit_wordings"
    DECIDE_VISIT = "decide_visit"
    SUPERVISE_DOORS = "supervise_doors"


_CALL_CENTRE = frozenset({Role.OPERATOR, Role.SHIFT_LEADER})
_LEADER_ONLY = frozenset({Role.SHIFT_LEADER})

PERMISSIONS: Mapping[Action, frozenset[Role]] = {
    Action.READ_TICKETS: frozenset(Role)
    - {Role.CITIZEN, Role.SYSADMIN, Role.COLLECTOR, Role.DEPARTMENT_USER},
    Action.REPORT: frozenset({Role.CITIZEN, Role.COLLECTOR, Role.LEADER, Role.SUBSYSTEM})
    | _CALL_CENTRE,
    Action.REGISTER: _CALL_CENTRE,
    Action.ANSWER: _CALL_CENTRE,
    Action.DECLINE: _CALL_CENTRE,
    Action.REFER: _CALL_CENTRE,
    Action.MERGE: _CALL_CENTRE,
    Action.MERGE_INTO_CASE: _LEADER_ONLY,
    Action.SPLIT: _CALL_CENTRE,
    Action.ASK_INFO: _CALL_CENTRE,
    Action.SEND_VERIFICATION: _CALL_CENTRE,
    Action.ANSWER_VERIFICATION: frozenset({Role.COLLECTOR, Role.SUBSYSTEM}) | _CALL_CENTRE,
    Action.SUBMIT: _CALL_CENTRE,
    Action.FILE: _CALL_CENTRE,
    Action.RETURN: _LEADER_ONLY,
    Action.REFUSE_FILING: _LEADER_ONLY,
    Action.FILE_BY_INSTRUCTION: frozenset({Role.LEADER, Role.SHIFT_LEADER}),
    Action.VOID: _LEADER_ONLY,
    Action.WITHDRAW: frozenset({Role.CITIZEN}),
    Action.SUPPLEMENT: frozenset({Role.CITIZEN}) | _CALL_CENTRE,
    Action.SETTLE: frozenset({Role.SYSTEM}) | _CALL_CENTRE,
    Action.REVEAL: frozenset({Role.OPERATOR, Role.SHIFT_LEADER, Role.LEADER}),
    Action.DISPATCH: frozenset({Role.DISPATCHER, Role.SUBSYSTEM}),
    Action.HANDLE: frozenset({Role.DEPARTMENT_USER, Role.SUBSYSTEM}),
    Action.CHECK: frozenset({Role.SHIFT_LEADER, Role.SUBSYSTEM}),
    Action.CLOSE: frozenset({Role.SHIFT_LEADER, Role.SUBSYSTEM}),
    Action.VISIT: _CALL_CENTRE | {Role.ASSESSOR},
    Action.REPORTS: frozenset({Role.SHIFT_LEADER, Role.LEADER, Role.ASSESSOR}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.SYSADMIN}),
    Action.READ_AUDIT: frozenset({Role.AUDITOR}),
    Action.CALL: _CALL_CENTRE,
    Action.READ_CALLS: _CALL_CENTRE | {Role.LEADER, Role.ASSESSOR, Role.AUDITOR},
    Action.SUPERVISE_CALLS: _LEADER_ONLY,
    Action.PLAY_RECORDING: _CALL_CENTRE | {Role.LEADER, Role.ASSESSOR},
    Action.HOLD_RECORDING: _LEADER_ONLY,
    Action.WRITE_MESSAGE: _CALL_CENTRE,
    Action.EDIT_WORDINGS: _LEADER_ONLY,
    Action.LIST_NUISANCE: _LEADER_ONLY,
    Action.DECIDE_VISIT: _LEADER_ONLY,
    Action.SUPERVISE_DOORS: _LEADER_ONLY | {Role.SYSADMIN},
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or part that acts; every event carries one (R9, R161: no shared accounts).

    ``account_id`` is None for citizens and the system itself.
    """

    role: Role
    name: str
    account_id: int | None = None

    def may(self, action: Action) -> bool:
        return self.role in PERMISSIONS[action]

    def require(self, action: Action) -> None:
        """Raise NotAllowed unless the matrix lets this role do ``action``."""
        if not self.may(action):
            raise NotAllowed(
                f"“{self.role.label}”没有办理此事的权限，请交由有权限的岗位办理。",
                action=action.value,
                role=self.role.value,
            )


SYSTEM = Actor(Role.SYSTEM, "系统")
CITIZEN = Actor(Role.CITIZEN, "市民")
