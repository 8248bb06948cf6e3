"""What operators say and what the house writes to citizens: edited with a preview of each text."""

from aiohttp import web

from intake.desk.forms import read_own_form, version
from intake.desk.pages import render, signed_in
from intake.domain.errors import Refusal, StaleVersion
from intake.domain.wording import LONGEST_WORDING
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.wordings import edit_wording, find_wording, preview, read_wordings


@signed_in
async def show_wordings(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Every text; those who may not change them read them."""
    return await _page(request, identity, toast="已保存" if request.query.get("done") else "")


@signed_in
async def save_wording(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Put a text in force; a refusal shows what was typed again."""
    wording = find_wording(request.match_info["key"])
    form = await read_own_form(request, identity)
    typed = form.get("text", "").strip()
    try:
        await call(request, edit_wording, identity.actor, wording, typed, version(form))
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal, refused=wording.key, typed=typed)
    raise web.HTTPSeeOther(f"/desk/wordings?done=save#{wording.key}")


@signed_in
async def show_preview(request: web.Request, identity: Identity) -> web.StreamResponse:
    """What a citizen would hear or read, with made-up values; nothing is saved."""
    wording = find_wording(request.match_info["key"])
    form = await read_own_form(request, identity)
    try:
        shown, fault = preview(identity.actor, wording, form.get("text", "").strip()), ""
    except Refusal as refusal:
        shown, fault = "", refusal.message
    return render(request, "wording_preview.html", identity, shown=shown, fault=fault)


async def _page(
    request: web.Request,
    identity: Identity,
    *,
    refusal: Refusal | None = None,
    refused: str = "",
    typed: str = "",
    toast: str = "",
) -> web.Response:
    return render(
        request,
        "wordings.html",
        identity,
        refusal.status if refusal else 200,
        sections=await call(request, read_wordings, identity.actor),
        refusal=refusal,
        refused=refused,
        overtaken=isinstance(refusal, StaleVersion),
        typed=typed,
        toast=toast,
        longest=LONGEST_WORDING,
    )


ROUTES = [
    web.get("/wordings", show_wordings),
    web.post("/wordings/{key:[a-z_.]{1,40}}", save_wording),
    web.post("/wordings/{key:[a-z_.]{1,40}}/preview", show_preview),
]
