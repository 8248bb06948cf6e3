"""Cases over the API: list, read, and the events other subsystems report."""

from typing import Annotated

from pydantic import Field

from intake.desk.api.bodies import CaseEvent
from intake.desk.api.views import CasePage, CasePageShown, CaseShown
from intake.domain.case_steps import CaseState
from intake.http.endpoints import Asked, Endpoints
from intake.http.words import PRINTABLE, Input
from intake.services.case_event import report_case
from intake.services.case_list import list_cases, view_case

cases_api = Endpoints("/api/v1", "cases")


class CasesAsked(Input):
    """``after`` is the ``next`` of the page before."""

    state: CaseState | None = None
    after: Annotated[str, Field(max_length=18), PRINTABLE] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@cases_api.endpoint(
    "GET", "/cases", summary="案卷列表，最新的在前", answer=CasePage, query=CasesAsked
)
async def listed(asked: Asked[CasesAsked, None]) -> CasePage:
    """One page by key; departments see their own."""
    wanted = asked.query
    page = await asked.call(list_cases, asked.actor, wanted.state, wanted.after, wanted.limit)
    return CasePage.model_validate(page)


@cases_api.endpoint("GET", "/cases/{number}", summary="一件案卷", answer=CasePageShown)
async def read(asked: Asked[None, None]) -> CasePageShown:
    """The case with its limits, pauses, tickets and history."""
    return CasePageShown.model_validate(await asked.call(view_case, asked.actor, asked.number))


@cases_api.endpoint(
    "POST",
    "/cases/{number}/events",
    summary="派遣、签收、处置、核查、结案等进展",
    answer=CaseShown,
    body=CaseEvent,
    problems=("wrong-state", "stale-version", "incomplete"),
)
async def advanced(asked: Asked[None, CaseEvent]) -> CaseShown:
    """The case and every ticket that hangs on it advance together."""
    after = await asked.call(
        report_case, asked.actor, asked.number, asked.body.report(), asked.body.version
    )
    return CaseShown.model_validate(after)
