"""The books page: figures of a day or a stretch of days, and what each was counted from."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from intake.desk.forms import query_text
from intake.desk.pages import render, signed_in
from intake.domain.call_figures import SECOND_LEVEL
from intake.domain.errors import Invalid
from intake.domain.numbers import county_day, county_midnight
from intake.domain.return_visit import ReturnKind
from intake.http.identity import Identity
from intake.http.room import call, room_of
from intake.services.call_reports import read_report
from intake.services.report_rows import CALLS, MOST_ROWS, VISITS, list_calls, list_visits


@signed_in
async def show_books(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One period; today when none is named."""
    today = county_day(room_of(request).clock())
    first = _day(request, "first", today)
    last = _day(request, "last", first)
    report = await call(request, read_report, identity.actor, first, last)
    return render(
        request,
        "books.html",
        identity,
        report=report,
        today=today,
        yesterday=today - timedelta(days=1),
        week=today - timedelta(days=6),
        second=SECOND_LEVEL,
        calls_link=_calls_link,
        visits_link=_visits_link(first, last),
    )


@signed_in
async def show_calls(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The calls behind one figure."""
    what = query_text(request, "what", 20)
    begin, end = _moment(request, "begin"), _moment(request, "end")
    who = query_text(request, "who", 15)
    key = int(who) if who.isascii() and who.isdecimal() else None
    rows = await call(request, list_calls, identity.actor, what, begin, end, key)
    title = CALLS.get(what, "")
    return render(
        request,
        "books_calls.html",
        identity,
        title=title,
        rows=rows,
        begin=begin,
        end=end,
        most=MOST_ROWS,
    )


@signed_in
async def show_visits(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The return calls behind one figure."""
    today = county_day(room_of(request).clock())
    first = _day(request, "first", today)
    last = _day(request, "last", first)
    what = query_text(request, "what", 20)
    kind = ReturnKind.SAMPLE if request.query.get("kind") == "SAMPLE" else ReturnKind.CONFIRM
    begin, end = county_midnight(first), county_midnight(last + timedelta(days=1))
    rows = await call(request, list_visits, identity.actor, what, kind, begin, end)
    return render(
        request,
        "books_visits.html",
        identity,
        title=f"{kind.label}：{VISITS.get(what, '')}",
        rows=rows,
        first=first,
        last=last,
        most=MOST_ROWS,
    )


def _calls_link(what: str, begin: datetime, end: datetime, who: int | None = None) -> str:
    values: dict[str, Any] = {"what": what, "begin": begin.isoformat(), "end": end.isoformat()}
    if who is not None:
        values["who"] = who
    return f"/desk/books/calls?{urlencode(values)}"


def _visits_link(first: date, last: date) -> Any:
    def link(what: str, kind: str) -> str:
        values = {"what": what, "kind": kind, "first": first, "last": last}
        return f"/desk/books/visits?{urlencode(values)}"

    return link


def _day(request: web.Request, name: str, otherwise: date) -> date:
    given = request.query.get(name, "")
    if not given:
        return otherwise
    try:
        day = date.fromisoformat(given)
    except ValueError:
        day = date.min
    if not 2000 <= day.year < 2999:
        raise Invalid("日期不对，请重新选择。", field=name)
    return day


def _moment(request: web.Request, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.query.get(name, ""))
        if moment.tzinfo is None or not 2000 <= moment.year < 3000:
            raise ValueError
    except ValueError:
        raise Invalid("时间段不对，请从报表里点开。", field=name) from None
    return moment


ROUTES = [
    web.get("/books", show_books),
    web.get("/books/calls", show_calls),
    web.get("/books/visits", show_visits),
]
