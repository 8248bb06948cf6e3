"""What kind of appeal a ticket is, how urgent, and what class of case it makes."""

from enum import StrEnum


class AppealType(StrEnum):
    """Six appeal types (domain.md §2.8, DB12/T 1438-2025)."""

    CONSULT = "CONSULT"
    HELP = "HELP"
    COMPLAINT = "COMPLAINT"
    REPORT = "REPORT"
    SUGGESTION = "SUGGESTION"
    PRAISE = "PRAISE"

    @property
    def label(self) -> str:
        return _APPEAL_LABELS[self]

    @property
    def confidential_by_default(self) -> bool:
        """A report of somebody's violation protects the reporter unless a person decides else."""
        return self is AppealType.REPORT

    @property
    def makes_cases(self) -> bool:
        """Consultation, suggestion and praise are answered, not filed."""
        return self in {AppealType.HELP, AppealType.COMPLAINT, AppealType.REPORT}

    @classmethod
    def from_label(cls, label: str) -> "AppealType":
        """The type of a Chinese word such as 投诉; raises KeyError for any other word."""
        return _APPEALS_BY_LABEL[label]


_APPEAL_LABELS = {
    AppealType.CONSULT: "咨询",
    AppealType.HELP: "求助",
    AppealType.COMPLAINT: "投诉",
    AppealType.REPORT: "举报",
    AppealType.SUGGESTION: "建议",
    AppealType.PRAISE: "表扬",
}
_APPEALS_BY_LABEL = {label: appeal for appeal, label in _APPEAL_LABELS.items()}


class Urgency(StrEnum):
    """一般 · 紧急 · 特急. Words may raise it; only a person lowers it (domain.md §4.5)."""

    NORMAL = "NORMAL"
    URGENT = "URGENT"
    CRITICAL = "CRITICAL"

    @property
    def label(self) -> str:
        return {"NORMAL": "一般", "URGENT": "紧急", "CRITICAL": "特急"}[self.value]

    @property
    def rank(self) -> int:
        return list(Urgency).index(self)

    @classmethod
    def from_label(cls, label: str) -> "Urgency":
        return next(urgency for urgency in cls if urgency.label == label)


class CaseClass(StrEnum):
    """Three classes of cases (R142). Emergency is an attribute, never derived from a category."""

    ORDINARY = "ORDINARY"
    DIFFICULT = "DIFFICULT"
    EMERGENCY = "EMERGENCY"

    @property
    def label(self) -> str:
        return {"ORDINARY": "一般", "DIFFICULT": "疑难", "EMERGENCY": "突发"}[self.value]
