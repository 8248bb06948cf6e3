"""The whole way: a mail in, the receipt out, the answer to it back on its ticket; and two machines
that answer each other come to an end."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from channels.email.reply import MailCourier
from intake.domain.contact import Outcome
from intake.domain.message import MessageChannel
from intake.joining import couriers_of, join_doors
from intake.services.workroom import Workroom
from intake.store.tables import message, supplement, ticket
from tests.integration.mail.conftest import OpenDoor
from tests.integration.services.background import work_off
from tests.mail.office import CITIZEN, mails
from tests.mail.writing import raw_mail


class Mailbox:
    """The citizen's mail server: keeps what comes."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, _s: Any, _c: Any, envelope: Any) -> str:
        self.taken.append(envelope.content)
        return "250 OK"

    def newest(self) -> email.message.EmailMessage:
        parsed = email.message_from_bytes(self.taken[-1], policy=email.policy.default)
        assert isinstance(parsed, email.message.EmailMessage)
        return parsed


@pytest.fixture
def mailbox(free_port: int) -> Iterator[Mailbox]:
    made = Mailbox()
    controller = Controller(made, hostname="127.0.0.1", port=free_port)
    controller.start()
    yield made
    controller.stop()


@pytest.fixture
def mail_settings(free_port: int) -> dict[str, object]:
    return {
        "mail_rate": "100000/minute",
        "mail_out_host": "127.0.0.1",
        "mail_out_port": free_port,
        "mail_out_tls": "none",
    }


def deliver_all(room: Workroom) -> None:
    """Everything that is due, notices included, until there is nothing more."""
    join_doors()
    room.couriers = couriers_of(room.settings, room.keyring)
    work_off(room)


def answer(to: email.message.EmailMessage, words: str, number: int) -> bytes:
    """An answer that does not say that a machine wrote it."""
    return raw_mail(
        words.encode(),
        f"From: {CITIZEN}",
        f"To: {to['Reply-To']}",
        f"Subject: Re: {to['Subject']}",
        f"Message-ID: <answer{number}@mail.example>",
        f"In-Reply-To: {to['Message-ID']}",
        "Content-Type: text/plain; charset=utf-8",
    )


def count(room: Workroom, table: Any) -> int:
    with room.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())


async def test_in_out_and_back(door: OpenDoor, mailbox: Mailbox) -> None:
    first = raw_mail(
        "路灯不亮".encode(),
        f"From: {CITIZEN}",
        "Subject: =?utf-8?B?6Lev54Gv?=",
        "Message-ID: <first@mail.example>",
        "Content-Type: text/plain; charset=utf-8",
    )
    assert (await door.send(first)).startswith("250")
    await asyncio.to_thread(deliver_all, door.room)
    receipt = mailbox.newest()
    assert receipt["To"] == CITIZEN
    assert receipt["In-Reply-To"] == "<first@mail.example>"
    assert receipt["Auto-Submitted"] == "auto-replied"
    to = receipt["Reply-To"].addresses[0].addr_spec
    assert (await door.send(answer(receipt, "在中山路口", 1), to=to)).startswith("250")
    await asyncio.to_thread(deliver_all, door.room)
    assert [row["outcome"] for row in mails(door.room)] == [
        Outcome.TICKET.value,
        Outcome.SUPPLEMENT.value,
    ]
    assert count(door.room, ticket) == 1
    with door.room.database.read() as conn:
        assert conn.scalars(select(supplement.c.text)).all() == ["在中山路口"]


@pytest.mark.parametrize("way", ["reply", "afresh"])
async def test_two_machines_come_to_an_end(door: OpenDoor, mailbox: Mailbox, way: str) -> None:
    """Another machine answers whatever we send, unmarked, to us or as a new mail each time."""
    door.room.settings.mail_daily_cap = 6
    await door.send(raw_mail(b"start", f"From: {CITIZEN}", "Message-ID: <s@mail.example>"))
    await asyncio.to_thread(deliver_all, door.room)
    answered, rounds = 0, 0
    while answered < len(mailbox.taken) and rounds < 50:
        rounds += 1
        newest = mailbox.newest()
        answered = len(mailbox.taken)
        raw = answer(newest, f"received {rounds}", rounds)
        if way == "afresh":
            raw = raw.replace(b"In-Reply-To", b"X-Was").replace(b"Subject: Re: ", b"Subject: x")
            raw = raw.replace(str(newest["Reply-To"]).encode(), b"hotline@county.example")
            raw = raw.replace(b"SL2", b"no")
        await door.send(raw)
        await asyncio.to_thread(deliver_all, door.room)
    assert rounds < 20
    assert len(mails(door.room)) == rounds + 1
    assert Outcome.OPEN.value not in {row["outcome"] for row in mails(door.room)}


def test_no_server_no_courier(room: Workroom) -> None:
    assert couriers_of(room.settings, room.keyring) == {}


async def test_the_courier_of_the_settings(door: OpenDoor) -> None:
    made = couriers_of(door.room.settings, door.room.keyring)
    assert isinstance(made[MessageChannel.EMAIL], MailCourier)
    assert count(door.room, message) == 0
