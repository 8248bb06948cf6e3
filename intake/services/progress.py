"""What the citizen reads with number and query code: plain words and a timeline (R114)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from intake.domain.case import Case
from intake.domain.errors import NotFound
from intake.domain.events import EventType, Subject
from intake.domain.message import Direction, MessageKind
from intake.domain.numbers import ticket_key, ticket_number
from intake.domain.progress import WITHDRAWABLE, citizen_status, timeline_text
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.services.citizen_answer import may_answer
from intake.services.stepping import find_ticket
from intake.services.ticket_view import history
from intake.services.workroom import Workroom
from intake.store.records import load
from intake.store.tables import message, ticket_link

_MERGE_DEPTH = 5
_FOLLOWED = frozenset(
    {TicketState.FILED, TicketState.IN_HANDLING, TicketState.REWORK, TicketState.AWAITING_VISIT}
)
"""States a merged report shows as its own; what the other reporter is told stays his alone."""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """``status`` is a stable code, ``status_text`` the Chinese words; nothing internal."""

    number: str
    status: str
    status_text: str
    received_at: datetime
    text: str
    photos: int
    questions: str
    answer: str
    case_number: str
    timeline: list[TimelineLine]
    replies: list[TimelineLine]
    may_supplement: bool
    may_withdraw: bool
    may_answer: bool


def read_progress(room: Workroom, number: str, code: str) -> Progress:
    """Progress of one report; unknown number and wrong code are told alike (NotFound)."""
    key = ticket_key(number)
    wanted = "" if key is None else ticket_number(key)
    if not room.code_matches(wanted, code):
        raise NotFound("编号或查询码不对，请核对后再试。")
    with room.database.read() as conn:
        try:
            sheet = find_ticket(conn, wanted, lock=False)
        except NotFound:
            raise NotFound("编号或查询码不对，请核对后再试。") from None
        leading = _leading(conn, sheet)
        lines = _timeline(conn, sheet)
        case = load(conn, Case, leading.case_id) if leading.case_id else None
        replies = _replies(conn, sheet)
        asked = may_answer(conn, sheet)
    status, words = citizen_status(leading.state if leading.state in _FOLLOWED else sheet.state)
    return Progress(
        number=sheet.number,
        status=status,
        status_text=words,
        received_at=sheet.received_at,
        text=sheet.text,
        photos=sheet.photos,
        questions=sheet.questions if sheet.state is TicketState.AWAITING_INFO else "",
        answer=sheet.public_answer,
        case_number=case.number if case and not (sheet.confidential or case.confidential) else "",
        timeline=lines,
        replies=replies,
        may_supplement=sheet.state in WITHDRAWABLE,
        may_withdraw=sheet.state in WITHDRAWABLE,
        may_answer=asked,
    )


def _leading(conn: Connection, sheet: Ticket) -> Ticket:
    """The ticket whose state a merged one shows: it follows its target (domain.md §4.2)."""
    leading = sheet
    for _ in range(_MERGE_DEPTH):
        if leading.state is not TicketState.MERGED:
            break
        target = conn.execute(
            select(ticket_link.c.other_ticket_id)
            .where(ticket_link.c.ticket_id == leading.id, ticket_link.c.kind == "MERGED_INTO")
            .order_by(ticket_link.c.id.desc())
            .limit(1)
        ).scalar()
        found = load(conn, Ticket, target) if target else None
        if found is None:
            break
        leading = found
    return leading


def _timeline(conn: Connection, sheet: Ticket) -> list[TimelineLine]:
    lines: list[TimelineLine] = []
    for fact in history(conn, Subject.TICKET, sheet.id):
        text = timeline_text(fact.type, TicketState(fact.to_state))
        if text is None or (lines and lines[-1].text == text):
            continue
        lines.append(TimelineLine(fact.at, _with_detail(fact.type, text, fact.data)))
    return lines


def _replies(conn: Connection, sheet: Ticket) -> list[TimelineLine]:
    """What operators wrote to this citizen by hand, oldest first."""
    rows = conn.execute(
        select(message.c.at, message.c.text)
        .where(message.c.ticket_id == sheet.id, message.c.direction == Direction.OUT.value)
        .where(message.c.kind == MessageKind.REPLY.value)
        .order_by(message.c.id)
    ).all()
    return [TimelineLine(row.at, row.text) for row in rows]


def _with_detail(kind: EventType, text: str, data: dict[str, object]) -> str:
    """Answers, questions and referrals are addressed to the citizen and shown in full."""
    told = {
        EventType.TICKET_ANSWERED: "text",
        EventType.TICKET_DECLINED: "text",
        EventType.TICKET_REFERRED: "text",
        EventType.INFO_ASKED: "questions",
    }.get(kind)
    detail = data.get(told) if told else None
    return f"{text}{detail}" if detail else text
