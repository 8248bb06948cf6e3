"""Everything said about one ticket, on whatever way, in order: messages, calls, visits, notes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from intake.domain.call import CallOutcome
from intake.domain.message import (
    Direction,
    MessageChannel,
    MessageKind,
    MessageState,
    sending_progress,
)
from intake.domain.people import Action, Actor
from intake.domain.ticket import Ticket
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.return_address import return_address
from intake.services.stepping import find_ticket
from intake.services.workroom import Workroom
from intake.store.tables import account, call, chat_media, message, recording, supplement, visit

_ENDED_BADLY = {MessageState.BOUNCED, MessageState.BLOCKED, MessageState.FAILED, MessageState.HELD}


class Side(StrEnum):
    """Who speaks: the citizen, the house to the citizen, or colleagues among themselves."""

    CITIZEN = "citizen"
    HOUSE = "house"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. ``way`` names the channel, ``state`` how far it has come, in Chinese.

    ``progress`` is how often it was tried and when it is tried again, ``detail`` why it failed.
    """

    at: datetime
    side: Side
    way: str
    what: str
    text: str = ""
    by: str = ""
    state: str = ""
    progress: str = ""
    bad: bool = False
    detail: str = ""
    recordings: tuple[int, ...] = ()
    voice: int | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """``way`` is the channel a reply would take."""

    number: str
    way: MessageChannel
    may_write: bool
    lines: list[Line] = field(default_factory=list)


def read_conversation(room: Workroom, actor: Actor, number: str) -> Conversation:
    """The conversation of one ticket, oldest first; raises NotAllowed and NotFound."""
    actor.require(Action.READ_TICKETS)
    with room.database.read() as conn:
        sheet = find_ticket(conn, number, lock=False)
        names: dict[int, str] = {
            row.id: row.display_name
            for row in conn.execute(select(account.c.id, account.c.display_name))
        }
        lines = [
            *_messages(conn, sheet, names, room.clock()),
            *_supplements(conn, sheet),
            *_files(conn, sheet),
            *_calls(conn, sheet, names),
            *_visits(conn, sheet, names),
        ]
        way = return_address(room, conn, sheet).channel
    lines.sort(key=lambda line: line.at)
    may_write = actor.may(Action.WRITE_MESSAGE)
    return Conversation(sheet.number, way, may_write, lines)


def _messages(conn: Connection, sheet: Ticket, names: dict[int, str], now: datetime) -> list[Line]:
    query = select(message).where(message.c.ticket_id == sheet.id)
    return [_message_line(row, names, now) for row in conn.execute(query)]


def _message_line(row: Any, names: dict[int, str], now: datetime) -> Line:
    side = {
        Direction.IN: Side.CITIZEN,
        Direction.OUT: Side.HOUSE,
        Direction.NOTE: Side.INSIDE,
    }[Direction(row.direction)]
    state = MessageState(row.state)
    shown = row.text.replace("{查询码}", "（查询码）").replace("{链接}", "（链接）")
    return Line(
        at=row.at,
        side=side,
        way=MessageChannel(row.channel).label if side is not Side.INSIDE else "",
        what=MessageKind(row.kind).label,
        text=shown if row.automatic else row.text,
        by=names.get(row.by_account, "系统自动" if side is Side.HOUSE else ""),
        state=state.label if side is Side.HOUSE else "",
        progress=sending_progress(state, row.attempts, row.next_at, now),
        bad=state in _ENDED_BADLY,
        detail=row.last_error,
    )


def _supplements(conn: Connection, sheet: Ticket) -> list[Line]:
    """What was added on the web page or at the desk; what came as a message is there already."""
    told = select(message.c.contact_id).where(
        message.c.ticket_id == sheet.id, message.c.contact_id.is_not(None)
    )
    rows = conn.execute(
        select(supplement.c.at, supplement.c.text, supplement.c.by_role, supplement.c.contact_id)
        .where(supplement.c.ticket_id == sheet.id)
        .where(supplement.c.contact_id.is_(None) | supplement.c.contact_id.not_in(told))
    )
    return [
        Line(
            at=row.at,
            side=Side.CITIZEN,
            way="网页" if row.by_role == "CITIZEN" else "接线员代记",
            what="补充",
            text=row.text,
        )
        for row in rows
    ]


def _files(conn: Connection, sheet: Ticket) -> list[Line]:
    """Voice messages, and files that did not arrive; photos are shown with the report."""
    rows = conn.execute(
        select(chat_media)
        .where(chat_media.c.ticket_id == sheet.id)
        .where((chat_media.c.kind != "photo") | (chat_media.c.state != "READY"))
    )
    return [
        Line(
            at=row.asked_at,
            side=Side.CITIZEN,
            way=MessageChannel(row.channel).label,
            what="照片" if row.kind == "photo" else "语音",
            detail=row.trouble or ("正在取回" if row.state == "WAITING" else ""),
            voice=row.id if row.state == "READY" else None,
        )
        for row in rows
    ]


def _calls(conn: Connection, sheet: Ticket, names: dict[int, str]) -> list[Line]:
    rows = conn.execute(select(call).where(call.c.ticket_id == sheet.id)).all()
    if not rows:
        return []
    kept = conn.execute(
        select(recording.c.call_id, recording.c.id)
        .where(recording.c.call_id.in_([row.id for row in rows]), recording.c.state == "READY")
        .order_by(recording.c.id)
    ).all()
    return [
        Line(
            at=row.started_at,
            side=Side.CITIZEN if row.direction == "IN" else Side.HOUSE,
            way="电话",
            what="来电" if row.direction == "IN" else "去电",
            by=names.get(row.account_id, ""),
            state=CallOutcome(row.outcome).label if row.outcome else "通话中",
            detail=f"通话{row.talk_ms // 1000}秒" if row.talk_ms else "",
            recordings=tuple(one.id for one in kept if one.call_id == row.id),
        )
        for row in rows
    ]


def _visits(conn: Connection, sheet: Ticket, names: dict[int, str]) -> list[Line]:
    rows = conn.execute(select(visit).where(visit.c.ticket_id == sheet.id))
    return [
        Line(
            at=row.at,
            side=Side.CITIZEN if row.outcome == VisitOutcome.ANSWERED.value else Side.HOUSE,
            way="回访",
            what=VisitOutcome(row.outcome).label,
            text="；".join(_said(row)),
            by=names.get(row.by_account, "市民自助" if row.solved else ""),
            detail=row.remark,
        )
        for row in rows
    ]


def _said(row: Any) -> list[str]:
    words = []
    if row.solved:
        words.append(Solved(row.solved).label)
    if row.handling != Satisfaction.NOT_GIVEN.value:
        words.append(f"对处理{Satisfaction(row.handling).label}")
    if row.service != Satisfaction.NOT_GIVEN.value:
        words.append(f"对热线{Satisfaction(row.service).label}")
    if row.reason:
        words.append(f"原因：{row.reason}")
    return words
