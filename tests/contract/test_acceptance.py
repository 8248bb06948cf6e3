"""The acceptance contract of channels/contract.py, kept by every channel on both databases.

A new channel adds one line to CHANNELS: how it is opened, how it words a report, and how what a
worker decides later is decided.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from channels.contract import Channel, Delivery
from channels.email.receive import EmailChannel
from channels.telegram.receive import telegram_channel
from channels.web.parse import FORM_MEDIA_TYPE, form_payload
from channels.web.receive import WebChannel
from channels.wechat.receive import wechat_channel
from intake.domain.contact import Outcome
from intake.domain.errors import KeyReused
from intake.domain.mail import Envelope
from intake.domain.numbers import county_day, ticket_key
from intake.services.accept import RECEIVED_TOPIC
from intake.services.balance import BalanceLine, balance
from intake.services.chats import ChatReception, submit_left_alone
from intake.services.mail_reception import MailReception
from intake.services.reception import Reception
from intake.services.workroom import Workroom
from intake.store.database import StoreUnavailable
from intake.store.tables import contact, outbox, ticket
from tests.mail.office import HOTLINE, decide_mails
from tests.mail.writing import plain_mail


@dataclass(frozen=True)
class Kind:
    """How to open one kind of channel and how a report looks on its wire."""

    open: Callable[[Workroom], Channel]
    payload: Callable[[str], bytes]
    media_type: str
    settle: Callable[[Workroom], None] = lambda _room: None


def _open_web(room: Workroom) -> Channel:
    return WebChannel(room, Reception(room))


def _web_report(words: str) -> bytes:
    return json.dumps({"text": words, "phone": "13800000000"}, ensure_ascii=False).encode()


def _web_form(words: str) -> bytes:
    return form_payload({"text": words, "phone": "13800000000", "address": " "}, ())


def _open_mail(room: Workroom) -> Channel:
    return EmailChannel(room, MailReception(room), Envelope(recipients=(HOTLINE,)))


def _mail(words: str) -> bytes:
    return plain_mail(words)


def _open_telegram(room: Workroom) -> Channel:
    return telegram_channel(room, ChatReception(room))


def _open_wechat(room: Workroom) -> Channel:
    return wechat_channel(room, ChatReception(room))


def _bot_message(words: str) -> bytes:
    said = {"message_id": 5, "date": 1_767_225_600, "text": words}
    private = {"id": _citizen(words), "type": "private"}
    return json.dumps({"update_id": 9, "message": said | {"chat": private}}).encode()


def _callback(words: str) -> bytes:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>o-{_citizen(words)}</FromUserName>"
        "<CreateTime>1767225600</CreateTime><MsgType>text</MsgType>"
        f"<Content><![CDATA[{words}]]></Content><MsgId>9</MsgId></xml>"
    ).encode()


def _citizen(words: str) -> int:
    """Every report by somebody else: one citizen's messages are parts of one report."""
    return int(hashlib.sha256(words.encode()).hexdigest()[:8], 16)


def _hand_in(room: Workroom) -> None:
    """The citizen told it and left: after a while the house hands it in for him."""
    before = room.clock
    room.clock = lambda: before() + timedelta(hours=1)
    submit_left_alone(room)
    room.clock = before


CHANNELS = {
    "api": Kind(_open_web, _web_report, "application/json"),
    "web form": Kind(_open_web, _web_form, FORM_MEDIA_TYPE),
    "telegram": Kind(_open_telegram, _bot_message, "application/json", _hand_in),
    "wechat": Kind(_open_wechat, _callback, "text/xml", _hand_in),
    "email": Kind(_open_mail, _mail, "message/rfc822", decide_mails),
}


@pytest.fixture(params=list(CHANNELS.values()), ids=list(CHANNELS))
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def delivery(room: Workroom, kind: Kind, name: str, words: str = "路灯不亮") -> Delivery:
    return Delivery(name, kind.payload(words), kind.media_type, room.clock())


def count(room: Workroom, table: Any) -> int:
    with room.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


def tickets_made(room: Workroom) -> int:
    """Tickets, each with its one job."""
    with room.database.read() as conn:
        query = select(func.count()).where(outbox.c.topic == RECEIVED_TOPIC)
        assert conn.execute(query).scalar_one() == count(room, ticket)
    return count(room, ticket)


