"""How good the suggestions are, for the shift leader; the model card, for everybody; hot spots."""

from aiohttp import web

from intake.desk.forms import read_own_form
from intake.desk.pages import render, signed_in
from intake.http.identity import Identity
from intake.http.room import call
from intake.services.acceptance import learning_report, model_card, roll_back
from intake.services.hot_spots import open_hot_spots, see_hot_spot


@signed_in
async def show_learning(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Acceptance by week, confusions, drift, trainings."""
    report = await call(request, learning_report, identity.actor)
    done = "已换回上一个模型，几秒内生效。" if request.query.get("done") == "back" else ""
    return render(request, "learning.html", identity, report=report, toast=done)


@signed_in
async def show_card(request: web.Request, identity: Identity) -> web.StreamResponse:
    """What the model is, how good, where it fails, who is in charge."""
    shown = await call(request, model_card, identity.actor)
    return render(request, "model_card.html", identity, card=shown)


@signed_in
async def do_roll_back(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The shift leader goes back to the model before."""
    await read_own_form(request, identity)
    await call(request, roll_back, identity.actor)
    raise web.HTTPSeeOther("/desk/learning?done=back")


@signed_in
async def show_hot_spots(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Open alerts as a strip above inbox and filing page."""
    spots = await call(request, open_hot_spots, identity.actor)
    return render(request, "hot_spots.html", identity, spots=spots)


@signed_in
async def do_see_hot_spot(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Taken note of; the strip comes again."""
    await read_own_form(request, identity)
    await call(request, see_hot_spot, identity.actor, int(request.match_info["id"]))
    raise web.HTTPSeeOther("/desk")
