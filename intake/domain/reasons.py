"""Coded reasons: why a report is not accepted, voided or refused (domain.md §2.8)."""

from dataclasses import dataclass
from enum import StrEnum


class DeclineCode(StrEnum):
    """Ten reasons not to accept; the ticket is stored and counted all the same."""

    EMERGENCY_SERVICE = "emergency_service"
    LITIGATION = "litigation"
    DISCIPLINE = "discipline"
    PETITION = "petition"
    INFORMATION_DISCLOSURE = "information_disclosure"
    CONFIDENTIAL_MATTER = "confidential_matter"
    OTHER_DUTY = "other_duty"
    OUT_OF_AREA = "out_of_area"
    NO_CONTENT = "no_content"
    ANSWERED_BEFORE = "answered_before"


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """``title`` for the operator's list, ``text`` is what the citizen is told."""

    code: DeclineCode
    title: str
    text: str


_D = DeclineCode
DECLINE_REASONS: dict[DeclineCode, DeclineReason] = {
    reason.code: reason
    for reason in (
        DeclineReason(
            _D.EMERGENCY_SERVICE,
            "应由110、119、120、122处理",
            "您反映的情况属于紧急警情，请立即拨打110（报警）、119（火警）、120（急救）或122（交通事故）。",
        ),
        DeclineReason(
            _D.LITIGATION,
            "已进入诉讼、仲裁、复议程序",
            "此事已进入诉讼、仲裁或行政复议程序，请向正在办理的法院、仲裁机构或复议机关了解进展。",
        ),
        DeclineReason(
            _D.DISCIPLINE,
            "反映公职人员违纪违法",
            "反映公职人员违纪违法问题，请拨打纪检监察举报电话12388，您的身份会受到保护。",
        ),
        DeclineReason(
            _D.PETITION,
            "已由信访渠道受理或办结",
            "此事已在信访渠道办理，请向原受理的信访部门查询办理情况。",
        ),
        DeclineReason(
            _D.INFORMATION_DISCLOSURE,
            "政府信息公开申请",
            "申请政府信息公开请向信息所在的行政机关提出书面申请，具体方式见该机关公布的公开指南。",
        ),
        DeclineReason(
            _D.CONFIDENTIAL_MATTER,
            "涉及国家秘密、商业秘密或他人隐私",
            "此事涉及依法不能公开处理的内容，我们无法受理，请通过有权机关的专门渠道反映。",
        ),
        DeclineReason(
            _D.OTHER_DUTY,
            "不属于城市管理职责",
            "此事不属于城市管理职责，请联系有权处理的单位；不清楚是哪个单位的，可拨打12345。",
        ),
        DeclineReason(
            _D.OUT_OF_AREA,
            "不在本县管理范围",
            "反映的地点不在本县城市管理范围内，请联系当地乡镇人民政府或所在县的服务热线。",
        ),
        DeclineReason(
            _D.NO_CONTENT,
            "没有具体内容",
            "您的反映没有具体的地点或事项，我们无法处理。请补充具体情况后再次反映。",
        ),
        DeclineReason(
            _D.ANSWERED_BEFORE,
            "同一事项已答复且无新情况",
            "您反映的同一事项此前已经答复。如有新的情况，请说明后再次反映。",
        ),
    )
}
