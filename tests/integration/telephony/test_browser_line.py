"""The browser's telephone registers over a WebSocket with the secret of its sign-in alone."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from tests.integration.telephony.test_dialplan_control import write
from tests.services.asterisk import Asterisk

SECRET = "a1b2c3d4e5f6g7h8i9j0"
OTHER = "z1y2x3w4v5u6t7s8r9q0"
REFUSED = (401, 403, 500)  # 500: for this line there is no secret at all


@asynccontextmanager
async def socket_of(asterisk: Asterisk) -> AsyncIterator[ClientWebSocketResponse]:
    """As the desk page opens it."""
    address = f"http://127.0.0.1:{asterisk.plan.http_port}/ws"
    async with ClientSession() as session, session.ws_connect(address, protocols=["sip"]) as opened:
        assert opened.protocol == "sip"
        yield opened


async def register(socket: ClientWebSocketResponse, secret: str, number: int = 1) -> int:
    """SIP status of a registration of web-8001, after answering the challenge."""
    first = await exchange(socket, number, "")
    if "401 Unauthorized" not in first:
        return status(first)
    challenge = dict(re.findall(r'(\w+)="([^"]*)"', first))
    realm, nonce = challenge["realm"], challenge["nonce"]
    ha1 = digest(f"web-8001:{realm}:{secret}")
    ha2 = digest("REGISTER:sip:127.0.0.1")
    answer = digest(f"{ha1}:{nonce}:00000001:c0ffee:auth:{ha2}")
    return status(
        await exchange(
            socket,
            number + 1,
            f'Authorization: Digest username="web-8001",realm="{realm}",nonce="{nonce}",'
            f'uri="sip:127.0.0.1",response="{answer}",algorithm=MD5,cnonce="c0ffee",'
            f'qop=auth,nc=00000001,opaque="{challenge.get("opaque", "")}"\r\n',
        )
    )


async def exchange(socket: ClientWebSocketResponse, number: int, proof: str) -> str:
    await socket.send_str(
        "REGISTER sip:127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/WS browser.invalid;branch=z9hG4bK{number}\r\n"
        "From: <sip:web-8001@127.0.0.1>;tag=b1\r\nTo: <sip:web-8001@127.0.0.1>\r\n"
        f"Call-ID: browser-line\r\nCSeq: {number} REGISTER\r\nMax-Forwards: 70\r\n"
        "Contact: <sip:b1@browser.invalid;transport=ws>;expires=60\r\n"
        f"{proof}Content-Length: 0\r\n\r\n"
    )
    return await socket.receive_str(timeout=5)


def digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def status(answer: str) -> int:
    return int(answer.split(" ", 2)[1])


async def test_a_browser_registers_with_the_secret_of_its_sign_in(asterisk: Asterisk) -> None:
    ami = asterisk.ami()
    assert write(ami, "secret", MS_KEY="8001", MS_VALUE=SECRET) == "Success"
    async with socket_of(asterisk) as socket:
        assert await register(socket, SECRET) == 200
        ami.until_variable("DEVICE_STATE(PJSIP/web-8001)", "NOT_INUSE")
    ami.wait(Event="ContactStatus", ContactStatus="Removed")


async def test_a_browser_without_or_with_an_old_secret_is_refused(asterisk: Asterisk) -> None:
    ami = asterisk.ami()
    async with socket_of(asterisk) as socket:
        assert await register(socket, SECRET) in REFUSED
        assert write(ami, "secret", MS_KEY="8001", MS_VALUE=OTHER) == "Success"
        assert await register(socket, SECRET, number=3) in REFUSED
        assert await register(socket, OTHER, number=5) == 200
        assert write(ami, "secret", MS_KEY="8001", MS_VALUE="") == "Success"
        assert await register(socket, OTHER, number=7) in REFUSED


@pytest.mark.parametrize("path", ["/", "/httpstatus", "/static/", "/amanager", "/rawman", "/ari"])
async def test_nothing_but_the_telephone_is_served(asterisk: Asterisk, path: str) -> None:
    address = f"http://127.0.0.1:{asterisk.plan.http_port}{path}"
    async with ClientSession() as session, session.get(address) as answer:
        assert answer.status == 404


def test_everything_listens_on_loopback(new_asterisk: Callable[..., Asterisk]) -> None:
    asterisk = new_asterisk()
    asterisk.start()
    assert asterisk.process is not None
    found = asterisk.listening()
    assert asterisk.plan.ami_port in {port for _, port in found}
    outside = [(ip, port) for ip, port in found if not ip.startswith("127.")]
    assert outside == []
