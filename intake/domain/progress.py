"""What a citizen reads about progress: plain words, never internal states (domain.md §4.6)."""

from intake.domain.events import EventType
from intake.domain.ticket_steps import TicketState

_S = TicketState
_STATUS: dict[TicketState, tuple[str, str]] = {
    _S.DRAFT: ("received", "已收到"),
    _S.RECEIVED: ("received", "已收到"),
    _S.REGISTERED: ("verifying", "正在核实"),
    _S.AWAITING_INFO: ("awaiting_info", "请您补充信息"),
    _S.VERIFYING: ("verifying", "正在核实"),
    _S.VERIFIED: ("verifying", "正在核实"),
    _S.NOT_FOUND: ("verifying", "正在核实"),
    _S.PENDING_FILING: ("verifying", "正在核实"),
    _S.RETURNED_FOR_CORRECTION: ("verifying", "正在核实"),
    _S.FILED: ("filed", "已立案"),
    _S.IN_HANDLING: ("handling", "办理中"),
    _S.REWORK: ("handling", "办理中"),
    _S.AWAITING_VISIT: ("awaiting_visit", "办理完毕，等待回访"),
    _S.ANSWERED: ("answered", "已答复"),
    _S.DECLINED: ("declined", "不予受理"),
    _S.REFERRED: ("referred", "已转介其他单位"),
    _S.FILING_REFUSED: ("declined", "不予立案"),
    _S.MERGED: ("merged", "已与同一问题合并处理"),
    _S.CLOSED: ("closed", "已办结"),
    _S.VOIDED: ("closed", "已终止"),
}

_TIMELINE: dict[EventType, str] = {
    EventType.TICKET_RECEIVED: "我们已收到您的反映。",
    EventType.TICKET_REGISTERED: "接线员已登记，正在核实情况。",
    EventType.INFO_ASKED: "需要您补充一些信息。",
    EventType.SUPPLEMENT_RECEIVED: "已收到您的补充。",
    EventType.VERIFICATION_SENT: "已请监督员到现场核实。",
    EventType.VERIFICATION_ANSWERED: "监督员已到现场查看。",
    EventType.CASE_FILED: "已立案，将交责任单位处理。",
    EventType.TICKET_ANSWERED: "已作出答复。",
    EventType.TICKET_DECLINED: "此事不在受理范围内，已说明办理途径。",
    EventType.TICKET_REFERRED: "已转介有权处理的单位。",
    EventType.TICKET_MERGED: "已有同一问题正在处理，您的反映已一并处理。",
    EventType.FILING_REFUSED: "经审核不予立案。",
    EventType.TICKET_WITHDRAWN: "您已撤回此次反映。",
    EventType.INFO_GIVEN_UP: "因未能联系到您补充信息，此次反映已结束。",
    EventType.TICKET_CLOSED: "已办结。",
    EventType.TICKET_VOIDED: "此次反映已终止。",
    EventType.VISIT_RECORDED: "已回访您的意见。",
}

_FOLLOWED: dict[TicketState, str] = {
    _S.IN_HANDLING: "责任单位已开始处理。",
    _S.REWORK: "处理结果不符合要求，已要求重新处理。",
    _S.AWAITING_VISIT: "已处理完毕，我们会回访您的意见。",
    _S.CLOSED: "已办结。",
}


def citizen_status(state: TicketState) -> tuple[str, str]:
    """A stable code for programs and the Chinese words for the page."""
    return _STATUS[state]


def timeline_text(event: EventType, to_state: TicketState) -> str | None:
    """The plain sentence for one fact, or None when the fact is not the citizen's business."""
    if event is EventType.TICKET_FOLLOWED_CASE:
        return _FOLLOWED.get(to_state)
    return _TIMELINE.get(event)


WITHDRAWABLE = frozenset(
    {
        _S.RECEIVED,
        _S.REGISTERED,
        _S.AWAITING_INFO,
        _S.VERIFYING,
        _S.VERIFIED,
        _S.NOT_FOUND,
        _S.PENDING_FILING,
        _S.RETURNED_FOR_CORRECTION,
    }
)
"""States in which the citizen may still supplement or withdraw: everything before filing."""
