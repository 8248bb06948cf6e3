"""What the house tells citizens by itself: follows the history and tells each fact by a message.

The cursor moves in the transaction that plans the jobs, so that every fact is told once, whoever
follows and however often (as with the tallies). Web reports without any other way need no
message: their page shows the same facts.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from intake.domain.events import EventType, Subject
from intake.domain.message import Button, MessageChannel, MessageKind
from intake.domain.message_texts import CONFIDENTIAL, WORDING_OF
from intake.domain.numbers import ticket_number
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Solved
from intake.domain.wording import fill
from intake.services.answer_links import LinkPurpose, make_link
from intake.services.outbox import Job, finish_with
from intake.services.return_address import return_address
from intake.services.wordings import text_of
from intake.services.workroom import Workroom
from intake.services.write_message import Draft, write_message
from intake.store.cursors import behind, locked_cursor, move_cursor
from intake.store.records import load
from intake.store.tables import event, return_task
from intake.store.unit import Unit

NOTICE_TOPIC = "message.notice"
_NAME = "notices"
_BATCH = 5_000
_FILED = "已立案，将交责任单位处理。"
_MERGED = "已有同一问题正在处理，您的反映已一并处理。"

_KINDS: Mapping[EventType, MessageKind] = {
    EventType.TICKET_RECEIVED: MessageKind.RECEIPT,
    EventType.INFO_ASKED: MessageKind.QUESTION,
    EventType.TICKET_ANSWERED: MessageKind.RESULT,
    EventType.TICKET_DECLINED: MessageKind.RESULT,
    EventType.TICKET_REFERRED: MessageKind.RESULT,
    EventType.CASE_FILED: MessageKind.PROGRESS,
    EventType.TICKET_MERGED: MessageKind.PROGRESS,
    EventType.TICKET_FOLLOWED_CASE: MessageKind.SATISFACTION,
    EventType.RETURN_ATTEMPTED: MessageKind.UNREACHABLE,
}
_LINKS = {
    MessageKind.QUESTION: LinkPurpose.QUESTION,
    MessageKind.SATISFACTION: LinkPurpose.SATISFACTION,
    MessageKind.UNREACHABLE: LinkPurpose.SATISFACTION,
}
_SOLVED = (Solved.SOLVED, Solved.PARTLY_SOLVED, Solved.UNSOLVED)


def plan_notices(room: Workroom) -> None:
    """Plan a job for everything that has happened since and is a citizen's business.

    The follower itself only counts on: what cannot be told is a job that is tried again and parked
    like any other, and keeps nobody else from being told.
    """
    with room.database.read() as conn:
        more = behind(conn, _NAME)
    while more and room.database.write(lambda unit: _plan_next(room, unit)):
        continue


def _plan_next(room: Workroom, unit: Unit) -> int:
    done = locked_cursor(unit, _NAME)
    rows = unit.conn.execute(
        select(event.c.id, event.c.subject, event.c.type)
        .where(event.c.id > done)
        .order_by(event.c.id)
        .limit(_BATCH)
    ).all()
    if not rows:
        return 0
    for row in rows:
        # Where nothing is carried anywhere, every citizen reads the same on his report's page.
        if room.couriers and row.subject == Subject.TICKET.value and row.type in _KINDS:
            unit.enqueue(NOTICE_TOPIC, str(row.id), {"event": row.id})
    move_cursor(unit, _NAME, rows[-1].id)
    return len(rows)


def write_notice(room: Workroom, job: Job) -> None:
    """Write the message of one fact, once, in the transaction that ends its job."""
    query = select(event).where(event.c.id == int(job.payload["event"]))
    with room.database.read() as conn:
        row = conn.execute(query).one()
    finish_with(room, job.id, lambda unit: _tell(room, unit, row))


def _tell(room: Workroom, unit: Unit, row: Any) -> None:
    kind = _KINDS[EventType(row.type)]
    sheet = load(unit.conn, Ticket, row.subject_id)
    if sheet is None or not _wanted(unit.conn, kind, row):
        return
    if return_address(room, unit.conn, sheet).channel is MessageChannel.WEB:
        return
    key = f"fact:{row.id}"
    draft = Draft(
        kind=kind,
        text=_text(room, unit.conn, sheet, kind, row),
        dedupe_key=key,
        buttons=_buttons(sheet, kind),
    )
    written = write_message(room, unit, sheet, draft)
    if written is not None and kind in _LINKS:
        make_link(room, unit, sheet.id, written, _LINKS[kind])


def _wanted(conn: Connection, kind: MessageKind, row: Any) -> bool:
    if kind is MessageKind.UNREACHABLE:
        return bool(row.data.get("result") == "UNREACHABLE")
    if kind is not MessageKind.SATISFACTION:
        return True
    if row.to_state != TicketState.AWAITING_VISIT.value:
        return False
    asked = select(return_task.c.id).where(
        return_task.c.ticket_id == row.subject_id,
        return_task.c.done_at.is_(None),
        return_task.c.channel == "WRITTEN",
    )
    return conn.execute(asked).first() is not None


def _text(room: Workroom, conn: Connection, sheet: Ticket, kind: MessageKind, row: Any) -> str:
    """The wording in force, filled; query code and link stay open until the letter leaves."""
    settings = room.settings
    silent = sheet.confidential and kind not in {MessageKind.RECEIPT, MessageKind.UNREACHABLE}
    wording = CONFIDENTIAL if silent else WORDING_OF[kind]
    values = {
        "县名": settings.county_name,
        "热线": settings.hotline,
        "编号": ticket_number(sheet.id),
        "网址": f"{settings.site}/progress",
        "小时": str(settings.information_hours),
        "内容": _content(sheet, kind, row),
    }
    return fill(text_of(conn, wording), values)


def _content(sheet: Ticket, kind: MessageKind, row: Any) -> str:
    if kind is MessageKind.QUESTION:
        return str(row.data.get("questions", sheet.questions))
    if kind is MessageKind.PROGRESS:
        return _FILED if row.type == EventType.CASE_FILED.value else _MERGED
    return str(row.data.get("text", sheet.public_answer))


def _buttons(sheet: Ticket, kind: MessageKind) -> tuple[Button, ...]:
    if kind is not MessageKind.SATISFACTION:
        return ()
    number = ticket_number(sheet.id)
    return tuple(Button(choice.label, f"solved:{number}:{choice.value}") for choice in _SOLVED)
