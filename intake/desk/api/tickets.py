"""Tickets over the API: list, read, report, reveal, and one POST for every verb."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol

from pydantic import Field

from intake.desk.api import bodies
from intake.desk.api.views import (
    ReporterShown,
    TicketPage,
    TicketPageShown,
    Tickets,
    TicketShown,
)
from intake.domain.contact import Source
from intake.domain.errors import Invalid
from intake.domain.people import Actor
from intake.domain.ticket import Ticket
from intake.domain.ticket_steps import TicketState
from intake.http.endpoints import Asked, Endpoints
from intake.http.reports import Report, derived_id, submission_of
from intake.http.room import client_of, room_of
from intake.http.words import PRINTABLE, Input, Shown
from intake.services.reporters import reveal
from intake.services.staff_report import report, source_for
from intake.services.ticket_list import TABS, ListQuery, list_tickets
from intake.services.ticket_view import view_ticket
from intake.services.workroom import Workroom

tickets_api = Endpoints("/api/v1", "tickets")

_STEP_PROBLEMS = ("wrong-state", "stale-version", "incomplete")


class VerbBody(Protocol):
    """A body that knows its service."""

    def run(self, room: Workroom, actor: Actor, number: str) -> Ticket: ...


VERBS: tuple[tuple[str, str, type[VerbBody]], ...] = (
    ("register", "登记，或修改已登记的内容", bodies.Register),
    ("answer", "直接答复", bodies.Answer),
    ("decline", "不予受理（编码原因）", bodies.Decline),
    ("refer", "转介其他单位", bodies.Refer),
    ("merge", "并入另一受理单或案卷", bodies.Merge),
    ("ask", "请市民补充信息", bodies.Ask),
    ("supplement", "记录市民的补充", bodies.Supplement),
    ("give-up", "联系不上，结束等待补充", bodies.GiveUp),
    ("verify", "派监督员核实", bodies.Verify),
    ("verification", "录入核实结果", bodies.Verification),
    ("submit", "提请值班长立案", bodies.Submit),
    ("return", "退回更正", bodies.Return),
    ("refuse", "不予立案", bodies.Refuse),
    ("file", "立案", bodies.File),
    ("file-by-instruction", "凭领导批示立案", bodies.FileByInstruction),
    ("void", "作废", bodies.Void),
    ("claim", "领取", bodies.Claim),
    ("release", "放回", bodies.Release),
    ("visit", "记录一次回访", bodies.Visit),
)
"""Every verb that changes one ticket: path, what it does, body with its service."""


class ListAsked(Input):
    """``state`` is a state or a tab of the inbox; ``after`` the ``next`` of the page before."""

    state: Annotated[str, Field(max_length=24), PRINTABLE] = ""
    source: Source | None = None
    q: Annotated[str, Field(max_length=200), PRINTABLE] = ""
    after: Annotated[str, Field(max_length=24), PRINTABLE] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class StaffReport(Report):
    """A report somebody on duty writes down; ``source`` says how it reached them.

    Collectors and leaders need not name the source: it follows from their role.
    """

    source: Source | None = None


class StaffReceipt(Shown):
    """The number, and the code the citizen is told."""

    number: str
    query_code: str


@tickets_api.endpoint(
    "GET", "/tickets", summary="受理单列表，最新的在前", answer=TicketPage, query=ListAsked
)
async def listed(asked: Asked[ListAsked, None]) -> TicketPage:
    """One page by key; never counted, never offset (decision 7)."""
    wanted = asked.query
    query = ListQuery(
        states=_states(wanted.state),
        source=wanted.source,
        words=wanted.q,
        after=wanted.after,
        limit=wanted.limit,
    )
    return TicketPage.model_validate(await asked.call(list_tickets, asked.actor, query))


@tickets_api.endpoint("GET", "/tickets/{number}", summary="一张受理单", answer=TicketPageShown)
async def read(asked: Asked[None, None]) -> TicketPageShown:
    """Everything about one ticket, its reporter masked."""
    return TicketPageShown.model_validate(await asked.call(view_ticket, asked.actor, asked.number))


@tickets_api.endpoint(
    "POST",
    "/tickets",
    summary="录入来访、来信、转办、监督员上报或领导批示",
    status=201,
    answer=StaffReceipt,
    body=StaffReport,
    headers={"Idempotency-Key": "The same at every attempt for one report; visible ASCII."},
    problems=("outside-county", "idempotency-key-reused", "incomplete"),
)
async def reported(asked: Asked[None, StaffReport]) -> StaffReceipt:
    """Accepted once, under the name of who wrote it down."""
    room = room_of(asked.request)
    body = asked.body
    now = room.clock()
    raw = body.model_dump_json().encode()
    key = asked.request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 100:
        raise Invalid("Idempotency-Key 最多 100 个字符。", field="Idempotency-Key")
    address = client_of(asked.request).group
    submission = submission_of(
        room,
        body,
        source=source_for(asked.actor, body.source),
        external_id=_own(asked, derived_id(room, key, body, address, raw, now)),
        raw=raw,
        media_type="application/json",
        received_at=now,
        actor=asked.actor,
    )
    receipt = await asked.call(report, submission)
    return StaffReceipt(number=receipt.number, query_code=receipt.query_code)


@tickets_api.endpoint(
    "POST",
    "/tickets/{number}/split",
    summary="拆分为多张受理单",
    answer=Tickets,
    body=bodies.Split,
    problems=_STEP_PROBLEMS,
)
async def split(asked: Asked[None, bodies.Split]) -> Tickets:
    """The parts that were made; the original stays."""
    parts = await asked.call(_run_split, asked.actor, asked.number, asked.body)
    return Tickets(rows=[TicketShown.model_validate(part) for part in parts])


@tickets_api.endpoint(
    "POST",
    "/tickets/{number}/reveal",
    summary="查看反映人信息（每次留痕）",
    answer=ReporterShown,
    body=bodies.Reveal,
    problems=("incomplete",),
)
async def revealed(asked: Asked[None, bodies.Reveal]) -> ReporterShown:
    """The reporter in clear, once."""
    person = await asked.call(reveal, asked.actor, asked.number, asked.body.reason)
    return ReporterShown.model_validate(person)


def _verb(body: type[VerbBody]) -> Callable[[Asked[None, Any]], Awaitable[TicketShown]]:
    async def take(asked: Asked[None, Any]) -> TicketShown:
        after = await asked.call(_run, asked.actor, asked.number, asked.body)
        return TicketShown.model_validate(after)

    take.__name__ = body.__name__.lower()
    return take


for _path, _summary, _body in VERBS:
    tickets_api.add(
        "POST",
        f"/tickets/{{number}}/{_path}",
        _verb(_body),
        summary=_summary,
        answer=TicketShown,
        body=_body,
        problems=_STEP_PROBLEMS,
    )


def _run(room: Workroom, actor: Actor, number: str, body: VerbBody) -> Ticket:
    return body.run(room, actor, number)


def _run_split(room: Workroom, actor: Actor, number: str, body: bodies.Split) -> list[Ticket]:
    return body.run(room, actor, number)


def _own(asked: Asked[Any, Any], external_id: str) -> str:
    """Keys of one account never meet those of another."""
    return f"{asked.actor.account_id}:{external_id}"


def _states(name: str) -> tuple[TicketState, ...]:
    if not name:
        return ()
    if name in TABS:
        return TABS[name][1]
    if name in TicketState.__members__:
        return (TicketState(name),)
    known = "、".join([*TABS, *TicketState.__members__])
    raise Invalid(f"没有这个状态；可用：{known}。", field="state")
