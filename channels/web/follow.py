"""A citizen follows a report: looks it up, adds to it, takes it back."""

import secrets
from hashlib import sha256
from typing import Annotated

from aiohttp import web
from pydantic import Field

from channels.web.pages import render
from channels.web.parse import FORM_MEDIA_TYPE, form_payload
from channels.web.posted import posted
from channels.web.slip import give_slip, has_slip, report_address, require_slip
from intake.domain.contact import Source
from intake.domain.errors import NotFound, Refusal
from intake.domain.people import CITIZEN
from intake.domain.submission import Arrival
from intake.http.identity import require_own_page
from intake.http.reading import parse_strings
from intake.http.room import call, require_rate, room_of, settings_of
from intake.http.uploads import Form, received_form
from intake.http.words import PRINTABLE, Input
from intake.services.ask import withdraw
from intake.services.progress import Progress, read_progress
from intake.services.supplement import add_supplement

LONGEST_SUPPLEMENT = 2000
_DONE = {
    "supplement": "已收到您的补充，谢谢。",
    "withdrawn": "您的反映已撤回。",
    "answered": "感谢您的评价，我们已经记录。",
}


class Lookup(Input):
    """What the receipt says."""

    number: Annotated[str, Field(max_length=40), PRINTABLE] = ""
    code: Annotated[str, Field(max_length=40), PRINTABLE] = ""


class Supplement(Input):
    """What the citizen adds; photos come beside it."""

    text: Annotated[str, Field(max_length=LONGEST_SUPPLEMENT), PRINTABLE] = ""
    submission_id: Annotated[str, Field(pattern="^[!-~]{8,64}$")]


class Withdrawal(Input):
    """Why a report is taken back, if the citizen wants to say."""

    reason: Annotated[str, Field(max_length=200), PRINTABLE] = ""


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /progress: asks for number and query code."""
    number = request.query.get("number", "")[:24]
    return await render(request, "lookup.html", number=number, expired=bool(number), error="")


async def look_up(request: web.Request) -> web.StreamResponse:
    """POST /progress: on to the report's page, or the form again. A code is never in an address."""
    require_rate(request, "query")
    asked = await posted(request, Lookup)
    try:
        progress = await call(request, read_progress, asked.number, asked.code)
    except NotFound as refused:
        return await render(
            request,
            "lookup.html",
            refused.status,
            number=asked.number,
            expired=False,
            error=refused.message,
        )
    response = web.Response(status=303, headers={"Location": report_address(progress.number)})
    give_slip(request, response, progress.number)
    return response


async def show(request: web.Request) -> web.StreamResponse:
    """GET /progress/{number}: status, timeline, questions, and what may be done now."""
    progress = await own_progress(request)
    done = _DONE.get(request.query.get("done", ""), "")
    return await _page(request, "progress.html", progress, done=done, error="")


async def supplement(request: web.Request) -> web.StreamResponse:
    """POST …/supplement: text and photos go to the operators."""
    require_own_page(request)
    number = require_slip(request)
    require_rate(request, "report")
    async with received_form(request, settings_of(request)) as received:
        said = parse_strings(Supplement, received.fields)
        error = await _add(request, number, said, received)
    if error is not None:
        progress = await own_progress(request)
        return await _page(
            request, "progress.html", progress, error.status, done="", error=error.message
        )
    return web.Response(
        status=303, headers={"Location": f"{report_address(number)}?done=supplement"}
    )


async def confirm_withdrawal(request: web.Request) -> web.StreamResponse:
    """GET …/withdraw: asks once more."""
    progress = await own_progress(request)
    return await _page(request, "withdraw.html", progress)


async def take_back(request: web.Request) -> web.StreamResponse:
    """POST …/withdraw: the citizen takes the report back before it is filed."""
    require_own_page(request)
    number = require_slip(request)
    asked = await posted(request, Withdrawal)
    await call(request, withdraw, number, asked.reason)
    return web.Response(
        status=303, headers={"Location": f"{report_address(number)}?done=withdrawn"}
    )


async def _add(
    request: web.Request, number: str, said: Supplement, received: Form
) -> Refusal | None:
    """Hand over a supplement; a refusal is for the page to show."""
    received.keep()
    raw = form_payload(received.fields, received.photos)
    arrival = Arrival(
        source=Source.WEB,
        external_id=f"supplement:{number}:{said.submission_id}",
        received_at=room_of(request).clock(),
        raw=raw,
        raw_hash=sha256(raw).hexdigest(),
        media_type=FORM_MEDIA_TYPE,
    )
    try:
        await call(request, add_supplement, CITIZEN, number, said.text, received.photos, arrival)
    except Refusal as refused:
        received.drop()
        return refused
    return None


async def own_progress(request: web.Request) -> Progress:
    """The report whose slip this browser holds; others are sent to type number and code."""
    number = require_slip(request)
    return await call(request, read_progress, number, room_of(request).query_code(number))


async def _page(
    request: web.Request,
    template: str,
    progress: Progress,
    status: int = 200,
    **values: str,
) -> web.Response:
    settings = settings_of(request)
    page = await render(
        request,
        template,
        status,
        progress=progress,
        photos=settings.photos,
        photo_bytes=settings.photo_bytes,
        longest=LONGEST_SUPPLEMENT,
        submission_id=secrets.token_hex(16),
        **values,
    )
    if has_slip(request, progress.number):
        give_slip(request, page, progress.number)
    return page
