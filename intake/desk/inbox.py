"""The inbox: tabs with tallies, rows with their lights, and single rows for live arrivals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from intake.desk.forms import query_text
from intake.desk.pages import render, signed_in
from intake.desk.tail import last_event
from intake.domain.appeal import Urgency
from intake.domain.contact import Source
from intake.domain.numbers import TICKET_NUMBER
from intake.domain.people import Role
from intake.domain.ticket_steps import TicketState
from intake.http.identity import Identity
from intake.http.room import call, room_of
from intake.services.ticket_list import TABS, ListQuery, ListRow, list_tickets, tallies

_FIRST_TAB: Mapping[Role, str] = {Role.SHIFT_LEADER: "filing", Role.DISPATCHER: "filed"}
_MOST_ROWS = 20
_LONGEST_WAIT = 200


@dataclass(frozen=True, slots=True)
class Light:
    """How much time is left: colour for the eye, words and sign for everybody."""

    colour: str
    sign: str
    words: str


def light_of(begin: datetime, due: datetime, now: datetime) -> Light:
    """Green to 80 % of the time, yellow to the end, red beyond (domain.md §2.6)."""
    minutes = int((due - now).total_seconds() // 60)
    if now > due:
        return Light("red", "!", f"超 {_span(-minutes)}")
    late = (now - begin) * 10 > (due - begin) * 8
    return Light("yellow" if late else "green", "▲" if late else "●", f"剩 {_span(minutes)}")


def _span(minutes: int) -> str:
    if minutes < 60:
        return f"{minutes} 分"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // 1440} 天"


@dataclass(frozen=True, slots=True)
class Line:
    """One row with what the page adds to it."""

    row: ListRow
    urgency: Urgency
    light: Light | None


def tab_of(state: TicketState) -> str:
    """The tab a state belongs to."""
    return next(key for key, (_, states) in TABS.items() if state in states)


def line_of(row: ListRow, now: datetime) -> Line:
    """The row as it stands at ``now``."""
    waiting = row.respond_by is not None and not row.state.terminal
    light = light_of(row.received_at, row.respond_by, now) if waiting and row.respond_by else None
    return Line(row, Urgency(row.urgency), light)


@signed_in
async def show_inbox(request: web.Request, identity: Identity) -> web.StreamResponse:
    """A page of one tab; the cursor is read first, so that nothing falls between page and live."""
    cursor = await last_event(request)
    words = query_text(request, "q", 100)
    tab = _tab(request, identity, words)
    source = _source(request)
    query = ListQuery(
        states=() if tab == "all" else TABS[tab][1],
        source=source,
        words=words,
        after=query_text(request, "after", 40),
    )
    page = await call(request, list_tickets, identity.actor, query)
    now = room_of(request).clock()
    return render(
        request,
        "inbox.html",
        identity,
        cursor=cursor,
        tabs=[(key, name) for key, (name, _) in TABS.items()],
        tallies=await call(request, tallies),
        tab=tab,
        lines=[line_of(row, now) for row in page.rows],
        following=page.next,
        first=not query.after,
        words=words,
        source=source,
        sources=list(Source),
        link=_link(tab, source, words),
    )


def _tab(request: web.Request, identity: Identity, words: str) -> str:
    asked = request.query.get("tab", "")
    if asked in TABS or (asked == "all" and words):
        return asked
    return "all" if words else _FIRST_TAB.get(identity.actor.role, "new")


@signed_in
async def open_next(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Lead to the report that waits longest of those nobody else has claimed, else to the inbox."""
    query = ListQuery(states=TABS["new"][1], limit=_LONGEST_WAIT)
    page = await call(request, list_tickets, identity.actor, query)
    besides = query_text(request, "besides", 40)
    free = [row for row in page.rows if row.claimed_by in {"", identity.actor.name}]
    waiting = [row.number for row in free if row.number != besides]
    raise web.HTTPSeeOther(f"/desk/tickets/{waiting[-1]}" if waiting else "/desk?tab=new")


def _source(request: web.Request) -> Source | None:
    asked = request.query.get("source", "")
    return Source(asked) if asked in set(Source) else None


def _link(tab: str, source: Source | None, words: str) -> Any:
    """Builds addresses that change one thing and keep the rest."""
    present = {"tab": tab, "source": source.value if source else "", "q": words}

    def link(**changes: str) -> str:
        values = {name: value for name, value in (present | changes).items() if value}
        return f"/desk?{urlencode(values)}"

    return link


@signed_in
async def show_rows(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The named tickets as rows of ``tab``; those that are not (or no longer) in it are left out.

    Answers also the tallies, so that tabs and rows move together.
    """
    tab = request.query.get("tab", "new")
    numbers = query_text(request, "numbers", 600).split(",")[:_MOST_ROWS]
    states = TABS[tab][1] if tab in TABS else ()
    now = room_of(request).clock()
    lines = []
    for number in filter(TICKET_NUMBER.match, numbers):
        query = ListQuery(states=states, source=_source(request), words=number, limit=1)
        page = await call(request, list_tickets, identity.actor, query)
        lines += [line_of(row, now) for row in page.rows]
    counted = await call(request, tallies)
    return render(request, "rows.html", identity, lines=lines, tallies=counted)
