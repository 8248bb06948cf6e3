"""Write down a report from telephone, counter, letter or a leader, with a live suggestion."""

import json
import secrets

from aiohttp import web

from intake.desk.forms import Values, read_own_form
from intake.desk.pages import render, signed_in
from intake.domain.call import Direction
from intake.domain.contact import Source
from intake.domain.errors import Invalid, Refusal
from intake.domain.people import Action
from intake.http.identity import Identity, require_action
from intake.http.problems import Fault, ProblemRaised
from intake.http.reading import parse_strings
from intake.http.reports import Report, submission_of
from intake.http.room import call, room_of
from intake.services.call_list import CallLine, current_calls
from intake.services.staff_report import SOURCES, report, source_for

_FIELDS = ("text", "address", "landmark", "lon", "lat", "name", "phone", "email", "home_address")


@signed_in
async def show_note(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The empty form; its hidden id makes a second posting the same report."""
    require_action(identity, Action.REPORT)
    form = {"submission_id": secrets.token_hex(12), "source": request.query.get("source", "")}
    return await _note_page(request, identity, form)


@signed_in
async def do_note(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Accept it; then the ticket page opens for registration."""
    require_action(identity, Action.REPORT)
    form = await read_own_form(request, identity)
    room = room_of(request)
    values = {name: form[name].strip() for name in _FIELDS if form.get(name, "").strip()}
    values |= {"anonymous": str("anonymous" in form), "text": form.get("text", "").strip() or " "}
    if form.get("submission_id"):
        values["submission_id"] = form["submission_id"]
    try:
        source = source_for(identity.actor, _source(form))
        raw = json.dumps(values | {"source": source.value}, ensure_ascii=False, sort_keys=True)
        submission = submission_of(
            room,
            parse_strings(Report, values),
            source=source,
            external_id=f"desk:{form.get('submission_id') or secrets.token_hex(12)}",
            raw=raw.encode(),
            media_type="application/json",
            received_at=room.clock(),
            actor=identity.actor,
        )
        receipt = await call(request, report, submission)
    except ProblemRaised as raised:
        problem = raised.problem
        faults = problem.faults or (Fault("", problem.detail),)
        return await _note_page(request, identity, form, faults, problem.status)
    except Refusal as refusal:
        fault = Fault(str(refusal.details.get("field", "")), refusal.message)
        return await _note_page(request, identity, form, (fault,), refusal.status)
    raise web.HTTPSeeOther(f"/desk/tickets/{receipt.number}")


def _source(form: Values) -> Source | None:
    given = form.get("source", "")
    if given and given not in set(Source):
        raise Invalid("请选择来源。", field="source")
    return Source(given) if given else None


async def _open_caller(request: web.Request, identity: Identity) -> str:
    """The masked number of whoever is on one's line and has no ticket yet; empty without."""
    if not identity.actor.may(Action.CALL):
        return ""
    lines = await call(request, current_calls, identity.actor)
    return next((one.number_shown for one in lines if _undecided(one)), "")


def _undecided(line: CallLine) -> bool:
    return line.direction is Direction.IN and not line.ticket


async def _note_page(
    request: web.Request,
    identity: Identity,
    form: Values,
    faults: tuple[Fault, ...] = (),
    status: int = 200,
) -> web.Response:
    order = list(Source)
    possible = sorted(SOURCES.get(identity.actor.role, ()), key=order.index)
    return render(
        request,
        "note.html",
        identity,
        status,
        form=form,
        faults=faults,
        faulty={fault.field for fault in faults},
        sources=possible,
        caller=await _open_caller(request, identity),
    )
