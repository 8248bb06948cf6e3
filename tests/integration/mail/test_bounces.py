"""A delivery report marks the message that came back, and only a message of ours."""

import pytest
from sqlalchemy import Column, insert, select, update

from channels.contract import Delivery
from channels.email.receive import EmailChannel
from channels.email.tokens import message_id_for
from intake.domain.contact import Outcome
from intake.domain.message import MessageState
from intake.domain.numbers import ticket_number
from intake.services.mail_reception import MailReception
from intake.services.workroom import Workroom
from intake.store.tables import message, ticket
from tests.mail.office import HOTLINE, decide_mails, mails, with_mail
from tests.mail.writing import plain_mail, raw_mail


def report(returned: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    """RFC 3464, as the large mail servers write it."""
    parts = (
        b"Content-Type: text/plain\r\n\r\nYour mail did not arrive.",
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.mail.example\r\n\r\n"
        b"Final-Recipient: rfc822; nobody@mail.example\r\nAction: %b\r\nStatus: %b\r\n"
        % (action.encode(), status.encode()),
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: %b\r\nSubject: x\r\n\r\nbody"
        % returned.encode(),
    )
    body = b"".join(b"--r\r\n" + part + b"\r\n" for part in parts) + b"--r--\r\n"
    return raw_mail(
        body,
        "From: MAILER-DAEMON@mx.mail.example",
        f"To: {HOTLINE}",
        "Auto-Submitted: auto-replied",
        f"Message-ID: <{abs(hash(returned + status))}@mx.mail.example>",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
    )


class Correspondence:
    """A report by mail, and one answer to it that was sent."""

    def __init__(self, room: Workroom) -> None:
        self.room = room
        self._sent = 0

    async def post(self, raw: bytes) -> dict[str, object]:
        self._sent += 1
        channel = EmailChannel(self.room, MailReception(self.room))
        delivery = Delivery(f"b-{self._sent}", raw, "message/rfc822", self.room.clock())
        await channel.receive(delivery)
        decide_mails(self.room)
        return mails(self.room)[-1]

    def answer(self) -> tuple[int, str]:
        """Key and Message-ID of an answer that has been sent."""
        with self.room.database.read() as conn:
            row = conn.execute(select(message)).mappings().one()
            number = ticket_number(conn.execute(select(ticket.c.id)).scalar_one())
        values = dict(row) | {"direction": "OUT", "state": "SENT", "dedupe_key": "answer"}
        del values["id"]
        key: int = self.room.database.write(
            lambda unit: unit.conn.execute(
                insert(message).values(values).returning(message.c.id)
            ).scalar_one()
        )
        message_id = message_id_for(self.room.keyring, "county.example", key, number)
        self.room.database.write(
            lambda unit: (
                unit.conn.execute(
                    update(message).where(message.c.id == key).values(external_id=message_id)
                ).rowcount
            )
        )
        return key, message_id

    def state(self, key: int) -> str:
        return self._told(key, message.c.state)

    def why(self, key: int) -> str:
        return self._told(key, message.c.last_error)

    def _told(self, key: int, column: Column[str]) -> str:
        with self.room.database.read() as conn:
            return str(conn.execute(select(column).where(message.c.id == key)).scalar_one())


@pytest.fixture
async def letters(room: Workroom) -> Correspondence:
    made = Correspondence(with_mail(room))
    await made.post(plain_mail("路灯不亮"))
    return made


async def test_the_message_that_came_back(letters: Correspondence) -> None:
    key, message_id = letters.answer()
    row = await letters.post(report(message_id))
    assert (row["outcome"], row["rule"]) == (Outcome.AUTOMATIC.value, "bounce")
    assert row["ticket_id"] is not None
    assert letters.state(key) == MessageState.BOUNCED.value


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("5.1.1", "对方邮箱地址不存在或已停用（退信 5.1.1）。"),
        ("5.2.2", "对方邮箱已满或不能接收（退信 5.2.2）。"),
        ("5.7.1", "对方的邮件系统拒收（退信 5.7.1）。"),
        ("5.0.0", "对方没有收下（退信 5.0.0）。"),
    ],
)
async def test_why_it_came_back_is_told_in_plain_words(
    letters: Correspondence, status: str, why: str
) -> None:
    key, message_id = letters.answer()
    await letters.post(report(message_id, status))
    assert letters.why(key) == why


async def test_put_off_is_not_come_back(letters: Correspondence) -> None:
    key, message_id = letters.answer()
    row = await letters.post(report(message_id, "4.4.1", "delayed"))
    assert row["outcome"] == Outcome.AUTOMATIC.value
    assert letters.state(key) == MessageState.SENT.value


async def test_a_made_up_report_marks_nothing(letters: Correspondence) -> None:
    key, message_id = letters.answer()
    local, _, domain = message_id.partition("@")
    forged = f"{local[:-4]}aaaa@{domain}"
    row = await letters.post(report(forged))
    assert (row["outcome"], row["ticket_id"]) == (Outcome.AUTOMATIC.value, None)
    assert letters.state(key) == MessageState.SENT.value


async def test_an_old_servers_report_in_plain_words(letters: Correspondence) -> None:
    key, message_id = letters.answer()
    words = f"550 5.7.1 mailbox unavailable\nMessage-ID: {message_id}\n"
    raw = plain_mail(words, "X-Failed-Recipients: nobody@mail.example")
    assert (await letters.post(raw))["rule"] == "bounce"
    assert letters.state(key) == MessageState.BOUNCED.value
