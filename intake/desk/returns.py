"""Return calls at the desk: the worklist, one call with its script and answers, the decision."""

from datetime import datetime
from typing import Any

from aiohttp import web

from intake.desk.forms import Values, choice, query_text, read_own_form, text, ticked, version
from intake.desk.pages import render, signed_in
from intake.desk.tail import last_event
from intake.domain.errors import Invalid, Refusal
from intake.domain.numbers import COUNTY_ZONE
from intake.domain.people import Action, Actor
from intake.domain.return_visit import DISSATISFACTION_REASONS, Decision, ReturnState
from intake.domain.visit import Satisfaction, Solved, VisitOutcome
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call, room_of
from intake.services.do_not_call import stop_calling
from intake.services.return_answer import answer_return
from intake.services.return_attempts import dial_return
from intake.services.return_decision import confirm_decision, decide_return
from intake.services.return_list import TABS, count_review, list_returns, view_return
from intake.services.returns import claim_return, release_return
from intake.services.visit import VisitRecord, correct_visit
from intake.services.workroom import Workroom

_DONE = {
    "claim": "已领取",
    "release": "已放回",
    "dial": "正在拨打，请接听您的话机",
    "answer": "已登记",
    "decide": "已审核",
    "confirm": "已复核",
    "correct": "更正已登记，原记录保留",
    "quiet": "已列入不再致电名单",
}
_OUTCOME_KEYS = {
    VisitOutcome.ANSWERED: "a",
    VisitOutcome.NO_ANSWER: "x",
    VisitOutcome.BUSY: "z",
    VisitOutcome.POWERED_OFF: "g",
    VisitOutcome.CALL_LATER: "t",
    VisitOutcome.NOT_REPORTER: "m",
    VisitOutcome.REFUSED: "r",
    VisitOutcome.WRONG_NUMBER: "w",
    VisitOutcome.INVALID_NUMBER: "k",
    VisitOutcome.LINE_FAULT: "q",
}


