"""Outgoing mail over a real SMTP link: marks, signature, and what each answer of a server means."""

import base64
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from channels.email.recipients import tag_of
from channels.email.reply import MailCourier
from channels.email.tokens import named_by, number_of_tag
from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.services.workroom import Workroom
from tests.mail.office import CITIZEN, HOTLINE, with_mail

NUMBER = "SL2026112200001"


class Server:
    """An outgoing server of the county: keeps what it took, answers as it was told."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.recipient = "250 OK"
        self.data = "250 OK"

    async def handle_RCPT(self, _s: Any, _c: Any, envelope: Any, to: str, _o: Any) -> str:
        if self.recipient.startswith("2"):
            envelope.rcpt_tos.append(to)
        return self.recipient

    async def handle_DATA(self, _s: Any, _c: Any, envelope: Any) -> str:
        if self.data.startswith("2"):
            self.taken.append(envelope.content)
        return self.data


@pytest.fixture
def server(free_port: int) -> Iterator[Server]:
    made = Server()
    controller = Controller(made, hostname="127.0.0.1", port=free_port)
    controller.start()
    yield made
    controller.stop()


@pytest.fixture
def courier(room: Workroom, server: Server, free_port: int) -> MailCourier:
    del server
    with_mail(room, mail_out_host="127.0.0.1", mail_out_port=free_port, mail_out_tls="none")
    return MailCourier(room.settings, room.keyring)


def letter(**fields: Any) -> Letter:
    values: dict[str, Any] = {
        "message_id": 7,
        "key": "receipt:1",
        "number": NUMBER,
        "address": CITIZEN,
        "subject": f"已收到您的反映 {NUMBER}",
        "text": "您好，已收到。\n.\n单独的点",
        "automatic": True,
        "in_reply_to": "<first@mail.example>",
    }
    return Letter(**values | fields)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_marks_of_an_automatic_answer(courier: MailCourier, server: Server) -> None:
    message_id = courier.send(letter())
    message = parsed(server.taken[0])
    assert message["Message-ID"] == message_id
    assert named_by(courier.keys, message_id) == (7, NUMBER)
    reply_to = message["Reply-To"].addresses[0].addr_spec
    assert number_of_tag(courier.keys, tag_of(reply_to)) == NUMBER
    assert message["In-Reply-To"] == "<first@mail.example>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Loop"] == HOTLINE
    assert message.get_content().split() == ["您好，已收到。", ".", "单独的点"]
    assert courier.send(letter()) == message_id


def test_what_a_person_writes_is_not_automatic(courier: MailCourier, server: Server) -> None:
    courier.send(letter(automatic=False, in_reply_to=""))
    message = parsed(server.taken[0])
    assert "Auto-Submitted" not in message
    assert "In-Reply-To" not in message


def test_signed(courier: MailCourier, server: Server, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "dkim.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    courier.settings.mail_dkim_key = path
    courier.send(letter())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    asked: list[bytes] = []

    def dns(name: bytes, **_: Any) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(server.taken[0], dnsfunc=dns)
    assert asked == [b"minsheng._domainkey.county.example."]


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "x\r\nBcc: evil@mail.example"},
        {"in_reply_to": "<a@b>\r\nBcc: evil@mail.example"},
        {"text": "x\r\n.\r\nMAIL FROM:<evil@mail.example>\r\n"},
        {"subject": "\u2028Bcc: evil@mail.example"},
    ],
)
def test_nothing_is_smuggled_out(
    courier: MailCourier, server: Server, fields: dict[str, str]
) -> None:
    courier.send(letter(**fields))
    [raw] = server.taken
    assert "Bcc" not in parsed(raw)


@pytest.mark.parametrize(
    "address",
    [HOTLINE, "hotline+x@county.example", "no address", "a@b.example\r\nRCPT TO:<x@y.example>", ""],
)
def test_addresses_nothing_is_sent_to(courier: MailCourier, server: Server, address: str) -> None:
    with pytest.raises(Undeliverable):
        courier.send(letter(address=address))
    assert server.taken == []


@pytest.mark.parametrize(
    ("recipient", "data", "means"),
    [
        ("550 no such user", "250 OK", Undeliverable),
        ("450 later", "250 OK", TryLater),
        ("250 OK", "554 refused", Undeliverable),
        ("250 OK", "451 later", TryLater),
    ],
)
def test_what_the_server_says(
    courier: MailCourier, server: Server, recipient: str, data: str, means: type[Exception]
) -> None:
    server.recipient, server.data = recipient, data
    with pytest.raises(means) as told:
        courier.send(letter())
    assert CITIZEN not in str(told.value)


def test_a_server_that_is_away(courier: MailCourier, unused_tcp_port: int) -> None:
    courier.settings.mail_out_port = unused_tcp_port
    with pytest.raises(TryLater):
        courier.send(letter())


def test_a_server_without_encryption_gets_nothing(courier: MailCourier, server: Server) -> None:
    courier.settings.mail_out_tls = "starttls"
    with pytest.raises(TryLater):
        courier.send(letter())
    assert server.taken == []
