"""Call-backs, return calls and books over the API: the same services as the pages."""

from typing import Any

from intake.desk.api import return_bodies as bodies
from intake.domain.errors import NotFound
from intake.http.endpoints import Asked, Endpoints
from intake.services import callbacks, return_answer, return_attempts, return_decision, returns
from intake.services.call_reports import read_report
from intake.services.callback_list import list_callbacks
from intake.services.return_list import list_returns

returns_api = Endpoints("/api/v1", "returns")

_PROBLEMS = ("wrong-state", "stale-version", "incomplete")
_MOST_DIGITS = 15


@returns_api.endpoint(
    "GET", "/callbacks", summary="漏接回拨、补充信息", answer=bodies.CallbacksShown
)
async def waiting(asked: Asked[None, None]) -> bodies.CallbacksShown:
    """Earliest due first; numbers are masked."""
    return bodies.CallbacksShown.model_validate(await asked.call(list_callbacks, asked.actor))


@returns_api.endpoint(
    "POST",
    "/callbacks/{id}/claim",
    summary="领取回拨",
    answer=bodies.StateShown,
    body=bodies.Nothing,
    problems=_PROBLEMS,
)
async def claimed(asked: Asked[None, bodies.Nothing]) -> bodies.StateShown:
    """Nobody else may take it meanwhile."""
    await asked.call(callbacks.claim_callback, asked.actor, _key(asked))
    return bodies.StateShown(state="CLAIMED")


@returns_api.endpoint(
    "POST",
    "/callbacks/{id}/dial",
    summary="回拨（先振铃本人话机）",
    answer=bodies.DialShown,
    body=bodies.Nothing,
    problems=_PROBLEMS,
)
async def called_back(asked: Asked[None, bodies.Nothing]) -> bodies.DialShown:
    """The number comes from the task; a request names none."""
    attempt = await asked.call(callbacks.dial_callback, asked.actor, _key(asked))
    return bodies.DialShown(attempt=attempt)


@returns_api.endpoint(
    "POST",
    "/callbacks/{id}/finish",
    summary="登记回拨结果",
    answer=bodies.StateShown,
    body=bodies.Finish,
    problems=_PROBLEMS,
)
async def finished(asked: Asked[None, bodies.Finish]) -> bodies.StateShown:
    """By hand; a call that was answered finishes it by itself."""
    said = asked.body
    await asked.call(
        callbacks.finish_callback,
        asked.actor,
        _key(asked),
        said.version,
        said.outcome,
        said.remark,
        said.ticket,
    )
    return bodies.StateShown(state="DONE")


@returns_api.endpoint(
    "GET",
    "/returns",
    summary="回访任务",
    answer=bodies.ReturnsShown,
    query=bodies.ReturnsAsked,
)
async def listed(asked: Asked[bodies.ReturnsAsked, None]) -> bodies.ReturnsShown:
    """What is to be called, what waits for a decision, or what was done."""
    rows = await asked.call(list_returns, asked.actor, asked.query.tab)
    return bodies.ReturnsShown.model_validate({"rows": rows})


@returns_api.endpoint(
    "POST",
    "/returns/{id}/claim",
    summary="领取回访",
    answer=bodies.StateShown,
    body=bodies.Nothing,
    problems=_PROBLEMS,
)
async def taken(asked: Asked[None, bodies.Nothing]) -> bodies.StateShown:
    """Whoever dispatched the case is refused."""
    task = await asked.call(returns.claim_return, asked.actor, _key(asked))
    return bodies.StateShown(state=task.state.value)


@returns_api.endpoint(
    "POST",
    "/returns/{id}/dial",
    summary="拨打回访（先振铃本人话机）",
    answer=bodies.DialShown,
    body=bodies.Nothing,
    problems=_PROBLEMS,
)
async def dialled(asked: Asked[None, bodies.Nothing]) -> bodies.DialShown:
    """Only in the hours for it, and never before callers who wait."""
    attempt = await asked.call(return_attempts.dial_return, asked.actor, _key(asked))
    return bodies.DialShown(attempt=attempt)


@returns_api.endpoint(
    "POST",
    "/returns/{id}/answer",
    summary="登记回访结果",
    answer=bodies.StateShown,
    body=bodies.Answered,
    problems=_PROBLEMS,
)
async def answered(asked: Asked[None, bodies.Answered]) -> bodies.StateShown:
    """One attempt with the three questions and the two satisfactions."""
    said = asked.body
    state = await asked.call(
        return_answer.answer_return,
        asked.actor,
        _key(asked),
        said.version,
        said.record(),
        call_no_more=said.call_no_more,
    )
    return bodies.StateShown(state=state.value)


@returns_api.endpoint(
    "POST",
    "/returns/{id}/decide",
    summary="审核不满意",
    answer=bodies.StateShown,
    body=bodies.Decided,
    problems=_PROBLEMS,
)
async def decided(asked: Asked[None, bodies.Decided]) -> bodies.StateShown:
    """The shift leader's; the score stays."""
    said = asked.body
    made = await asked.call(
        return_decision.decide_return,
        asked.actor,
        _key(asked),
        said.version,
        said.decision,
        said.opinion,
        said.new_problem,
    )
    return bodies.StateShown(state=said.decision.value, ticket=made)


@returns_api.endpoint(
    "POST",
    "/returns/{id}/confirm",
    summary="第二人复核",
    answer=bodies.StateShown,
    body=bodies.Confirmed,
    problems=_PROBLEMS,
)
async def confirmed(asked: Asked[None, bodies.Confirmed]) -> bodies.StateShown:
    """By somebody who neither called nor decided."""
    said = asked.body
    await asked.call(
        return_decision.confirm_decision,
        asked.actor,
        _key(asked),
        said.version,
        said.agreed,
        said.opinion,
    )
    return bodies.StateShown(state="DONE" if said.agreed else "REVIEW")


@returns_api.endpoint(
    "GET", "/books", summary="话务和回访报表", answer=bodies.ReportShown, query=bodies.Period
)
async def books(asked: Asked[bodies.Period, None]) -> bodies.ReportShown:
    """Figures with their denominators; an hour the PBX was not seen in is not known."""
    report = await asked.call(read_report, asked.actor, asked.query.first, asked.query.last)
    return bodies.ReportShown.model_validate(report)


def _key(asked: Asked[Any, Any]) -> int:
    """The task in the path; raises NotFound for anything that is no key."""
    given = asked.request.match_info["id"]
    if not (given.isascii() and given.isdecimal() and len(given) <= _MOST_DIGITS):
        raise NotFound("没有这项任务，请核对编号。")
    return int(given)
