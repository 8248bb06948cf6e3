"""The callback, plain and encrypted; what the platform would send is written by its reference."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from wechatpy.crypto import WeChatCrypto

from channels.wechat.envelope import signature
from channels.wechat.receive import PATH
from intake.domain.contact import Outcome
from intake.services.workroom import Workroom
from intake.store.tables import contact, ticket
from tests.integration.services.background import work_off
from tests.integration.wechat.conftest import AES_KEY, TOKEN
from tests.web_app import web_app
from tests.wechat.server import APPID, Platform

_numbers = count(7_000_000_000)


@pytest.fixture
async def client(account: Workroom) -> AsyncIterator[TestClient]:
    made = TestClient(TestServer(web_app(account)))
    await made.start_server()
    yield made
    await made.close()


def message(kind: str, fields: str, sender: str = "o-ming") -> str:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{sender}</FromUserName>"
        f"<CreateTime>1767225600</CreateTime><MsgType>{kind}</MsgType>{fields}"
        f"<MsgId>{next(_numbers)}</MsgId></xml>"
    )


def text(words: str, sender: str = "o-ming") -> str:
    return message("text", f"<Content><![CDATA[{words}]]></Content>", sender)


def address(account: Workroom, body: str) -> tuple[str, bytes]:
    """Where and what the platform posts."""
    stamp, nonce = "1767225600", "n1"
    plain = f"signature={signature(TOKEN, stamp, nonce)}&timestamp={stamp}&nonce={nonce}"
    if not account.settings.wechat_aes_key_text:
        return f"{PATH}?{plain}", body.encode()
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    sealed = crypto.encrypt_message(body, nonce, stamp)
    between = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    proof = signature(TOKEN, stamp, nonce, between)
    return f"{PATH}?{plain}&encrypt_type=aes&msg_signature={proof}", sealed.encode()


async def post(client: TestClient, account: Workroom, body: str) -> int:
    where, raw = address(account, body)
    answer = await client.post(where, data=raw, headers={"Content-Type": "text/xml"})
    if answer.status == 200:
        assert await answer.text() == "success"
    return answer.status


def outcomes(room: Workroom) -> list[str]:
    with room.database.read() as conn:
        return list(conn.execute(select(contact.c.outcome).order_by(contact.c.id)).scalars())


async def test_a_report_from_hello_to_receipt(
    client: TestClient, account: Workroom, platform: Platform
) -> None:
    subscribed = message("event", "<Event>subscribe</Event>").replace("<MsgId>", "<X>")
    await post(client, account, subscribed.replace("</MsgId>", "</X>"))
    await post(client, account, text("路灯不亮"))
    spot = "<Location_X>33.2</Location_X><Location_Y>113.6</Location_Y><Label>中山路</Label>"
    await post(client, account, message("location", spot))
    await post(client, account, text("提交"))
    await asyncio.to_thread(work_off, account)
    with account.database.read() as conn:
        [row] = conn.execute(select(ticket.c.text, ticket.c.datum)).all()
    assert tuple(row) == ("路灯不亮\n中山路", "GCJ02")
    assert "受理编号" in platform.sent[-1]["text"]["content"]
    assert platform.sent[1]["msgtype"] == "msgmenu"
    assert platform.tokens == 1


async def test_a_pressed_menu_entry_is_its_button(client: TestClient, account: Workroom) -> None:
    await post(client, account, text("路灯不亮"))
    press = "<Content>提交</Content><bizmsgmenuid>submit</bizmsgmenuid>"
    await post(client, account, message("text", press))
    assert outcomes(account) == [Outcome.TICKET, Outcome.SUPPLEMENT]


async def test_a_callback_delivered_again_does_nothing(
    client: TestClient, account: Workroom
) -> None:
    body = text("路灯不亮")
    assert await post(client, account, body) == 200
    assert await post(client, account, body) == 200
    assert outcomes(account) == [Outcome.OPEN]


async def test_the_platform_makes_sure_of_the_address(client: TestClient) -> None:
    proof = signature(TOKEN, "1", "2")
    good = await client.get(f"{PATH}?signature={proof}&timestamp=1&nonce=2&echostr=hello")
    assert (good.status, await good.text()) == (200, "hello")
    bad = await client.get(f"{PATH}?signature=0&timestamp=1&nonce=2&echostr=hello")
    assert bad.status == 403


async def test_strangers_are_refused(client: TestClient, account: Workroom) -> None:
    where, raw = address(account, text("路灯不亮"))
    for wrong in (where.replace("signature=", "signature=0", 1), PATH):
        assert (await client.post(wrong, data=raw)).status == 403
    assert outcomes(account) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<xml>",
        "<xml></xml>",
        '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><MsgType>&a;</MsgType></xml>',
        "<xml>" + "<a>" * 5_000,
    ],
)
async def test_what_is_no_message_is_refused(
    client: TestClient, account: Workroom, body: str
) -> None:
    where, raw = address(account, body)
    assert (await client.post(where, data=raw)).status in {400, 403}
    assert outcomes(account) == []


async def test_an_encrypted_account_takes_nothing_in_clear(
    client: TestClient, account: Workroom, mode: str
) -> None:
    stamp, nonce = "1", "2"
    where = f"{PATH}?signature={signature(TOKEN, stamp, nonce)}&timestamp={stamp}&nonce={nonce}"
    answer = await client.post(where, data=text("路灯不亮").encode())
    assert answer.status == (403 if mode == "encrypted" else 200)
