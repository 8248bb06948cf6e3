"""The books of calls on the desk: a day's calls with their recordings, people, and nuisance."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web

from intake.desk.forms import query_text
from intake.desk.pages import render, signed_in
from intake.desk.tail import last_event
from intake.domain.call_control import SpyMode
from intake.domain.numbers import county_day
from intake.domain.people import Action
from intake.http.identity import Identity, require_action
from intake.http.room import call, room_of
from intake.services.agent_views import list_agents, reason_text
from intake.services.agents import Forced
from intake.services.call_list import CallsAsked, list_calls
from intake.services.callers import list_nuisance

_SHOWN: Mapping[str, str] = {
    "all": "全部",
    "mine": "我的",
    "missed": "漏接",
    "undecided": "待处理",
    "messages": "语音留言",
}
_FORCED: Mapping[Forced, str] = {
    Forced.READY: "代为就绪",
    Forced.PAUSE: "代为暂停",
    Forced.SIGN_OUT: "代为签出",
}


@signed_in
async def show_calls(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One day's calls, newest first, and a player for their recordings."""
    require_action(identity, Action.READ_CALLS)
    cursor = await last_event(request)
    today = county_day(room_of(request).clock())
    day = _day(request, today)
    shown = request.query.get("show", "all")
    asked = CallsAsked(
        day,
        mine=shown == "mine",
        missed=shown == "missed",
        undecided=shown == "undecided",
        messages=shown == "messages",
        after=query_text(request, "after", 40),
    )
    page = await call(request, list_calls, identity.actor, asked)

    def link(**changes: str) -> str:
        values = {"day": day.isoformat(), "show": shown} | changes
        return f"/desk/calls?{urlencode({name: value for name, value in values.items() if value})}"

    return render(
        request,
        "calls.html",
        identity,
        cursor=cursor,
        lines=page.rows,
        following=page.next,
        day=day,
        earlier=(day - timedelta(days=1)).isoformat(),
        later=(day + timedelta(days=1)).isoformat() if day < today else "",
        tabs=_SHOWN,
        shown=shown if shown in _SHOWN else "all",
        first=not asked.after,
        link=link,
    )


def _day(request: web.Request, today: date) -> date:
    try:
        return min(date.fromisoformat(request.query.get("day", "")), today)
    except ValueError:
        return today


@signed_in
async def show_agents(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Who sits where and does what; the shift leader acts in their place, or joins their call."""
    require_action(identity, Action.SUPERVISE_CALLS)
    cursor = await last_event(request)
    people = await call(request, list_agents, identity.actor)
    return render(
        request,
        "agents.html",
        identity,
        cursor=cursor,
        people=sorted(people, key=lambda each: (each.agent is None, each.name)),
        reason_text=reason_text,
        forced=_FORCED,
        modes=list(SpyMode),
    )


@signed_in
async def show_nuisance(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Numbers that hear a short notice first; emergencies are taken all the same."""
    require_action(identity, Action.LIST_NUISANCE)
    rows = await call(request, list_nuisance, identity.actor)
    return render(request, "nuisance.html", identity, rows=rows)


ROUTES = [
    web.get("/calls", show_calls),
    web.get("/agents", show_agents),
    web.get("/nuisance", show_nuisance),
]
