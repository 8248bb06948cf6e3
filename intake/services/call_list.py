"""Calls as the desk lists them: the day's, one's own, and those going on; numbers masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, select

from intake.domain.call import CallOutcome, Direction, Purpose
from intake.domain.call_control import CallVerb, controls
from intake.domain.contact import Outcome
from intake.domain.errors import Invalid, NotFound
from intake.domain.numbers import county_midnight, ticket_number
from intake.domain.people import Action, Actor
from intake.services.list_position import ListPosition
from intake.services.workroom import Workroom
from intake.store.tables import account, call, contact, recording

_MOST_LIVE = 20
_MISSED = [outcome.value for outcome in CallOutcome if outcome.missed]


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call; ``recording`` is the newest one of it and its state."""

    id: int
    pbx: str
    linkedid: str
    direction: Direction
    purpose: Purpose
    outcome: CallOutcome
    number_shown: str
    withheld: bool
    urgent: bool
    in_gap: bool
    started_at: datetime
    queued_at: datetime | None
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    wait_ms: int | None
    talk_ms: int | None
    extension: str
    account_id: int | None
    agent: str
    contact_id: int | None
    ticket_id: int | None
    recording: int | None
    recording_state: str
    record_resume_at: datetime | None

    @property
    def live(self) -> bool:
        return self.ended_at is None

    @property
    def ticket(self) -> str:
        """The ticket's number, empty without one."""
        return ticket_number(self.ticket_id) if self.ticket_id else ""

    def own(self, actor: Actor) -> bool:
        """Whether ``actor`` is the one who talks."""
        return actor.account_id is not None and self.account_id == actor.account_id

    def controls(self, actor: Actor) -> tuple[CallVerb, ...]:
        """What ``actor`` may do to it now."""
        return controls(
            self.direction,
            live=self.live,
            answered=self.answered_at is not None,
            own=self.own(actor) and actor.may(Action.CALL),
            leader=actor.may(Action.SUPERVISE_CALLS),
        )


@dataclass(frozen=True, slots=True)
class CallsAsked:
    """``day`` is a county day; ``after`` pages on.

    ``mine``, ``missed`` and ``undecided`` (ended, and nothing has come of it yet) narrow it,
    ``messages`` to those who left one.
    """

    day: date
    mine: bool = False
    missed: bool = False
    undecided: bool = False
    messages: bool = False
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class CallPage:
    """``next`` is the ``after`` of the following page, empty on the last one."""

    rows: list[CallLine]
    next: str


def list_calls(room: Workroom, actor: Actor, asked: CallsAsked) -> CallPage:
    """A page of a day's calls, newest first; two statements."""
    actor.require(Action.READ_CALLS)
    if not 1 <= asked.limit <= 200:
        raise Invalid("每页条数应在1到200之间。", field="limit")
    if not 2000 <= asked.day.year < 9000:
        raise Invalid("日期不对，请重新选择。", field="day")
    begin, end = county_midnight(asked.day), county_midnight(asked.day + timedelta(days=1))
    query = _lines().where(call.c.started_at >= begin, call.c.started_at < end)
    if asked.mine:
        query = query.where(call.c.account_id == (actor.account_id or 0))
    if asked.messages:
        query = query.where(call.c.outcome == CallOutcome.VOICEMAIL.value)
    if asked.missed:
        query = query.where(call.c.outcome.in_(_MISSED))
    if asked.undecided:
        still_open = exists().where(
            contact.c.id == call.c.contact_id, contact.c.outcome == Outcome.OPEN.value
        )
        query = query.where(call.c.ended_at.is_not(None), still_open)
    if asked.after:
        query = query.where(ListPosition.read(asked.after).older(call.c.started_at, call.c.id))
    query = query.order_by(call.c.started_at.desc(), call.c.id.desc()).limit(asked.limit + 1)
    with room.database.read() as conn:
        rows = _with_recordings(conn, conn.execute(query).all())
    page = rows[: asked.limit]
    if len(rows) <= asked.limit:
        return CallPage(page, "")
    return CallPage(page, str(ListPosition(page[-1].started_at, page[-1].id)))


def current_calls(room: Workroom, actor: Actor) -> list[CallLine]:
    """One's own calls that ring or go on, newest first."""
    actor.require(Action.CALL)
    query = (
        _lines()
        .where(
            call.c.pbx == room.settings.pbx_name,
            call.c.ended_at.is_(None),
            call.c.account_id == (actor.account_id or 0),
        )
        .order_by(call.c.id.desc())
        .limit(_MOST_LIVE)
    )
    with room.database.read() as conn:
        return _with_recordings(conn, conn.execute(query).all())


def find_call(conn: Connection, key: int, *, lock: bool = False) -> CallLine:
    """One call without its recording; raises NotFound."""
    query = _lines().where(call.c.id == key)
    row = conn.execute(query.with_for_update(of=call) if lock else query).first()
    if row is None:
        raise NotFound("没有这通电话，请刷新列表。")
    return line_of(row)


def lines_of(conn: Connection, keys: Sequence[int]) -> dict[int, CallLine]:
    """Several calls by key, with their recordings."""
    rows = conn.execute(_lines().where(call.c.id.in_(keys))).all()
    return {line.id: line for line in _with_recordings(conn, rows)}


def line_of(row: Row[Any], found: tuple[int, str] | None = None) -> CallLine:
    """The line of a row of ``_lines``; ``found`` is its recording."""
    values = dict(row._mapping)
    values |= {
        "direction": Direction(row.direction),
        "purpose": Purpose(row.purpose),
        "outcome": CallOutcome(row.outcome),
        "agent": row.agent or "",
        "recording": found[0] if found else None,
        "recording_state": found[1] if found else "",
    }
    return CallLine(**values)


def _lines() -> Select[Any]:
    names = (
        "id pbx linkedid direction purpose outcome number_shown withheld urgent in_gap started_at "
        "queued_at ringing_at answered_at ended_at wait_ms talk_ms extension account_id contact_id "
        "ticket_id record_resume_at"
    )
    columns = [call.c[name] for name in names.split()]
    people = call.outerjoin(account, account.c.id == call.c.account_id)
    return select(*columns, account.c.display_name.label("agent")).select_from(people)


def _with_recordings(conn: Connection, rows: Sequence[Row[Any]]) -> list[CallLine]:
    if not rows:
        return []
    found = conn.execute(
        select(recording.c.call_id, recording.c.id, recording.c.state)
        .where(recording.c.call_id.in_([row.id for row in rows]))
        .order_by(recording.c.id)
    ).all()
    by_call = {row.call_id: (row.id, row.state) for row in found}
    return [line_of(row, by_call.get(row.id)) for row in rows]
