"""What the house tells citizens by itself: follows the history and writes the message of each fact.

The cursor moves in the transaction that writes the messages, so that every fact is told once,
whoever follows and however often (as with the tallies). Web reports without any other way need
no message: their page shows the same facts.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from intake.domain.events import EventType, Subject
from intake.domain.message import Button, MessageChannel, MessageKind
from intake.domain.message_texts import CONFIDENTIAL, WORDING_OF
from intake.domain.numbers import ticket_number
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.domain.visit import Solved
from intake.domain.wording import fill
from intake.services.answer_links import LinkPurpose, make_link
from intake.services.return_address import return_address
from intake.services.wordings import text_of
from intake.services.workroom import Workroom
from intake.services.write_message import Draft, write_message
from intake.store.cursors import locked_cursor, move_cursor
from intake.store.records import load
from intake.store.tables import cursor, event, return_task
from intake.store.unit import Unit

_NAME = "notices"
_BATCH = 200
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


def behind(conn: Connection) -> bool:
    """Whether there are facts nobody has looked at yet; reads only."""
    done = select(cursor.c.value).where(cursor.c.name == _NAME).scalar_subquery()
    newest = select(func.max(event.c.id)).scalar_subquery()
    return bool(conn.execute(select(func.coalesce(newest, 0) > func.coalesce(done, 0))).scalar())


def write_notices(room: Workroom) -> None:
    """Write the messages of everything that has happened since."""
    with room.database.read() as conn:
        more = behind(conn)
    while more and room.database.write(lambda unit: _next(room, unit)):
        continue


def _next(room: Workroom, unit: Unit) -> int:
    done = locked_cursor(unit, _NAME)
    newest = (
        unit.conn.execute(
            select(event.c.id)
            .where(event.c.id > done)
            .order_by(event.c.id)
            .offset(_BATCH - 1)
            .limit(1)
        ).scalar()
        or unit.conn.execute(select(func.coalesce(func.max(event.c.id), 0))).scalar_one()
    )
    if newest <= done:
        return 0
    rows = unit.conn.execute(
        select(event.c.id, event.c.subject_id, event.c.type, event.c.to_state, event.c.data)
        .where(event.c.id > done, event.c.id <= newest)
        .where(event.c.subject == Subject.TICKET.value)
        .where(event.c.type.in_([kind.value for kind in _KINDS]))
        .order_by(event.c.id)
    ).all()
    for row in rows:
        _tell(room, unit, row)
    move_cursor(unit, _NAME, newest)
    return 1


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
