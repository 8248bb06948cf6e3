"""The texts operators say, edited by the shift leader; and the do-not-call list."""

from aiohttp import web

from intake.desk.forms import read_own_form, text, version
from intake.desk.pages import render, signed_in
from intake.domain.errors import Refusal
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.do_not_call import call_again, list_quiet
from intake.services.scripts import read_scripts, save_script


@signed_in
async def show_scripts(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Every text; those who may not change them read them."""
    done = {"save": "话术已保存", "again": "已解除"}.get(request.query.get("done", ""), "")
    return await _page(request, identity, toast=done)


@signed_in
async def do_script(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Save one text; a refusal shows what was typed again."""
    key = request.match_info["key"]
    form = await read_own_form(request, identity)
    words = form.get("text", "").strip()
    try:
        await call(request, save_script, identity.actor, key, version(form), words)
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal, key=key, typed=words)
    raise web.HTTPSeeOther(f"/desk/scripts?done=save#{key}")


@signed_in
async def do_call_again(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Take a number off the do-not-call list."""
    form = await read_own_form(request, identity)
    try:
        await call(request, call_again, identity.actor, text(form, "key", 64))
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal)
    raise web.HTTPSeeOther("/desk/scripts?done=again#quiet")


async def _page(
    request: web.Request,
    identity: Identity,
    *,
    refusal: Refusal | None = None,
    key: str = "",
    typed: str = "",
    toast: str = "",
) -> web.Response:
    return render(
        request,
        "scripts.html",
        identity,
        refusal.status if refusal else 200,
        scripts=await call(request, read_scripts, identity.actor),
        quiet=await call(request, list_quiet, identity.actor),
        refusal=refusal,
        refused=key,
        typed=typed,
        toast=toast,
    )


ROUTES = [
    web.get("/scripts", show_scripts),
    web.post("/scripts/{key:[a-z_]{1,40}}", do_script),
    web.post("/call-again", do_call_again),
]
