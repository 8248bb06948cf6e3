"""The texts the house writes to citizens by itself, edited by the shift leader with a preview."""

from aiohttp import web

from intake.desk.forms import read_own_form, version
from intake.desk.pages import render, signed_in
from intake.domain.errors import Refusal
from intake.domain.message_texts import MESSAGE_WORDINGS
from intake.domain.people import Action
from intake.domain.wording import LONGEST_WORDING, Wording
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call
from intake.services.wordings import edit_wording, preview, read_wordings

_BY_KEY = {wording.key.removeprefix("message."): wording for wording in MESSAGE_WORDINGS}


@signed_in
async def show_wordings(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Every text; those who may not change them read them."""
    done = "消息用语已保存" if request.query.get("done") else ""
    return await _page(request, identity, toast=done)


@signed_in
async def save_wording(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Put a text in force; a refusal shows what was typed again."""
    wording = _asked(request)
    form = await read_own_form(request, identity)
    typed = form.get("text", "").strip()
    try:
        await call(request, edit_wording, identity.actor, wording, typed, version(form))
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal, refused=wording.key, typed=typed)
    raise web.HTTPSeeOther(f"/desk/wordings?done=save#{request.match_info['key']}")


@signed_in
async def show_preview(request: web.Request, identity: Identity) -> web.StreamResponse:
    """What a citizen would read, with made-up values; nothing is saved."""
    wording = _asked(request)
    form = await read_own_form(request, identity)
    identity.actor.require(Action.EDIT_WORDINGS)
    try:
        shown, fault = preview(wording, form.get("text", "").strip()), ""
    except Refusal as refusal:
        shown, fault = "", refusal.message
    return render(request, "wording_preview.html", identity, shown=shown, fault=fault)


def _asked(request: web.Request) -> Wording:
    wording = _BY_KEY.get(request.match_info["key"])
    if wording is None:
        raise no("not-found", "没有这段文字。")
    return wording


async def _page(
    request: web.Request,
    identity: Identity,
    *,
    refusal: Refusal | None = None,
    refused: str = "",
    typed: str = "",
    toast: str = "",
) -> web.Response:
    identity.actor.require(Action.READ_TICKETS)
    return render(
        request,
        "wordings.html",
        identity,
        refusal.status if refusal else 200,
        views=await call(request, read_wordings, MESSAGE_WORDINGS),
        refusal=refusal,
        refused=refused,
        typed=typed,
        toast=toast,
        longest=LONGEST_WORDING,
    )


ROUTES = [
    web.get("/wordings", show_wordings),
    web.post("/wordings/{key:[a-z]{1,20}}", save_wording),
    web.post("/wordings/{key:[a-z]{1,20}}/preview", show_preview),
]
