"""The operators' workbench below /desk: pages, live stream, and its own static files."""

from aiohttp import web

from intake.desk import (
    alarms,
    books,
    callbacks,
    calls,
    casefile,
    choosing,
    conversation,
    doors,
    filing,
    inbox,
    learning,
    live,
    mails,
    note,
    person,
    place,
    quiet,
    returns,
    sheet,
    signin,
    telephone,
    wallboard,
    wordings,
)
from intake.desk.pages import HERE, problem_page
from intake.desk.tail import add_tail
from intake.http.failures import PAGES, ProblemPages

_TICKET = r"/tickets/{number:SL\d{13,15}}"
_CASE = r"/cases/{number:[CE]\d{17,19}}"


def add_desk(app: web.Application) -> None:
    """Mount the desk on ``app``, which was furnished with a room."""
    desk = web.Application()
    desk[PAGES] = ProblemPages(problem_page)
    desk[place.ATLAS] = place.Atlas()
    add_tail(desk, app)
    desk.add_routes(_ROUTES)
    for pages in (alarms, calls, callbacks, returns, quiet, wordings, wallboard, books):
        desk.add_routes(pages.ROUTES)
    desk.router.add_static("/static", HERE / "static")
    desk.on_response_prepare.append(_keep_static)
    app.add_subapp("/desk", desk)


async def _keep_static(request: web.Request, response: web.StreamResponse) -> None:
    """Our files hold nothing personal: browsers may keep them, and ask each time if newer."""
    if request.path.startswith("/desk/static/"):
        response.headers["Cache-Control"] = "no-cache"


_ROUTES = [
    web.get("", inbox.show_inbox),
    web.get("/rows", inbox.show_rows),
    web.get("/next", inbox.open_next),
    web.get("/live", live.stream),
    web.get("/sign-in", signin.show_sign_in),
    web.post("/sign-in", signin.do_sign_in),
    web.post("/sign-out", signin.do_sign_out),
    web.get("/password", signin.show_password),
    web.post("/password", signin.do_password),
    web.get("/phone", telephone.show_phone),
    web.get("/new", note.show_note),
    web.post("/new", note.do_note),
    web.get("/filing", filing.show_filing),
    web.get(_TICKET, sheet.show_ticket),
    web.get(_TICKET + "/near", sheet.show_near),
    web.get(_TICKET + "/places", place.show_ticket_places),
    web.get(_TICKET + "/conversation", conversation.show_conversation),
    web.post(_TICKET + "/message", conversation.write),
    web.get(r"/voices/{id:\d{1,15}}", conversation.play_voice),
    web.post(_TICKET + "/register", sheet.do_register),
    web.post(_TICKET + "/reveal", person.do_reveal),
    web.post(_TICKET + "/presence", person.be_seen),
    web.post(_TICKET + "/{verb}", sheet.do_verb),
    web.get(r"/photos/{id:\d+}", person.show_photo),
    web.get(r"/photos/{id:\d+}/small", person.show_thumbnail),
    web.get("/categories", choosing.search_categories),
    web.get(r"/categories/{label:[CE]\d{5}}", choosing.choose_category),
    web.get("/suggestion", choosing.show_suggestion),
    web.get("/doors", doors.show_doors),
    web.get("/learning", learning.show_learning),
    web.get("/learning/card", learning.show_card),
    web.post("/learning/roll-back", learning.do_roll_back),
    web.get("/hot-spots", learning.show_hot_spots),
    web.post(r"/hot-spots/{id:\d{1,15}}/seen", learning.do_see_hot_spot),
    web.get("/map.json", place.show_map),
    web.get("/grid.json", place.show_grid),
    web.get("/spot", place.show_spot),
    web.get("/places", place.show_places),
    web.get("/mails", mails.show_mails),
    web.get(r"/mails/{id:\d+}", mails.show_mail),
    web.get(r"/mails/{id:\d+}/markup", mails.show_markup),
    web.post(r"/mails/{id:\d+}/original", mails.download_original),
    web.post(r"/mails/{id:\d+}/replay", mails.do_replay),
    web.get("/cases", casefile.show_cases),
    web.get(_CASE, casefile.show_case),
    web.post(_CASE + "/{step}", casefile.do_case_step),
]
