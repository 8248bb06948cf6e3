"""Mails at the desk: those nobody could read, those set aside, one mail, and its original.

A mail's own markup is shown on a page of its own, where nothing runs and nothing is fetched.
"""

from collections.abc import Iterator

from aiohttp import web

from intake.desk.forms import query_text, read_own_form, text
from intake.desk.pages import render, signed_in
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call
from intake.services.mail_view import (
    MailView,
    Shelf,
    list_mails,
    mails_of_ticket,
    original,
    replay_mail,
    view_mail,
)

_SHUT_IN = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
_SHELVES = {Shelf.WAITING: "无法读取", Shelf.ASIDE: "自动邮件和垃圾邮件"}
_DONE = {"replay": "已重新读取，请稍候刷新", "accept": "已按市民反映受理，请稍候刷新"}
_HEAD = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>邮件原样</title><body>'


@signed_in
async def show_mails(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The list of one shelf, or the mails of one ticket."""
    number = query_text(request, "ticket", 20).upper()
    asked = query_text(request, "shelf", 10)
    shelf = Shelf(asked) if asked in set(Shelf) else Shelf.WAITING
    if number:
        lines, following = await call(request, mails_of_ticket, identity.actor, number), None
    else:
        before = query_text(request, "before", 15)
        start = int(before) if before.isascii() and before.isdigit() else None
        lines, following = await call(request, list_mails, identity.actor, shelf, start)
    return render(
        request,
        "mails.html",
        identity,
        lines=lines,
        following=following,
        shelf=shelf,
        shelves=_SHELVES,
        number=number,
        toast=_DONE.get(request.query.get("done", ""), ""),
    )


@signed_in
async def show_mail(request: web.Request, identity: Identity) -> web.StreamResponse:
    """One mail: whole text, verdicts, attachments, what became of it."""
    view = await _view(request, identity)
    verdicts = view.line.stored.verdicts
    checks = [("SPF", verdicts.spf), ("DKIM", verdicts.dkim), ("DMARC", verdicts.dmarc)]
    return render(request, "mail.html", identity, view=view, mail=view.line.stored, checks=checks)


@signed_in
async def show_markup(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The mail's own markup, cleaned, in a page that may do nothing."""
    view = await _view(request, identity)
    return web.Response(
        text=_HEAD + view.reading.markup,
        content_type="text/html",
        headers={"Content-Security-Policy": _SHUT_IN, "Referrer-Policy": "no-referrer"},
    )


@signed_in
async def download_original(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The message as it came, as a file; the look at it is on record before it is given out."""
    form = await read_own_form(request, identity)
    reason = text(form, "reason", 200)
    pieces = await call(request, original, identity.actor, _key(request), reason)
    response = web.StreamResponse(
        headers={
            "Content-Type": "message/rfc822",
            "Content-Disposition": f'attachment; filename="mail-{_key(request)}.eml"',
            "Content-Security-Policy": _SHUT_IN,
        }
    )
    await response.prepare(request)
    while piece := await call(request, _next_piece, pieces):
        await response.write(piece)
    return response


@signed_in
async def do_replay(request: web.Request, identity: Identity) -> web.StreamResponse:
    """Read it again, or take it as a report whatever the rules said."""
    form = await read_own_form(request, identity)
    by_hand = form.get("as") == "report"
    await call(request, replay_mail, identity.actor, _key(request), by_hand=by_hand)
    raise web.HTTPSeeOther(f"/desk/mails?done={'accept' if by_hand else 'replay'}")


def _next_piece(_room: object, pieces: Iterator[bytes]) -> bytes:
    """The next piece that is not empty; empty at the end."""
    return next(filter(None, pieces), b"")


async def _view(request: web.Request, identity: Identity) -> MailView:
    return await call(request, view_mail, identity.actor, _key(request))


def _key(request: web.Request) -> int:
    key = request.match_info["id"]
    if len(key) > 15:
        raise no("not-found", "没有这封邮件。")
    return int(key)
