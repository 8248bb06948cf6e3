"""The do-not-call list at the desk: numbers whose owner asked not to be called again."""

from aiohttp import web

from intake.desk.forms import read_own_form, text
from intake.desk.pages import render, signed_in
from intake.domain.errors import Refusal
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.do_not_call import call_again, list_quiet


@signed_in
async def show_quiet(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The list, masked."""
    return await _page(request, identity, toast="已解除" if request.query.get("done") else "")


@signed_in
async def do_call_again(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Take a number off the list."""
    form = await read_own_form(request, identity)
    try:
        await call(request, call_again, identity.actor, text(form, "key", 64))
    except Refusal as refusal:
        return await _page(request, identity, refusal=refusal)
    raise web.HTTPSeeOther("/desk/quiet?done=again")


async def _page(
    request: web.Request, identity: Identity, *, refusal: Refusal | None = None, toast: str = ""
) -> web.Response:
    return render(
        request,
        "quiet.html",
        identity,
        refusal.status if refusal else 200,
        rows=await call(request, list_quiet, identity.actor),
        refusal=refusal,
        toast=toast,
    )


ROUTES = [web.get("/quiet", show_quiet), web.post("/quiet", do_call_again)]
