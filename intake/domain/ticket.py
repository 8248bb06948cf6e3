"""The ticket (受理单): what one person said once, and what was made of it."""

from dataclasses import dataclass
from datetime import datetime

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.category import CategoryKind, CategoryRef
from intake.domain.contact import Source
from intake.domain.events import GENESIS
from intake.domain.numbers import ticket_number
from intake.domain.ticket_steps import TicketState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One row of the ticket table; ``text`` is the citizen's own and never changes.

    ``id`` carries day and daily sequence (numbers.daily_key). Coordinates are WGS84 degrees,
    ``original_*`` with ``datum`` are what the door delivered. Times are aware UTC.
    """

    id: int
    state: TicketState
    version: int
    source: Source
    received_at: datetime
    text: str
    description: str
    appeal: AppealType | None = None
    urgency: Urgency = Urgency.NORMAL
    case_class: CaseClass = CaseClass.ORDINARY
    confidential: bool = False
    anonymous: bool = False
    needs_reply: bool = True
    category_kind: CategoryKind | None = None
    category_edition: str | None = None
    category_code: str | None = None
    condition_id: int | None = None
    address: str = ""
    landmark: str = ""
    lon: float | None = None
    lat: float | None = None
    original_lon: float | None = None
    original_lat: float | None = None
    datum: str | None = None
    town_code: str = ""
    unit_grid_code: str = ""
    in_area: bool | None = None
    occurred: str = ""
    cause: str = ""
    absence_reason: str = ""
    incomplete_reason: str = ""
    photos: int = 0
    emergency_waiver: bool = False
    leader_reference: str = ""
    duplicate_decided: bool = False
    questions: str = ""
    respond_by: datetime | None = None
    claimed_by: int | None = None
    claimed_at: datetime | None = None
    registered_by: int | None = None
    registered_at: datetime | None = None
    submitted_by: int | None = None
    submitted_at: datetime | None = None
    case_id: int | None = None
    parent_id: int | None = None
    close_reason: str = ""
    closed_at: datetime | None = None
    public_answer: str = ""
    head_hash: str = GENESIS

    @property
    def number(self) -> str:
        return ticket_number(self.id)

    @property
    def category(self) -> CategoryRef | None:
        if self.category_kind and self.category_edition and self.category_code:
            return CategoryRef(self.category_kind, self.category_edition, self.category_code)
        return None