async def test_the_row_is_there_before_the_acknowledgement(room: Workroom, kind: Kind) -> None:
    channel = kind.open(room)
    sent = delivery(room, kind, "first")
    arrival = await channel.receive(sent)
    with room.database.read() as conn:
        row = conn.execute(select(contact)).mappings().one()
    assert row["source"] == channel.source.value
    assert row["external_id"] == sent.external_id
    assert row["outcome"] == arrival.outcome.value
    assert row["ticket_id"] == ticket_key(arrival.number)


async def test_what_arrived_is_kept_sealed(room: Workroom, kind: Kind) -> None:
    channel = kind.open(room)
    sent = delivery(room, kind, "kept")
    await channel.receive(sent)
    with room.database.read() as conn:
        row = conn.execute(select(contact)).mappings().one()
    assert sent.payload not in row["raw"]
    opened = room.cipher.open(row["raw"], f"contact.raw:{row['source']}:{row['external_id']}")
    assert opened == sent.payload
    assert row["raw_hash"] == hashlib.sha256(sent.payload).hexdigest()


async def test_a_second_delivery_brings_the_first_receipt(room: Workroom, kind: Kind) -> None:
    channel = kind.open(room)
    first = await channel.receive(delivery(room, kind, "twice"))
    again = await channel.receive(delivery(room, kind, "twice"))
    assert again.repeated
    assert not first.repeated
    assert (again.number, again.query_code) == (first.number, first.query_code)
    assert again.received_at == first.received_at
    kind.settle(room)
    assert count(room, contact) == tickets_made(room) == 1


async def test_deliveries_at_once_are_one(room: Workroom, kind: Kind) -> None:
    channels = [kind.open(room) for _ in range(4)]
    arrivals = await asyncio.gather(
        *(channels[turn % 4].receive(delivery(room, kind, "crowd")) for turn in range(40))
    )
    assert len({arrival.number for arrival in arrivals}) == 1
    assert sum(not arrival.repeated for arrival in arrivals) == 1
    kind.settle(room)
    assert count(room, contact) == tickets_made(room) == 1


async def test_other_content_under_the_same_id_is_refused(room: Workroom, kind: Kind) -> None:
    channel = kind.open(room)
    await channel.receive(delivery(room, kind, "reused"))
    with pytest.raises(KeyReused):
        await channel.receive(delivery(room, kind, "reused", "井盖丢了"))
    kind.settle(room)
    assert count(room, contact) == tickets_made(room) == 1


async def test_a_refused_neighbour_does_not_harm_the_group(room: Workroom, kind: Kind) -> None:
    channel = kind.open(room)
    await channel.receive(delivery(room, kind, "known"))
    results = await asyncio.gather(
        channel.receive(delivery(room, kind, "new-1")),
        channel.receive(delivery(room, kind, "known", "井盖丢了")),
        channel.receive(delivery(room, kind, "new-2")),
        return_exceptions=True,
    )
    assert isinstance(results[1], KeyReused)
    assert count(room, contact) == 3


async def test_the_days_balance_closes(room: Workroom, kind: Kind) -> None:
    channel = kind.open(room)
    for turn in range(5):
        # Two reports alike would be one letter in two copies.
        await channel.receive(delivery(room, kind, f"day-{turn % 3}", f"路灯{turn % 3}不亮"))
    kind.settle(room)
    sheet = balance(room, county_day(room.clock()))
    assert sheet.closed
    assert sheet.open == 0
    assert sheet.lines == (BalanceLine(channel.source.value, Outcome.TICKET.value, 3),)


async def test_an_unavailable_store_acknowledges_nothing(
    room: Workroom, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = kind.open(room)

    def away(*_: object) -> None:
        raise StoreUnavailable("away for the test")

    with monkeypatch.context() as broken:
        broken.setattr(type(room.database), "write", away)
        with pytest.raises(StoreUnavailable):
            await channel.receive(delivery(room, kind, "later"))
    assert count(room, contact) == 0
    arrival = await channel.receive(delivery(room, kind, "later"))
    assert not arrival.repeated
    assert count(room, contact) == 1
