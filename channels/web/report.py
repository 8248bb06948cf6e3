"""The report form: shown, checked, handed over; works as a plain form and with its script."""

import re
import secrets
from collections.abc import Mapping

from aiohttp import web

from channels.web.kinds import KINDS, with_kind
from channels.web.pages import render
from channels.web.receive import receive_form
from channels.web.slip import give_slip, report_address
from intake.domain.contact import Source
from intake.domain.errors import KeyReused
from intake.http.problems import Fault, Problem, ProblemRaised
from intake.http.room import call, require_rate, settings_of
from intake.http.uploads import Form, received_form
from intake.services.accept import Receipt
from intake.services.receipt import receipt_of

_PERSONAL = ("name", "phone", "email")
_SHOWN = ("text", "kind", "address", "landmark", "lon", "lat", *_PERSONAL)
_TICKED = ("anonymous", "confidential", "needs_reply")
_ID = re.compile(r"[A-Za-z0-9-]{16,64}")


async def form(request: web.Request) -> web.StreamResponse:
    """GET /report: an empty form with a fresh submission id."""
    return await _form_page(request, {"needs_reply": "on"})


async def submit(request: web.Request) -> web.StreamResponse:
    """POST /report: the receipt's address, or the form again with every fault.

    The page's script asks for JSON and stays where it is; a plain form is sent on (303).
    """
    require_rate(request, "report")
    async with received_form(request, settings_of(request)) as received:
        asked = dict(received.fields)
        key = _key(asked)
        _translate(received)
        try:
            receipt = await receive_form(request, received, key)
        except KeyReused:
            receipt = await _first_receipt(request, key)
            return _to_receipt(request, receipt, "?first")
        except ProblemRaised as raised:
            if _wants_json(request) or raised.problem.status != 422:
                raise
            return await _form_page(request, asked, raised.problem)
    return _to_receipt(request, receipt)


def _translate(received: Form) -> None:
    """Turn what the page asks into the fields of a Report.

    An unticked box is not sent at all, and what a person typed before ticking "anonymous" is not
    kept.
    """
    fields = received.fields
    fields["text"] = with_kind(fields.get("text", ""), fields.pop("kind", ""))
    for name in _TICKED:
        fields[name] = "true" if fields.get(name) else "false"
    if fields["anonymous"] == "true":
        for name in _PERSONAL:
            fields.pop(name, None)
    if not _ID.fullmatch(fields.get("submission_id", "")):
        fields.pop("submission_id", None)


def _key(asked: Mapping[str, str]) -> str | None:
    submission_id = asked.get("submission_id", "")
    return f"form:{submission_id}" if _ID.fullmatch(submission_id) else None


async def _first_receipt(request: web.Request, key: str | None) -> Receipt:
    """Who sends a changed text under an id that was used gets the receipt of the first text.

    The id is known to the sender alone, so it proves whose receipt it is.
    """
    found = await call(request, receipt_of, Source.WEB, key) if key else None
    if found is None:
        raise KeyReused("这份反映已经提交过，请重新打开页面再填写。")
    return found


def _to_receipt(request: web.Request, receipt: Receipt, query: str = "") -> web.StreamResponse:
    address = f"{report_address(receipt.number)}/receipt{query}"
    if _wants_json(request):
        response = web.json_response({"location": address}, status=201)
    else:
        response = web.Response(status=303, headers={"Location": address})
    give_slip(request, response, receipt.number)
    return response


def _wants_json(request: web.Request) -> bool:
    return "text/html" not in request.headers.get("Accept", "")


async def _form_page(
    request: web.Request, asked: Mapping[str, str], problem: Problem | None = None
) -> web.Response:
    settings = settings_of(request)
    faults: tuple[Fault, ...] = problem.faults if problem else ()
    submission_id = asked.get("submission_id", "")
    return await render(
        request,
        "report.html",
        problem.status if problem else 200,
        values={name: asked.get(name, "") for name in (*_SHOWN, *_TICKED)},
        faults={fault.field: fault.message for fault in faults},
        problem=problem,
        kinds=KINDS,
        submission_id=submission_id if _ID.fullmatch(submission_id) else secrets.token_hex(16),
        text_length=settings.text_length,
        photos=settings.photos,
        photo_bytes=settings.photo_bytes,
    )
