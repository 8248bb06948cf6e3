"""The receipt: what a citizen keeps after a report was accepted."""

from aiohttp import web

from channels.web.pages import render
from channels.web.slip import give_slip, require_slip
from intake.http.room import call, room_of
from intake.services.progress import read_progress
from intake.services.receipt import signed_receipt


async def show(request: web.Request) -> web.StreamResponse:
    """GET …/receipt: number, query code, and what happens next."""
    number = require_slip(request)
    code = room_of(request).query_code(number)
    progress = await call(request, read_progress, number, code)
    page = await render(
        request,
        "receipt.html",
        progress=progress,
        code=code,
        first_version="first" in request.query,
    )
    give_slip(request, page, number)
    return page


async def download(request: web.Request) -> web.StreamResponse:
    """GET …/receipt.json: the signed receipt, without anything personal."""
    number = require_slip(request)
    text = await call(request, signed_receipt, number)
    return web.Response(
        text=text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="receipt-{number}.json"'},
    )