@signed_in
async def show_returns(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One tab of the worklist."""
    cursor = await last_event(request)
    tab = request.query.get("tab", "open")
    tab = tab if tab in TABS else "open"
    lines = await call(request, list_returns, identity.actor, tab)
    return render(
        request,
        "returns.html",
        identity,
        cursor=cursor,
        tab=tab,
        tabs=TABS,
        lines=lines,
        in_review=await call(request, count_review),
        at=room_of(request).clock(),
        toast=_DONE.get(request.query.get("done", ""), ""),
    )


@signed_in
async def open_next(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Lead to the return call that is due now and nobody holds, else to the list."""
    now = room_of(request).clock()
    done = query_text(request, "done", 20)
    for line in await call(request, list_returns, identity.actor, "open"):
        free = line.holder in {"", identity.actor.name} and not line.dialling
        if free and line.channel.value == "PHONE" and line.next_at <= now:
            raise web.HTTPSeeOther(f"/desk/returns/{line.id}?done={done}")
    raise web.HTTPSeeOther(f"/desk/returns?done={done}")


@signed_in
async def show_return(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One return call."""
    return await _page(request, identity, toast=_DONE.get(request.query.get("done", ""), ""))


@signed_in
async def do_return(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One step of one task; a refusal shows the page again with what was filled in."""
    step, key = request.match_info["step"], int(request.match_info["id"])
    form = await read_own_form(request, identity)
    work = _STEPS.get(step)
    if work is None:
        raise no("no-such-address", "没有这个操作，请刷新页面后再试。")
    try:
        told = await call(request, work, identity.actor, key, form)
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal, said=form)
    if step == "answer" and told is not ReturnState.REVIEW:
        raise web.HTTPSeeOther("/desk/returns/next?done=answer")
    raise web.HTTPSeeOther(f"/desk/returns/{key}?done={step}")


def _claim(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    del form
    return claim_return(room, actor, key)


def _release(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    del form
    return release_return(room, actor, key)


def _dial(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    del form
    return dial_return(room, actor, key)


def _answer(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    return answer_return(
        room, actor, key, version(form), read_record(form), call_no_more=ticked(form, "quiet")
    )


def _correct(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    return correct_visit(room, actor, key, read_record(form))


def _decide(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    decision = choice(form, "decision", Decision, "请选择审核结论。")
    opinion, problem = text(form, "opinion"), text(form, "new_problem", 2000)
    return decide_return(room, actor, key, version(form), decision, opinion, problem)


def _confirm(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    agreed = form.get("agreed")
    if agreed not in {"yes", "no"}:
        raise Invalid("请选择是否同意。", field="agreed")
    return confirm_decision(
        room, actor, key, version(form), agreed == "yes", text(form, "opinion", 500)
    )


def _quiet(room: Workroom, actor: Actor, key: int, form: Values) -> Any:
    number = view_return(room, actor, key).sheet.number
    return stop_calling(room, actor, number, text(form, "reason", 200))


_STEPS = {
    "claim": _claim,
    "release": _release,
    "dial": _dial,
    "answer": _answer,
    "correct": _correct,
    "decide": _decide,
    "confirm": _confirm,
    "quiet": _quiet,
}


def read_record(form: Values) -> VisitRecord:
    """The answer form as the service takes it; raises Invalid with the field to correct."""
    outcome = choice(form, "outcome", VisitOutcome, "请选择联系结果。")
    remark = text(form, "remark")
    if outcome is not VisitOutcome.ANSWERED:
        wanted = _moment(form) if outcome is VisitOutcome.CALL_LATER else None
        return VisitRecord(outcome=outcome, remark=remark, asked_for=wanted)
    reasons = [part for part in (text(form, "reason", 100), text(form, "more", 500)) if part]
    return VisitRecord(
        outcome=outcome,
        contacted={"yes": True, "no": False}.get(form.get("contacted", "")),
        solved=choice(form, "solved", Solved, "请选择解决情况。") if form.get("solved") else None,
        service=_score(form, "service"),
        handling=_score(form, "handling"),
        reason="：".join(reasons),
        remark=remark,
    )


def _score(form: Values, name: str) -> Satisfaction:
    given = form.get(name) or Satisfaction.NOT_GIVEN.value
    return choice({name: given}, name, Satisfaction, "请选择评价。")


def _moment(form: Values) -> datetime | None:
    """The local time of the county a citizen named."""
    given = text(form, "asked_for", 16)
    if not given:
        return None
    try:
        return datetime.fromisoformat(given).replace(tzinfo=COUNTY_ZONE)
    except ValueError:
        raise Invalid("请填写约定的日期和时间。", field="asked_for") from None


async def _page(
    request: web.Request,
    identity: Identity,
    *,
    refusal: Refusal | None = None,
    said: Values | None = None,
    toast: str = "",
) -> web.Response:
    key = int(request.match_info["id"])
    cursor = await last_event(request)
    view = await call(request, view_return, identity.actor, key)
    waiting = view.task.done_at is None

    second = view.decision is not None and view.task.state is ReturnState.REVIEW
    return render(
        request,
        "return.html",
        identity,
        refusal.status if refusal else 200,
        cursor=cursor,
        view=view,
        task=view.task,
        sheet=view.sheet,
        waiting=waiting,
        deciding=view.task.state is ReturnState.REVIEW
        and not view.decision
        and identity.actor.may(Action.DECIDE_VISIT),
        seconding=second and identity.actor.account_id != view.task.decided_by,
        correcting=identity.actor.may(Action.DECIDE_VISIT)
        and view.task.visit_id is not None
        and not view.task.decision
        and view.task.state in {ReturnState.DONE, ReturnState.REVIEW},
        outcomes=[(one, _OUTCOME_KEYS[one]) for one in _OUTCOME_KEYS],
        solved=list(Solved),
        scores=[one for one in Satisfaction if one is not Satisfaction.NOT_GIVEN],
        reasons=DISSATISFACTION_REASONS,
        decisions=list(Decision),
        mine=identity.actor.account_id,
        at=room_of(request).clock(),
        refusal=refusal,
        said=said or {},
        toast=toast,
    )


ROUTES = [
    web.get("/returns", show_returns),
    web.get("/returns/next", open_next),
    web.get(r"/returns/{id:\d{1,15}}", show_return),
    web.post(r"/returns/{id:\d{1,15}}/{step}", do_return),
]
