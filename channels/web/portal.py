"""The citizens' portal: its addresses and who answers them."""

from aiohttp import web

from channels.web import answer, county_map, follow, notices, receipt, report
from channels.web.pages import HERE, prepare_pages, problem_page
from intake.http.failures import PAGES, ProblemPages

_ONE = "/progress/{number:SL[0-9]{13,15}}"


def add_portal(app: web.Application) -> None:
    """Serve the portal from ``app``, which was furnished with a room.

    Problems outside /api/ that no other part of the house shows become the portal's pages.
    """
    prepare_pages(app)
    county_map.prepare_map(app)
    app[PAGES] = ProblemPages(problem_page)
    app.router.add_static("/static/", HERE / "static")
    app.router.add_routes(
        [
            web.get("/", notices.start),
            web.get("/privacy", notices.privacy),
            web.get("/help", notices.helping),
            web.get("/manifest.webmanifest", notices.manifest),
            web.get("/report", report.form),
            web.post("/report", report.submit),
            web.get("/progress", follow.ask),
            web.post("/progress", follow.look_up),
            web.get(_ONE, follow.show),
            web.get(_ONE + "/receipt", receipt.show),
            web.get(_ONE + "/receipt.json", receipt.download),
            web.post(_ONE + "/supplement", follow.supplement),
            web.get(_ONE + "/withdraw", follow.confirm_withdrawal),
            web.post(_ONE + "/withdraw", follow.take_back),
            web.get(_ONE + "/answer", answer.form),
            web.post(_ONE + "/answer", answer.say),
            web.get("/answer/{token:[A-Za-z0-9_-]{24}}", answer.ask),
            web.post("/answer/{token:[A-Za-z0-9_-]{24}}", answer.prove_it),
            web.get("/map/county.json", county_map.base_map),
            web.get("/map/grid.json", county_map.grid_map),
            web.get("/map/place", county_map.place_at),
        ]
    )
