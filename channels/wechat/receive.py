"""The callback address: signature checked, stored, then "success" well within five seconds.

What is said goes out later as a customer-service message; a callback answered late would be
delivered again, which changes nothing.
"""

from aiohttp import web

from channels.contract import ChatChannel
from channels.wechat.envelope import Envelope, NotForUs, signed
from channels.wechat.parse import (
    LARGEST_CALLBACK,
    NotAMessage,
    read_message,
    read_xml,
    text_of,
)
from intake.http.problems import no
from intake.http.reading import read_bounded
from intake.http.room import ROOM, room_of, settings_of
from intake.services.chats import ChatReception
from intake.services.workroom import Workroom
from intake.settings import Settings

PATH = "/hooks/wechat"
_DONE = "success"
_CHANNEL = web.AppKey("wechat-channel", ChatChannel)


def add_callback(app: web.Application) -> None:
    """Serve the callback from ``app``, which was furnished with a room."""
    app.on_startup.append(_open)
    app.router.add_get(PATH, confirm)
    app.router.add_post(PATH, receive)


async def _open(app: web.Application) -> None:
    room = app[ROOM]
    app[_CHANNEL] = wechat_channel(room, ChatReception(room))


def wechat_channel(room: Workroom, reception: ChatReception) -> ChatChannel:
    """The door without its protocol: for callbacks whose envelope has been opened."""
    return ChatChannel("wechat", room, reception, read_message)


async def confirm(request: web.Request) -> web.Response:
    """GET /hooks/wechat: the platform makes sure that the address is ours."""
    _require_signature(request, "signature")
    return web.Response(text=request.query.get("echostr", "")[:200])


async def receive(request: web.Request) -> web.Response:
    """POST /hooks/wechat: "success" once it is stored; 403 for strangers, 400 for no message."""
    settings = settings_of(request)
    _require_signature(request, "signature")
    raw = await read_bounded(request, LARGEST_CALLBACK)
    try:
        if request.query.get("encrypt_type") == "aes" or settings.wechat_aes_key_text:
            raw = _opened(request, settings, text_of(read_xml(raw), "Encrypt"))
        await request.config_dict[_CHANNEL].take(raw, room_of(request).clock())
    except NotAMessage:
        raise no("malformed", "不是公众号的消息。") from None
    return web.Response(text=_DONE)


def _opened(request: web.Request, settings: Settings, sealed: str) -> bytes:
    query = request.query
    token = settings.wechat_token.get_secret_value()
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not signed(query.get("msg_signature", ""), token, stamp, nonce, sealed):
        raise no("not-allowed", "签名不对。")
    try:
        return Envelope(settings.wechat_aes_key_text, settings.wechat_appid).open(sealed)
    except NotForUs:
        raise no("not-allowed", "消息不是发给本公众号的。") from None


def _require_signature(request: web.Request, name: str) -> None:
    query = request.query
    token = settings_of(request).wechat_token.get_secret_value()
    parts = (token, query.get("timestamp", ""), query.get("nonce", ""))
    if not signed(query.get(name, ""), *parts):
        raise no("not-allowed", "签名不对。")
