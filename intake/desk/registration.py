"""The registration form: what it shows at first, and what it means when it is posted."""

from intake.desk.forms import Values, choice, degrees, text, ticked, whole
from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.errors import Invalid
from intake.domain.numbers import COUNTY_ZONE
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.security.email_address import normalise_email
from intake.security.phone import normalise_phone
from intake.services.register import Registration
from intake.services.ticket_view import TicketView

BOXES = frozenset(
    {"confidential", "anonymous", "needs_reply", "emergency_waiver", "duplicate_decided"}
)
_TEXTS = ("description", "address", "landmark", "occurred", "cause", "absence_reason")
FRESH = {TicketState.RECEIVED, TicketState.DRAFT}
COMPARED = {
    "appeal": "诉求性质",
    "urgency": "紧急程度",
    "case_class": "案件类别",
    "category": "类别",
    "condition_id": "立案条件",
    "description": "问题描述",
    "address": "地址",
    "landmark": "参照物",
    "lon": "经度",
    "lat": "纬度",
    "occurred": "发生时间",
    "cause": "起因经过",
    "absence_reason": "要素缺失说明",
    "confidential": "保密",
    "anonymous": "匿名",
    "needs_reply": "需要回复",
    "emergency_waiver": "突发先办",
    "duplicate_decided": "不是重复件",
}
"""Fields that the page compares when a colleague saved in between, with their names."""


def form_of(view: TicketView, place: str = "") -> dict[str, str]:
    """The stored values as the form shows them; a new ticket starts from its suggestion.

    ``place`` is the place the text names, if the county knows it.
    A proposal fills appeal, urgency, place and time only; the category is always chosen by hand.
    """
    sheet = view.ticket
    values = {name: str(getattr(sheet, name)) for name in _TEXTS}
    values |= {name: "on" for name in BOXES if getattr(sheet, name)}
    values |= {
        "version": str(sheet.version),
        "appeal": sheet.appeal.value if sheet.appeal else "",
        "urgency": sheet.urgency.value,
        "case_class": sheet.case_class.value,
        "category": sheet.category.label if sheet.category else "",
        "condition_id": str(sheet.condition_id or ""),
        "lon": "" if sheet.lon is None else f"{sheet.lon:.6f}",
        "lat": "" if sheet.lat is None else f"{sheet.lat:.6f}",
    }
    if sheet.state in FRESH:
        values |= _proposed(sheet, view.suggestion or {}, values, place)
    return values


def _proposed(
    sheet: Ticket, guess: dict[str, str], values: dict[str, str], place: str
) -> dict[str, str]:
    urgencies = [sheet.urgency.value, str(guess.get("urgency") or Urgency.NORMAL.value)]
    appeal = str(guess.get("appeal") or AppealType.HELP.value)
    proposed = {
        "appeal": values["appeal"] or appeal,
        # Words may raise the urgency; only a person lowers it.
        "urgency": max(urgencies, key=lambda value: Urgency(value).rank),
        "address": values["address"] or place,
        "occurred": values["occurred"]
        or f"{sheet.received_at.astimezone(COUNTY_ZONE):%m月%d日 %H:%M}（反映时）",
    }
    if AppealType(proposed["appeal"]).confidential_by_default:
        proposed["confidential"] = "on"
    return proposed


def read_registration(form: Values, area_code: str) -> Registration:
    """The posted form as the service takes it; raises Invalid with the field to correct."""
    return Registration(
        appeal=choice(form, "appeal", AppealType, "请选择诉求性质。"),
        urgency=choice(form, "urgency", Urgency, "请选择紧急程度。"),
        case_class=choice(form, "case_class", CaseClass, "请选择案件类别。"),
        description=text(form, "description", 5000),
        confidential=ticked(form, "confidential"),
        anonymous=ticked(form, "anonymous"),
        needs_reply=ticked(form, "needs_reply"),
        category=text(form, "category", 12) or None,
        condition_id=whole(form, "condition_id"),
        address=text(form, "address", 200),
        landmark=text(form, "landmark", 200),
        lon=degrees(form, "lon", 180),
        lat=degrees(form, "lat", 90),
        occurred=text(form, "occurred", 200),
        cause=text(form, "cause", 2000),
        absence_reason=text(form, "absence_reason", 500),
        emergency_waiver=ticked(form, "emergency_waiver"),
        duplicate_decided=ticked(form, "duplicate_decided"),
        reporter=read_reporter(form, area_code),
    )


def read_reporter(form: Values, area_code: str) -> ReporterDetails | None:
    """The person's data when any was typed, else None: what is stored stays."""
    person = ReporterDetails(
        name=text(form, "reporter_name", 64),
        phone=text(form, "reporter_phone", 64),
        email=text(form, "reporter_email", 254),
        address=text(form, "reporter_address", 200),
    )
    if person.empty:
        return None
    if person.phone and normalise_phone(person.phone, area_code) is None:
        raise Invalid("电话号码不对，请填写手机号或带区号的座机号。", field="reporter_phone")
    if person.email and normalise_email(person.email) is None:
        raise Invalid("邮箱地址不对，请检查后重新填写。", field="reporter_email")
    return person
