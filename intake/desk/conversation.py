"""The conversation on the ticket page: what was said on every way, reply box, internal notes."""

import secrets

from aiohttp import web

from intake.desk.forms import read_own_form, text
from intake.desk.pages import render, signed_in
from intake.domain.errors import Refusal
from intake.domain.message import MessageChannel
from intake.http.identity import Identity
from intake.http.problems import no
from intake.http.room import call
from intake.services.chat_media import read_voice
from intake.services.conversation import read_conversation
from intake.services.write_message import LONGEST_REPLY, note, reply

PHRASES = (
    "您好，您反映的情况已收到，我们正在核实。",
    "您好，请补充具体位置，例如哪条路、哪个路口附近、旁边有什么店铺。",
    "您好，请补充一两张现场照片，便于工作人员尽快找到。",
    "您好，现场已处理完毕，感谢您的反映。如仍有问题，请回复本消息。",
)
"""Openings the operator completes; nothing is sent before he presses the button."""


@signed_in
async def show_conversation(request: web.Request, identity: Identity) -> web.StreamResponse:
    """The panel, as a fragment of the ticket page."""
    return await _panel(request, identity)


@signed_in
async def write(request: web.Request, identity: Identity) -> web.StreamResponse:
    """A reply to the citizen or a note for colleagues; the panel comes again with it."""
    number = request.match_info["number"]
    form = await read_own_form(request, identity)
    work = note if form.get("kind") == "note" else reply
    press = text(form, "submission_id", 64) or secrets.token_hex(8)
    try:
        await call(request, work, identity.actor, number, text(form, "text", LONGEST_REPLY), press)
    except Refusal as refusal:
        return await _panel(request, identity, refusal, form.get("text", ""))
    return await _panel(request, identity, told="已保存备注" if work is note else "")


@signed_in
async def play_voice(request: web.Request, identity: Identity) -> web.Response:
    """A voice message a citizen sent, in clear for this moment only."""
    key = request.match_info["id"]
    found = await call(request, read_voice, identity.actor, int(key))
    if found is None:
        raise no("not-found", "没有这段语音，或已经删除。")
    content, media_type = found
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return web.Response(body=content, content_type=media_type, headers=headers)


async def _panel(
    request: web.Request,
    identity: Identity,
    refusal: Refusal | None = None,
    typed: str = "",
    told: str = "",
) -> web.Response:
    # Always 200: htmx leaves the panel as it is for any other status, and the refusal is in it.
    number = request.match_info["number"]
    spoken = await call(request, read_conversation, identity.actor, number)
    return render(
        request,
        "conversation.html",
        identity,
        spoken=spoken,
        written=spoken.way is not MessageChannel.WEB,
        refusal=refusal,
        typed=typed,
        told=told,
        phrases=PHRASES,
        longest=LONGEST_REPLY,
        submission_id=secrets.token_hex(8),
    )
