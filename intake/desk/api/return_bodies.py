"""What the endpoints of call-backs, return calls and books take and answer."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from intake.desk.api.views import Record
from intake.domain.callback import CallbackOutcome
from intake.domain.return_visit import Decision, ReturnChannel, ReturnKind, ReturnState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.http.words import PRINTABLE, Input, Line, Words
from intake.services.visit import VisitRecord

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Nothing(Input):
    """A step that needs no more words."""


class ReturnsAsked(Input):
    """What is to be called, what waits for the shift leader, or what was done."""

    tab: Literal["open", "review", "done"] = "open"


class Finish(Input):
    """How a call-back ended, by hand."""

    version: Version
    outcome: CallbackOutcome
    remark: Line = ""
    ticket: Annotated[str, Field(max_length=32), PRINTABLE] = ""


class Answered(Input):
    """One attempt of a return call; ``asked_for`` is the time a citizen named."""

    version: Version
    outcome: VisitOutcome
    contacted: bool | None = None
    solved: Solved | None = None
    service: Satisfaction = Satisfaction.NOT_GIVEN
    handling: Satisfaction = Satisfaction.NOT_GIVEN
    reason: Words = ""
    remark: Words = ""
    asked_for: AwareDatetime | None = None
    call_no_more: bool = False

    def record(self) -> VisitRecord:
        """As the service takes it."""
        return VisitRecord(**self.model_dump(exclude={"version", "call_no_more"}))


class Decided(Input):
    """What follows from dissatisfaction."""

    version: Version
    decision: Decision
    opinion: Words
    new_problem: Words = ""


class Confirmed(Input):
    """The second person's word."""

    version: Version
    agreed: bool
    opinion: Words = ""


class Period(Input):
    """County days, both included."""

    first: date
    last: date


class CallbackShown(Record):
    id: int
    shown: str
    reason: str
    missed: int
    missed_at: datetime
    due_at: datetime
    next_at: datetime
    attempts: int
    holder: str
    dialling: bool
    version: int
    outcome: str
    done_at: datetime | None
    ticket: str


class CompletionShown(Record):
    number: str
    questions: str
    due_at: datetime
    respond_by: datetime | None
    attempts: int
    dialling: bool


class CallbacksShown(Record):
    waiting: list[CallbackShown]
    completions: list[CompletionShown]
    done: list[CallbackShown]
    more: bool


class ReturnShown(Record):
    id: int
    number: str
    kind: ReturnKind
    state: ReturnState
    channel: ReturnChannel
    due_at: datetime
    next_at: datetime
    asked_for: datetime | None
    attempts: int
    confidential: bool
    holder: str
    dialling: bool
    decision: str
    done_at: datetime | None


class ReturnsShown(Record):
    rows: list[ReturnShown]


class DialShown(Record):
    """The attempt's id, under which the call appears in the books."""

    attempt: str


class StateShown(Record):
    """Where the task stands now; ``ticket`` is the number of a new one."""

    state: str = ""
    ticket: str = ""


class FiguresShown(Record):
    """Counts, and rates in percent with the denominator in the name; null without one."""

    known: bool
    incoming: int
    offered: int
    answered: int
    abandoned: int
    early: int
    overflow: int
    after_hours: int
    voicemail: int
    short: int
    nuisance: int
    lost: int
    answer_rate: Decimal | None
    abandon_rate: Decimal | None
    level_of_offered: Decimal | None
    level_of_answered: Decimal | None
    second_of_offered: Decimal | None
    second_of_answered: Decimal | None
    mean_wait: Decimal | None
    longest_wait: Decimal | None
    mean_talk: Decimal | None


class LineShown(Record):
    begin: datetime
    end: datetime
    figures: FiguresShown


class VisitFiguresShown(Record):
    due: int
    visited: int
    answered: int
    visit_rate: Decimal | None
    success_rate: Decimal | None
    contact_rate: Decimal | None
    solved_rate: Decimal | None
    satisfied_rate: Decimal | None
    strict_rate: Decimal | None
    in_time_rate: Decimal | None
    dissatisfied: int
    unreachable: int


class CallbackFiguresShown(Record):
    missed: int
    called_back: int
    in_time: int
    waiting: int
    mean_minutes: Decimal | None
    called_back_rate: Decimal | None
    in_time_rate: Decimal | None


class ReportShown(Record):
    first: date
    last: date
    level_seconds: int
    total: FiguresShown
    lines: list[LineShown]
    callbacks: CallbackFiguresShown
    confirm: VisitFiguresShown
    sample: VisitFiguresShown
