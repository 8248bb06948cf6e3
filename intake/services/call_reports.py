"""The books of the hotline: a day by hours or a month by days, agents, call-backs, return calls.

Figures are counted from calls, spells and visits, which nobody edits; where the PBX was not seen
and its own log has not filled the gap, they are marked as not known (decision 11).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from intake.domain.agent import AgentState
from intake.domain.calendar import Span
from intake.domain.call import CallOutcome, Direction
from intake.domain.call_figures import (
    AgentFigures,
    CallFact,
    CallFigures,
    VisitFigures,
    blind,
    clipped,
    figures,
    mean_seconds,
    rate,
)
from intake.domain.callback import CallbackOutcome
from intake.domain.errors import Invalid, NotAllowed
from intake.domain.numbers import county_day, county_midnight
from intake.domain.people import Action, Actor
from intake.domain.return_visit import Decision, ReturnKind, ReturnState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.services.workroom import Workroom
from intake.store.tables import (
    account,
    agent_spell,
    call,
    callback_task,
    pbx_gap,
    return_task,
    visit,
)

MOST_DAYS = 31
_EARLIEST, _LATEST = date(2000, 1, 1), date(2999, 12, 1)
_STRICT = frozenset({Satisfaction.VERY_SATISFIED.value, Satisfaction.SATISFIED.value})
_CONTENT = _STRICT | {Satisfaction.BASICALLY_SATISFIED.value}


@dataclass(frozen=True, slots=True)
class Line:
    """One hour or one day of calls coming in; half-open, UTC."""

    begin: datetime
    end: datetime
    figures: CallFigures


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One agent by name."""

    name: str
    figures: AgentFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFigures:
    """Tasks that began in the period; ``mean_minutes`` from the missed call to the talk."""

    missed: int
    called_back: int
    in_time: int
    waiting: int
    mean_minutes: Decimal | None

    @property
    def called_back_rate(self) -> Decimal | None:
        """漏接回拨率 = called back ÷ missed."""
        return rate(self.called_back, self.missed)

    @property
    def in_time_rate(self) -> Decimal | None:
        """按时回拨率 = called back in time ÷ missed."""
        return rate(self.in_time, self.missed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything of one period; ``whole`` is False for an operator, who sees his own line."""

    first: date
    last: date
    by_hour: bool
    level_seconds: int
    total: CallFigures
    lines: list[Line]
    agents: list[AgentLine]
    callbacks: CallbackFigures
    confirm: VisitFigures
    sample: VisitFigures
    gaps: list[Span]
    whole: bool


def read_report(room: Workroom, actor: Actor, first: date, last: date) -> Report:
    """The books from ``first`` to ``last`` (county days, both included).

    Leaders, assessors and shift leaders read all of it; an operator the totals and his own line.
    Raises NotAllowed, and Invalid for more than MOST_DAYS days.
    """
    whole = actor.may(Action.REPORTS)
    if not whole and not actor.may(Action.CALL):
        raise NotAllowed("您的岗位不查看话务报表。")
    if not _EARLIEST <= first <= last <= _LATEST or (last - first).days >= MOST_DAYS:
        raise Invalid(f"请选择不超过{MOST_DAYS}天的时间段。", field="last")
    begin, end = county_midnight(first), county_midnight(last + timedelta(days=1))
    now = room.clock()
    with room.database.read() as conn:
        calls = _calls(conn, begin, end)
        gaps = _gaps(room, conn, begin, end, now)
        lines = _lines(room, calls, gaps, begin, min(end, max(now, begin)))
        return Report(
            first=first,
            last=last,
            by_hour=first == last,
            level_seconds=room.settings.service_level_seconds,
            total=_figures(room, calls, known=not blind((begin, end), gaps)),
            lines=lines,
            agents=_agents(conn, calls, (begin, min(end, now)), None if whole else actor),
            callbacks=_callbacks(conn, begin, end),
            confirm=_visits(conn, ReturnKind.CONFIRM, begin, end),
            sample=_visits(conn, ReturnKind.SAMPLE, begin, end),
            gaps=gaps,
            whole=whole,
        )


def figures_of_today(room: Workroom, conn: Connection) -> CallFigures:
    """The county day so far."""
    now = room.clock()
    begin = county_midnight(county_day(now))
    known = not blind((begin, now), _gaps(room, conn, begin, now, now))
    return _figures(room, _calls(conn, begin, now + timedelta(days=1)), known=known)


def _calls(conn: Connection, begin: datetime, end: datetime) -> list[CallFact]:
    columns = call.c
    query = select(
        columns.direction,
        columns.outcome,
        columns.started_at,
        columns.queued_at,
        columns.wait_ms,
        columns.talk_ms,
        columns.hold_ms,
        columns.account_id,
    ).where(columns.started_at >= begin, columns.started_at < end)
    return [
        CallFact(
            direction=Direction(row.direction),
            outcome=CallOutcome(row.outcome),
            started_at=row.started_at,
            queued=row.queued_at is not None,
            wait_ms=row.wait_ms,
            talk_ms=row.talk_ms,
            hold_ms=row.hold_ms or 0,
            account_id=row.account_id,
        )
        for row in conn.execute(query)
    ]


def _gaps(
    room: Workroom, conn: Connection, begin: datetime, end: datetime, now: datetime
) -> list[Span]:
    """Times nothing was seen of the PBX and its log has not told of."""
    query = (
        select(pbx_gap.c.lost_at, pbx_gap.c.resumed_at)
        .where(
            pbx_gap.c.pbx == room.settings.pbx_name,
            pbx_gap.c.filled_at.is_(None),
            pbx_gap.c.lost_at < end,
            pbx_gap.c.resumed_at.is_(None) | (pbx_gap.c.resumed_at > begin),
        )
        .order_by(pbx_gap.c.lost_at)
    )
    return [(row.lost_at, row.resumed_at or now) for row in conn.execute(query)]


def _figures(room: Workroom, calls: Sequence[CallFact], *, known: bool) -> CallFigures:
    return figures(
        calls,
        level_seconds=room.settings.service_level_seconds,
        short_seconds=room.settings.short_seconds,
        known=known,
    )


def _lines(
    room: Workroom, calls: Sequence[CallFact], gaps: Sequence[Span], begin: datetime, end: datetime
) -> list[Line]:
    one_day = end - begin <= timedelta(days=1)
    step = timedelta(hours=1) if one_day else timedelta(days=1)
    sorted_in: dict[int, list[CallFact]] = defaultdict(list)
    for one in calls:
        sorted_in[(one.started_at - begin) // step].append(one)
    lines = []
    position, at = 0, begin
    while at < end:
        period = (at, at + step)
        known = not blind(period, gaps)
        lines.append(Line(*period, _figures(room, sorted_in[position], known=known)))
        position, at = position + 1, at + step
    return lines


def _agents(
    conn: Connection, calls: Sequence[CallFact], period: Span, only: Actor | None
) -> list[AgentLine]:
    spent: dict[int, dict[str, timedelta]] = defaultdict(lambda: defaultdict(timedelta))
    query = select(
        agent_spell.c.account_id,
        agent_spell.c.state,
        agent_spell.c.began_at,
        agent_spell.c.ended_at,
    ).where(
        agent_spell.c.began_at < period[1],
        agent_spell.c.ended_at.is_(None) | (agent_spell.c.ended_at > period[0]),
    )
    for row in conn.execute(query):
        length = clipped(row.began_at, row.ended_at or period[1], period)
        spent[row.account_id][row.state] += length
    names = {
        row.id: row.display_name
        for row in conn.execute(select(account.c.id, account.c.display_name))
    }
    keys = set(spent) | {one.account_id for one in calls if one.account_id is not None}
    if only is not None:
        keys &= {only.account_id}
    lines = [
        AgentLine(names.get(key, ""), _agent(key, spent[key], calls))
        for key in sorted(key for key in keys if key is not None)
    ]
    return [line for line in lines if line.figures.signed or line.figures.answered]


def _agent(key: int, spent: dict[str, timedelta], calls: Sequence[CallFact]) -> AgentFigures:
    mine = [one for one in calls if one.account_id == key]
    spoken = [
        one for one in mine if one.outcome in {CallOutcome.ANSWERED, CallOutcome.OUT_ANSWERED}
    ]
    seconds = {state: int(length.total_seconds()) for state, length in spent.items()}
    return AgentFigures(
        account_id=key,
        answered=sum(one.direction is Direction.IN for one in spoken),
        dialled=sum(one.direction is Direction.OUT for one in spoken),
        signed=sum(seconds.values()),
        talking=seconds.get(AgentState.TALKING.value, 0),
        wrap_up=seconds.get(AgentState.WRAP_UP.value, 0),
        paused=seconds.get(AgentState.PAUSED.value, 0),
        mean_talk=mean_seconds([one.talk_ms or 0 for one in spoken]),
    )


def _callbacks(conn: Connection, begin: datetime, end: datetime) -> CallbackFigures:
    task = callback_task.c
    query = select(task.outcome, task.created_at, task.due_at, task.done_at).where(
        task.created_at >= begin, task.created_at < end
    )
    rows = conn.execute(query).all()
    done = [row for row in rows if row.outcome and CallbackOutcome(row.outcome).called_back]
    seconds = [int((row.done_at - row.created_at).total_seconds()) for row in done]
    return CallbackFigures(
        missed=len(rows),
        called_back=len(done),
        in_time=sum(row.done_at <= row.due_at for row in done),
        waiting=sum(row.done_at is None for row in rows),
        mean_minutes=mean_seconds([one * 1000 // 60 for one in seconds]),
    )


def _visits(conn: Connection, kind: ReturnKind, begin: datetime, end: datetime) -> VisitFigures:
    """Tasks that began in the period, whoever ended them without asking included."""
    tried = visit.alias("tried")
    first_try = (
        select(func.min(tried.c.at))
        .where(tried.c.ticket_id == return_task.c.ticket_id)
        .where(tried.c.at >= return_task.c.created_at)
        .scalar_subquery()
    )
    query = (
        select(
            return_task.c.state,
            return_task.c.decision,
            return_task.c.due_at,
            first_try.label("first_try"),
            visit.c.outcome,
            visit.c.contacted,
            visit.c.solved,
            visit.c.handling,
        )
        .outerjoin(visit, visit.c.id == return_task.c.visit_id)
        .where(
            return_task.c.kind == kind.value,
            return_task.c.created_at >= begin,
            return_task.c.created_at < end,
            return_task.c.state != ReturnState.NONE.value,
        )
    )
    return _count_visits(conn.execute(query).all())


def _count_visits(rows: Sequence[Any]) -> VisitFigures:
    tried = [row for row in rows if row.first_try is not None]
    answered = [
        row
        for row in rows
        if row.outcome == VisitOutcome.ANSWERED.value
        and row.decision != Decision.WRONG_PERSON.value
    ]
    scored = [row for row in answered if row.handling != Satisfaction.NOT_GIVEN.value]
    return VisitFigures(
        due=len(rows),
        visited=len(tried),
        answered=len(answered),
        contacted=sum(row.contacted is True for row in answered),
        asked_contact=sum(row.contacted is not None for row in answered),
        solved=sum(row.solved == Solved.SOLVED.value for row in answered),
        scored=len(scored),
        satisfied=sum(row.handling in _CONTENT for row in scored),
        strictly=sum(row.handling in _STRICT for row in scored),
        dissatisfied=sum(row.handling not in _CONTENT for row in scored),
        unreachable=sum(row.state == ReturnState.UNREACHABLE.value for row in rows),
        in_time=sum(row.first_try <= row.due_at for row in tried),
    )
