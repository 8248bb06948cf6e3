"""The worklist of call-backs: whom to call, dialled with one key, and what came of it."""

from aiohttp import web

from intake.desk.forms import choice, read_own_form, text, version
from intake.desk.pages import render, signed_in
from intake.desk.tail import last_event
from intake.domain.callback import CallbackOutcome
from intake.domain.errors import Refusal
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call, room_of
from intake.services.callback_list import list_callbacks
from intake.services.callbacks import (
    claim_callback,
    dial_callback,
    dial_completion,
    finish_callback,
    release_callback,
)

_DONE = {
    "claim": "已领取",
    "release": "已放回",
    "dial": "正在拨打，请接听您的话机",
    "done": "已办完",
}
_BY_HAND = (
    CallbackOutcome.REACHED,
    CallbackOutcome.NOT_REACHED,
    CallbackOutcome.INVALID_NUMBER,
    CallbackOutcome.NOT_NEEDED,
)


@signed_in
async def show_callbacks(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The list, earliest due first."""
    return await _page(request, identity, toast=_DONE.get(request.query.get("done", ""), ""))


@signed_in
async def do_callback(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One step of one task; a refusal shows the list again with the reason."""
    step, key = request.match_info["step"], int(request.match_info["id"])
    form = await read_own_form(request, identity)
    try:
        if step == "claim":
            await call(request, claim_callback, identity.actor, key)
        elif step == "release":
            await call(request, release_callback, identity.actor, key)
        elif step == "dial":
            await call(request, dial_callback, identity.actor, key)
        elif step == "done":
            outcome = choice(form, "outcome", CallbackOutcome, "请选择结果。")
            remark, number = text(form, "remark", 500), text(form, "ticket", 40)
            seen = version(form)
            await call(request, finish_callback, identity.actor, key, seen, outcome, remark, number)
        else:
            raise no("no-such-address", "没有这个操作，请刷新页面后再试。")
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal)
    raise web.HTTPSeeOther(f"/desk/callbacks?done={step}")


@signed_in
async def do_completion(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Call a reporter for what is missing (C2)."""
    await read_own_form(request, identity)
    number = request.match_info["number"]
    try:
        await call(request, dial_completion, identity.actor, number)
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal)
    raise web.HTTPSeeOther("/desk/callbacks?done=dial")


async def _page(
    request: web.Request,
    identity: Identity,
    *,
    refusal: Refusal | None = None,
    toast: str = "",
) -> web.Response:
    cursor = await last_event(request)
    work = await call(request, list_callbacks, identity.actor)
    return render(
        request,
        "callbacks.html",
        identity,
        refusal.status if refusal else 200,
        cursor=cursor,
        work=work,
        outcomes=_BY_HAND,
        at=room_of(request).clock(),
        mine=identity.actor.account_id,
        refusal=refusal,
        toast=toast,
    )


ROUTES = [
    web.get("/callbacks", show_callbacks),
    web.post(r"/callbacks/{id:\d{1,15}}/{step}", do_callback),
    web.post(r"/completions/{number:SL\d{13,15}}/dial", do_completion),
]
