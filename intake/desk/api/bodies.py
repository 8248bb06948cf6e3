"""What each verb of the staff API takes, and the one service it calls."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from intake.domain.appeal import AppealType, CaseClass, Urgency
from intake.domain.case_steps import CaseStep
from intake.domain.people import Actor
from intake.domain.submission import ReporterDetails
from intake.domain.ticket import Ticket
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.http.words import PRINTABLE, Input, Line, Words
from intake.services import answer as answering
from intake.services import ask, claim, file, merge, submit, supplement, verify
from intake.services.case_event import CaseReport
from intake.services.register import Registration, register
from intake.services.visit import VisitRecord, record_visit
from intake.services.void import void
from intake.services.workroom import Workroom

Degrees = Annotated[float, Field(ge=-180, le=180)]
Number = Annotated[str, Field(min_length=1, max_length=32), PRINTABLE]
Key = Annotated[int, Field(ge=1, le=2**53)]


class Unversioned(Input):
    """A step that does not depend on what was seen."""


class Versioned(Input):
    """``version`` is the one the caller saw; a stale one is answered 409 with what changed."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class Person(Input):
    """The reporter as told to the operator; replaces what is stored."""

    name: Annotated[str, Field(max_length=64), PRINTABLE] = ""
    phone: Annotated[str, Field(max_length=64), PRINTABLE] = ""
    email: Annotated[str, Field(max_length=254), PRINTABLE] = ""
    address: Line = ""
    caller_number: Annotated[str, Field(max_length=64), PRINTABLE] = ""


class Register(Versioned):
    appeal: AppealType
    urgency: Urgency
    description: Words
    confidential: bool | None = None
    anonymous: bool = False
    needs_reply: bool = True
    case_class: CaseClass = CaseClass.ORDINARY
    category: Annotated[str, Field(pattern="^[CE][0-9]{5}$")] | None = None
    condition_id: Key | None = None
    address: Line = ""
    landmark: Line = ""
    lon: Degrees | None = None
    lat: Degrees | None = None
    occurred: Line = ""
    cause: Words = ""
    absence_reason: Line = ""
    emergency_waiver: bool = False
    duplicate_decided: bool = False
    reporter: Person | None = None

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        values = self.model_dump(exclude={"version", "reporter"})
        person = None if self.reporter is None else ReporterDetails(**self.reporter.model_dump())
        return register(room, actor, number, self.version, Registration(**values, reporter=person))


class Answer(Versioned):
    text: Words

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return answering.answer(room, actor, number, self.version, self.text)


class Decline(Versioned):
    code: Line
    text: Words = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return answering.decline(room, actor, number, self.version, self.code, self.text)


class Refer(Versioned):
    target: Line
    how: Line
    text: Words = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return answering.refer(room, actor, number, self.version, self.target, self.how, self.text)


class Merge(Versioned):
    target: Number
    reasons: Annotated[list[Line], Field(max_length=10)]

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return merge.merge(room, actor, number, self.version, self.target, self.reasons)


class Split(Versioned):
    descriptions: Annotated[list[Words], Field(max_length=10)]

    def run(self, room: Workroom, actor: Actor, number: str) -> list[Ticket]:
        return merge.split(room, actor, number, self.version, self.descriptions)


class Ask(Versioned):
    questions: Words

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return ask.ask_info(room, actor, number, self.version, self.questions)


class Supplement(Unversioned):
    text: Words

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return supplement.add_supplement(room, actor, number, self.text)


class GiveUp(Versioned):
    remark: Line

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return ask.give_up(room, actor, number, self.version, self.remark)


class Verify(Versioned):
    what: Words
    collector: Annotated[str, Field(max_length=40), PRINTABLE] = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return verify.send_verification(
            room, actor, number, self.version, self.what, self.collector
        )


class Verification(Unversioned):
    found: bool
    remark: Words
    lon: Degrees | None = None
    lat: Degrees | None = None

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return verify.answer_verification(
            room, actor, number, self.found, self.remark, self.lon, self.lat
        )


class Submit(Versioned):
    incomplete_reason: Words = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return submit.submit_for_filing(room, actor, number, self.version, self.incomplete_reason)


class Return(Versioned):
    opinion: Words

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return submit.return_for_correction(room, actor, number, self.version, self.opinion)


class Refuse(Versioned):
    reason: Words

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return submit.refuse_filing(room, actor, number, self.version, self.reason)


class File(Versioned):
    opinion: Words = ""
    deputy_reason: Line = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return file.file_ticket(room, actor, number, self.version, self.opinion, self.deputy_reason)


class FileByInstruction(Versioned):
    reference: Line
    opinion: Words = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return file.file_by_instruction(
            room, actor, number, self.version, self.reference, self.opinion
        )


class Void(Versioned):
    reason: Words

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return void(room, actor, number, self.version, self.reason)


class Claim(Unversioned):
    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return claim.claim(room, actor, number)


class Release(Unversioned):
    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        return claim.release(room, actor, number)


class Visit(Versioned):
    outcome: VisitOutcome
    contacted: bool | None = None
    solved: Solved | None = None
    service: Satisfaction = Satisfaction.NOT_GIVEN
    handling: Satisfaction = Satisfaction.NOT_GIVEN
    reason: Words = ""
    remark: Words = ""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket:
        record = VisitRecord(**self.model_dump(exclude={"version"}))
        return record_visit(room, actor, number, self.version, record)


class Reveal(Unversioned):
    reason: Line = ""


class CaseEvent(Input):
    """One event of a case; which fields it must carry depends on the step."""

    step: CaseStep
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    unit: Annotated[str, Field(max_length=12), PRINTABLE] = ""
    assist_units: Annotated[
        tuple[Annotated[str, Field(max_length=12), PRINTABLE], ...], Field(max_length=20)
    ] = ()
    opinion: Words = ""
    result: Words = ""
    until: AwareDatetime | None = None

    def report(self) -> CaseReport:
        return CaseReport(
            step=self.step,
            unit=self.unit,
            assist_units=self.assist_units,
            opinion=self.opinion,
            result=self.result,
            until=self.until,
        )
