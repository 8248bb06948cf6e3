"""What the desk's API answers about calls, made from the services' records; numbers masked."""

from datetime import datetime

from intake.domain.call import CallOutcome, Direction, Purpose
from intake.domain.call_control import CallVerb
from intake.domain.people import Actor
from intake.http.words import Shown
from intake.services.call_list import CallLine
from intake.services.call_notes import OpenNote
from intake.services.screen_pop import Note, ScreenPop


class CallShown(Shown):
    """One call; ``controls`` are what the reader may do to it now."""

    id: int
    direction: Direction
    direction_text: str
    purpose: Purpose
    purpose_text: str
    outcome: CallOutcome
    outcome_text: str
    number_shown: str
    withheld: bool
    urgent: bool
    in_gap: bool
    started_at: datetime
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    wait_s: int | None
    talk_s: int | None
    extension: str
    agent: str
    mine: bool
    ticket: str
    recording: int | None
    recording_state: str
    record_resume_at: datetime | None
    controls: list[CallVerb]


class Calls(Shown):
    rows: list[CallShown]


class CallPageShown(Shown):
    """``next`` goes into ``after`` for the following page; empty on the last."""

    rows: list[CallShown]
    next: str


class NoteShown(Shown):
    """``version`` goes back with the next save."""

    text: str
    version: int
    updated_at: datetime | None


class OpenNoteShown(Shown):
    call: CallShown
    text: str
    version: int
    updated_at: datetime | None


class OpenNotes(Shown):
    """Notes of calls that still wait for a ticket or a decision."""

    rows: list[OpenNoteShown]


class PastTicketShown(Shown):
    number: str
    state_text: str
    received_at: datetime
    description: str
    address: str


class NearCaseShown(Shown):
    number: str
    state_text: str
    description: str
    address: str
    lon: float
    lat: float
    metres: int


class NuisanceShown(Shown):
    reason: str
    until: datetime | None


class DraftShown(Shown):
    """The ticket of the call; ``number`` is empty until it is made."""

    number: str


class PopShown(Shown):
    """Everything the panel of a ringing call shows."""

    call: CallShown
    kind: str
    kind_text: str
    name: str
    elder: bool
    nuisance: NuisanceShown | None
    repeats: int
    last_call_at: datetime | None
    callback: int | None
    tickets: list[PastTicketShown]
    cases: list[NearCaseShown]
    note: NoteShown
    draft: DraftShown
    first: bool


def call_shown(line: CallLine, actor: Actor) -> CallShown:
    """A call for this reader."""
    copied = (
        "id direction purpose outcome number_shown withheld urgent in_gap started_at ringing_at "
        "answered_at ended_at extension agent ticket recording recording_state record_resume_at"
    )
    return CallShown(
        **{name: getattr(line, name) for name in copied.split()},
        direction_text=line.direction.label,
        purpose_text=line.purpose.label,
        outcome_text=line.outcome.label,
        wait_s=_seconds(line.wait_ms),
        talk_s=_seconds(line.talk_ms),
        mine=line.own(actor),
        controls=list(line.controls(actor)),
    )


def note_shown(note: Note) -> NoteShown:
    return NoteShown(text=note.text, version=note.version, updated_at=note.updated_at)


def open_note_shown(note: OpenNote, actor: Actor) -> OpenNoteShown:
    return OpenNoteShown(
        call=call_shown(note.call, actor),
        text=note.text,
        version=note.version,
        updated_at=note.updated_at,
    )


def pop_shown(pop: ScreenPop, actor: Actor) -> PopShown:
    """The panel for this reader."""
    return PopShown(
        call=call_shown(pop.call, actor),
        kind=pop.kind.value,
        kind_text=pop.kind.label,
        name=pop.name,
        elder=pop.elder,
        nuisance=NuisanceShown(reason=pop.nuisance.reason, until=pop.nuisance.until)
        if pop.nuisance
        else None,
        repeats=pop.repeats,
        last_call_at=pop.last_call_at,
        callback=pop.callback,
        tickets=[
            PastTicketShown(
                number=each.number,
                state_text=each.state.label,
                received_at=each.received_at,
                description=each.description,
                address=each.address,
            )
            for each in pop.tickets
        ],
        cases=[
            NearCaseShown(
                number=each.number,
                state_text=each.state.label,
                description=each.description,
                address=each.address,
                lon=each.lon,
                lat=each.lat,
                metres=each.metres,
            )
            for each in pop.cases
        ],
        note=note_shown(pop.note),
        draft=DraftShown(number=pop.call.ticket),
        first=not pop.tickets and not pop.repeats,
    )


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds // 1000
