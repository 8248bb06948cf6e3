"""Cases: the list, the case page with its limits, and the steps the reader's role allows."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from intake.desk.forms import Values, query_text, read_own_form, text, version
from intake.desk.history import STEP_WORDS, words_of
from intake.desk.inbox import Light, light_of
from intake.desk.pages import render, signed_in
from intake.domain.case import Case
from intake.domain.case_steps import CaseState, CaseStep
from intake.domain.deadlines import Light as Colour
from intake.domain.deadlines import Pause, light, parse_limit
from intake.domain.errors import Invalid, Refusal
from intake.domain.numbers import COUNTY_ZONE
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call, room_of
from intake.services.case_event import CaseReport, report_case
from intake.services.case_list import CaseView, list_cases, view_case
from intake.services.directory import category_title, list_units, town_name

_KEYS = {
    CaseStep.DISPATCHED: "p",
    CaseStep.RETURNED: "r",
    CaseStep.ACCEPTED: "a",
    CaseStep.SUSPENDED: "g",
    CaseStep.RESUMED: "h",
    CaseStep.HANDLED: "d",
    CaseStep.CHECK_PASSED: "k",
    CaseStep.CHECK_FAILED: "x",
    CaseStep.REWORK: "w",
    CaseStep.CLOSED: "j",
    CaseStep.ARCHIVED: "s",
    CaseStep.VOIDED: "z",
}


@signed_in
async def show_cases(request: web.Request, identity: Identity) -> web.StreamResponse:
    """A page of cases, newest first, of one state or all."""
    asked = request.query.get("state", "")
    state = CaseState(asked) if asked in set(CaseState) else None
    after = query_text(request, "after", 20)
    page = await call(request, list_cases, identity.actor, state, after)
    now = room_of(request).clock()
    names = {entry.code: entry.name for entry in await call(request, list_units, identity.actor)}
    lines = [(case, _due(case, now), names.get(case.lead_unit, "属地")) for case in page.rows]
    return render(
        request,
        "cases.html",
        identity,
        lines=lines,
        following=page.next,
        state=state,
        states=list(CaseState),
    )


def _due(case: Case, now: datetime) -> Light | None:
    """The light of the last limit by the clock on the wall; the case page reckons exactly."""
    if case.due_at is None or not case.state.open:
        return None
    return light_of(case.filed_at, case.due_at, now)


@signed_in
async def show_case(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One case."""
    number = request.match_info["number"]
    view = await call(request, view_case, identity.actor, number)
    done = request.query.get("done", "")
    toast = f"已办理：{STEP_WORDS[CaseStep(done)]}" if done in set(CaseStep) else ""
    return await _case_page(request, identity, view, toast=toast)


@signed_in
async def do_case_step(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One step of a case; on a refusal the page comes again with what was typed."""
    number = request.match_info["number"]
    asked = request.match_info["step"]
    if asked not in set(CaseStep):
        raise no("no-such-address", "没有这个操作，请刷新页面后再试。")
    form = await read_own_form(request, identity)
    try:
        report = _report(CaseStep(asked), form)
        await call(request, report_case, identity.actor, number, report, version(form))
    except Refusal as refusal:
        view = await call(request, view_case, identity.actor, number)
        return await _case_page(request, identity, view, refusal=refusal, dialog=asked, said=form)
    raise web.HTTPSeeOther(f"/desk/cases/{number}?done={asked}")


def _report(step: CaseStep, form: Values) -> CaseReport:
    helpers = (name.removeprefix("assist_") for name in form if name.startswith("assist_"))
    return CaseReport(
        step=step,
        unit=text(form, "unit", 12),
        assist_units=tuple(sorted(helpers)),
        opinion=text(form, "opinion"),
        result=text(form, "result"),
        until=_until(form),
    )


def _until(form: Values) -> datetime | None:
    """The end of the chosen day in the county."""
    given = text(form, "until", 10)
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Invalid("请选择日期。", field="until") from None
    return datetime.combine(day + timedelta(days=1), time(), COUNTY_ZONE)


async def _case_page(
    request: web.Request,
    identity: Identity,
    view: CaseView,
    *,
    refusal: Refusal | None = None,
    dialog: str = "",
    said: Values | None = None,
    toast: str = "",
) -> web.Response:
    case = view.case
    units = await call(request, list_units, identity.actor)
    names = {entry.code: entry.name for entry in units}
    names["TERRITORY"] = "属地乡镇（街道）"
    lines = []
    for line in reversed(view.history):
        unit = line.data.get("unit", "")
        named = replace(line, data={**line.data, "unit_name": names.get(unit, unit)})
        lines.append((named, words_of(named)))
    return render(
        request,
        "case.html",
        identity,
        refusal.status if refusal else 200,
        view=view,
        case=case,
        title=await call(request, category_title, identity.actor, case.category.label),
        town=await call(request, town_name, case.town_code),
        limits=[_limit(request, view, row) for row in view.limits],
        lead=names.get(case.lead_unit, case.lead_unit),
        assist=[names.get(code, code) for code in case.assist_units],
        units=units,
        history=lines,
        steps=[(step, STEP_WORDS[step], _KEYS[step]) for step in view.steps],
        refusal=refusal,
        dialog_open=dialog,
        said=said or {},
        toast=toast,
    )


def _limit(request: web.Request, view: CaseView, row: dict[str, Any]) -> dict[str, Any]:
    """A limit with its light, reckoned on its own clock and without the pauses."""
    room = room_of(request)
    end = view.case.closed_at or room.clock()
    pauses = [Pause(one["began_at"], one["ended_at"] or end) for one in view.pauses]
    shown = light(view.case.filed_at, end, parse_limit(row["term"]), room.calendar, pauses)
    words = {Colour.GREEN: "时间充足", Colour.YELLOW: "即将到期", Colour.RED: "已超期"}
    sign = {Colour.GREEN: "●", Colour.YELLOW: "▲", Colour.RED: "!"}
    return row | {"light": Light(shown.value.lower(), sign[shown], words[shown])}
