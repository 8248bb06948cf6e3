"""The citizen says whether it is solved, by the link of a message or from the report's page."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from channels.web.follow import own_progress
from channels.web.pages import render
from channels.web.posted import posted
from channels.web.slip import give_slip, report_address, require_slip
from intake.domain.errors import NotAllowed, NotFound
from intake.domain.return_visit import DISSATISFACTION_REASONS, unhappy
from intake.domain.visit import Satisfaction, Solved
from intake.http.identity import require_own_page
from intake.http.room import call, require_rate
from intake.http.words import PRINTABLE, Input
from intake.services.answer_links import LinkPurpose, prove, read_link
from intake.services.citizen_answer import answer_result

_SOLVED = (Solved.SOLVED, Solved.PARTLY_SOLVED, Solved.UNSOLVED)
_CHOICES = tuple(choice for choice in Satisfaction if choice is not Satisfaction.NOT_GIVEN)


class Proof(Input):
    """The last four digits of the number, or the query code."""

    proof: Annotated[str, Field(max_length=40), PRINTABLE] = ""


class Said(Input):
    """What the citizen chose; unhappy ones are asked why."""

    solved: Solved
    handling: Satisfaction
    reason: Annotated[str, Field(max_length=40), PRINTABLE] = ""
    remark: Annotated[str, Field(max_length=200), PRINTABLE] = ""


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /answer/{token}: asks who it is; shows nothing of the report."""
    require_rate(request, "query")
    link = await call(request, read_link, request.match_info["token"])
    return await _proof_page(request, link.purpose)


async def prove_it(request: web.Request) -> web.StreamResponse:
    """POST /answer/{token}: on to the report's own page, or asked again."""
    require_own_page(request)
    require_rate(request, "query")
    token = request.match_info["token"]
    given = await posted(request, Proof)
    try:
        link = await call(request, prove, token, given.proof)
    except NotAllowed as refused:
        try:
            known = await call(request, read_link, token)
        except NotFound as over:
            raise over from None
        return await _proof_page(request, known.purpose, refused.status, refused.message)
    way = "/answer" if link.purpose is LinkPurpose.SATISFACTION else "#add"
    response = web.Response(status=303, headers={"Location": report_address(link.number) + way})
    give_slip(request, response, link.number)
    return response


async def form(request: web.Request) -> web.StreamResponse:
    """GET /progress/{number}/answer: the three questions."""
    return await _answer_page(request)


async def say(request: web.Request) -> web.StreamResponse:
    """POST /progress/{number}/answer: written down once, never changed afterwards."""
    require_own_page(request)
    number = require_slip(request)
    require_rate(request, "report")
    said = await posted(request, Said)
    if unhappy(said.solved, said.handling) and not said.reason:
        return await _answer_page(request, said, "请告诉我们主要是哪方面不满意。")
    why = "：".join(part for part in (said.reason, said.remark.strip()) if part)
    await call(request, answer_result, number, said.solved, said.handling, why)
    return web.Response(status=303, headers={"Location": f"{report_address(number)}?done=answered"})


async def _proof_page(
    request: web.Request, purpose: LinkPurpose, status: int = 200, error: str = ""
) -> web.Response:
    asked = purpose is LinkPurpose.SATISFACTION
    token = request.match_info["token"]
    return await render(request, "proof.html", status, token=token, asked=asked, error=error)


async def _answer_page(
    request: web.Request, said: Said | None = None, error: str = ""
) -> web.Response:
    progress = await own_progress(request)
    return await render(
        request,
        "answer.html",
        422 if error else 200,
        progress=progress,
        solved=_SOLVED,
        choices=_CHOICES,
        reasons=DISSATISFACTION_REASONS,
        said=said,
        error=error,
    )
