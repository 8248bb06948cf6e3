"""What the staff API answers, made from the services' records; reporters always masked."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, PlainSerializer, computed_field

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.category import CategoryRef
from intake.domain.contact import Outcome, Source
from intake.domain.events import EventType
from intake.domain.ticket_steps import Step, TicketState
from intake.http.words import Shown

Label = Annotated[CategoryRef, PlainSerializer(lambda ref: ref.label, return_type=str)]
"""A category as its label such as E06010; the edition stands beside it."""


class Record(Shown):
    """Base of what is read off a service's record by attribute."""

    model_config = ConfigDict(from_attributes=True, extra="ignore", arbitrary_types_allowed=True)


class TicketLine(Record):
    """One line of a list."""

    number: str
    state: TicketState
    version: int
    source: Source
    received_at: datetime
    description: str
    address: str
    town_code: str
    urgency: Urgency
    appeal: AppealType | None
    confidential: bool
    photos: int
    category_name: str
    suggested: str
    claimed_by: str
    respond_by: datetime | None

    @computed_field
    def state_text(self) -> str:
        return self.state.label


class TicketPage(Record):
    """``next`` goes into ``after`` for the following page; empty on the last."""

    rows: list[TicketLine]
    next: str


class TicketShown(Record):
    """A ticket; ``version`` goes back with the next step."""

    number: str
    state: TicketState
    version: int
    source: Source
    received_at: datetime
    text: str
    description: str
    appeal: AppealType | None
    urgency: Urgency
    case_class: CaseClass
    confidential: bool
    anonymous: bool
    needs_reply: bool
    category: Label | None
    category_edition: str | None
    condition_id: int | None
    address: str
    landmark: str
    lon: float | None
    lat: float | None
    town_code: str
    unit_grid_code: str
    in_area: bool | None
    occurred: str
    cause: str
    absence_reason: str
    incomplete_reason: str
    photos: int
    emergency_waiver: bool
    leader_reference: str
    duplicate_decided: bool
    questions: str
    respond_by: datetime | None
    registered_at: datetime | None
    submitted_at: datetime | None
    close_reason: str
    closed_at: datetime | None
    public_answer: str

    @computed_field
    def state_text(self) -> str:
        return self.state.label


class Tickets(Record):
    """Several tickets, for example the parts of a split one."""

    rows: list[TicketShown]


class ReporterShown(Record):
    """The reporter, masked everywhere but in the answer to a reveal."""

    name: str
    phone: str
    email: str
    address: str
    caller_number: str


class HistoryShown(Record):
    """One fact; ``data`` holds what was said, never personal data."""

    at: datetime
    type: EventType
    actor_role: str
    actor_name: str
    from_state: str
    to_state: str
    data: dict[str, Any]


class PhotoShown(Record):
    id: int
    position: int
    state: str
    width: int | None
    height: int | None
    refusal: str


class SupplementShown(Record):
    at: datetime
    by_role: str
    text: str


class GuessShown(Record):
    """One category the classifier thinks of, and the words that speak for it."""

    label: str
    kind: str
    name: str
    probability: float
    evidence: tuple[str, ...]


class SuggestionShown(Record):
    """What the classifier proposed; a person decides."""

    guesses: tuple[GuessShown, ...]
    abstained: bool
    appeal: str
    urgency: str
    urgency_reasons: tuple[str, ...]
    place: str | None
    out_field: str | None
    model_version: str
    edition: str


class VerificationShown(Record):
    collector: str
    what: str
    sent_at: datetime
    due_at: datetime
    answered_at: datetime | None
    found: bool | None
    remark: str


class VisitShown(Record):
    at: datetime
    outcome: str
    contacted: bool | None
    solved: str | None
    service: str
    handling: str
    reason: str
    remark: str


class RuleShown(Record):
    """One line of the filing checklist and what to do when it does not hold."""

    rule: str
    title: str
    passed: bool
    advice: str


class CaseShown(Record):
    """A case; it holds no reporter data."""

    number: str
    state: CaseState
    version: int
    category: Label
    category_edition: str
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
    assist_units: list[str]
    filed_at: datetime
    filing_note: str
    leader_reference: str
    due_at: datetime | None
    suspended_until: datetime | None
    rework_count: int
    result: str
    closed_at: datetime | None

    @computed_field
    def state_text(self) -> str:
        return self.state.label


class TicketPageShown(Record):
    """Everything about one ticket. ``steps`` are those its state and the caller's role allow."""

    ticket: TicketShown
    case: CaseShown | None
    reporter: ReporterShown
    holder: str
    suggestion: SuggestionShown | None
    checklist: tuple[RuleShown, ...]
    leader_reasons: tuple[str, ...]
    photos: list[PhotoShown]
    supplements: list[SupplementShown]
    verifications: list[VerificationShown]
    visits: list[VisitShown]
    history: list[HistoryShown]
    steps: tuple[Step, ...]


class CasePage(Record):
    rows: list[CaseShown]
    next: str


class LimitShown(Record):
    term: str
    due_at: datetime


class PauseShown(Record):
    began_at: datetime
    ended_at: datetime | None
    reason: str


class CasePageShown(Record):
    """Everything about one case."""

    case: CaseShown
    limits: list[LimitShown]
    pauses: list[PauseShown]
    tickets: list[str]
    history: list[HistoryShown]
    steps: tuple[CaseStep, ...]


class ContactShown(Record):
    """One arrival and its one outcome."""

    source: Source
    external_id: str
    received_at: datetime
    media_type: str
    outcome: Outcome
    outcome_at: datetime | None
    ticket_number: str
    remark: str


class ContactPage(Record):
    rows: list[ContactShown]
    next: str


class CategoryShown(Record):
    label: str
    kind: str
    name: str
    major_name: str


class Categories(Record):
    rows: list[CategoryShown]


class CardShown(Record):
    """A filing condition of the handbook."""

    id: int
    filing: str
    closing: str
    limits: list[str]
    lead_unit: str


class Handbook(Record):
    rows: list[CardShown]


class Me(Record):
    """Who is calling; ``csrf_token`` is empty for programs."""

    username: str
    display_name: str
    role: str
    csrf_token: str
