"""The case (案卷): one problem at one place, lives in the shared case store."""

from dataclasses import dataclass, field
from datetime import datetime

from intake.domain.appeal import CaseClass, Urgency
from intake.domain.case_steps import CaseState
from intake.domain.category import CategoryKind, CategoryRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the case store (domain.md §2.3). It holds no reporter data (§8.1)."""

    id: int
    number: str
    state: CaseState
    version: int
    ticket_id: int
    category_kind: CategoryKind
    category_edition: str
    category_code: str
    condition_id: int
    case_class: CaseClass
    urgency: Urgency
    confidential: bool
    supervised: bool
    priority_place: bool
    description: str
    address: str
    lon: float | None
    lat: float | None
    town_code: str
    unit_grid_code: str
    lead_unit: str
    filed_by: int
    filed_at: datetime
    assist_units: list[str] = field(default_factory=list)
    filing_note: str = ""
    leader_reference: str = ""
    dispatched_by: int | None = None
    due_at: datetime | None = None
    suspended_until: datetime | None = None
    rework_count: int = 0
    result: str = ""
    closed_at: datetime | None = None
    head_hash: str

    @property
    def category(self) -> CategoryRef:
        return CategoryRef(self.category_kind, self.category_edition, self.category_code)
