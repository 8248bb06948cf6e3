"""The SMTP door: what is taken, what is refused, and what is said when something is wrong."""

import asyncio
import smtplib
import ssl
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from channels.email import session as sessions
from intake.services.mail_stored import find_mail, raw_pieces
from intake.services.workroom import Workroom
from intake.store.database import Database, StoreUnavailable
from intake.store.tables import contact
from tests.integration.mail.conftest import OpenDoor
from tests.mail.office import HOTLINE, mails
from tests.mail.writing import plain_mail


def count(room: Workroom) -> int:
    with room.database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(contact)).scalar_one())


async def test_taken_is_stored(door: OpenDoor) -> None:
    raw = plain_mail("路灯不亮")
    assert await door.send(raw) == "250 2.0.0 Taken"
    [row] = mails(door.room)
    stored = find_mail(door.room, row["contact_id"])
    assert stored is not None
    assert b"".join(raw_pieces(door.room, stored)) == raw
    assert stored.envelope.recipients == (HOTLINE,)
    assert stored.envelope.helo == "client.example"
    assert stored.envelope.peer == "127.0.0.1"


async def test_large_mails_lie_sealed_in_a_file(door: OpenDoor) -> None:
    raw = plain_mail("很长的一行字\n" * 60_000)
    assert (await door.send(raw)).startswith("250")
    [row] = mails(door.room)
    assert row["raw"] == b""
    stored = find_mail(door.room, row["contact_id"])
    assert stored is not None
    assert b"".join(raw_pieces(door.room, stored)) == raw
    sealed = (door.room.settings.uploads / stored.file_key).read_bytes()
    assert "很长的一行字".encode() not in sealed


async def test_the_same_mail_again_makes_nothing_new(door: OpenDoor) -> None:
    raw = plain_mail("井盖丢了\n" * 40_000)
    for trace in (b"", b"Received: from elsewhere\r\n", b"Delivered-To: other@x.example\r\n"):
        assert (await door.send(trace + raw)).startswith("250")
    assert count(door.room) == 1
    folder = door.room.settings.uploads / "mail"
    assert len(list(folder.iterdir())) == 1


async def test_recipients(door: OpenDoor) -> None:
    client = await door.connect()
    await client.command("EHLO x")
    await client.command("MAIL FROM:<>")
    assert client.said.startswith("250")
    assert (await client.command("RCPT TO:<nobody@county.example>")).startswith("550 5.1.1")
    assert (await client.command("RCPT TO:<hotline@other.example>")).startswith("550")
    assert (await client.command("RCPT TO:<Hotline+tag@County.Example>")).startswith("250")
    assert (await client.command("VRFY hotline")).startswith("252")
    assert (await client.command("EXPN hotline")).startswith("502")
    await client.close()


@pytest.mark.parametrize(
    "line",
    [
        "MAIL FROM:<a@b.example> SIZE=999999999",
        "MAIL FROM:<a@b.example> SIZE=x",
        "MAIL FROM:<a@b.example> FOO=BAR",
    ],
)
async def test_bad_senders_are_refused_at_once(door: OpenDoor, line: str) -> None:
    client = await door.connect()
    await client.command("EHLO x")
    assert (await client.command(line)).startswith("5")
    assert (await client.command("NOOP")).startswith("250")
    await client.close()


class TestSize:
    @pytest.fixture
    def mail_settings(self) -> dict[str, object]:
        return {"mail_bytes": 100_000}

    async def test_too_large_is_told_and_the_session_goes_on(self, door: OpenDoor) -> None:
        client = await door.connect()
        assert (await client.send(plain_mail("字" * 50_000))).startswith("552")
        assert (await client.send(plain_mail("short"))).startswith("250")
        assert count(door.room) == 1
        await client.close()

    async def test_whoever_never_ends_is_cut_off(self, door: OpenDoor) -> None:
        client = await door.connect()
        await client.begin()
        with pytest.raises(ConnectionError):
            await client.raw_without_end(20_000_000)
        assert count(door.room) == 0


class TestCaps:
    @pytest.fixture
    def mail_settings(self) -> dict[str, object]:
        return {"mail_connections_each": 3, "mail_rate": "2/hour"}

    async def test_connections_of_one_sender(self, door: OpenDoor) -> None:
        clients = [await door.connect() for _ in range(3)]
        assert (await door.connect()).said.startswith("421")
        await clients[0].close()
        await asyncio.sleep(0.1)
        assert (await door.connect()).said.startswith("220")
        for client in clients[1:]:
            await client.close()

    async def test_mails_of_one_sender(self, door: OpenDoor) -> None:
        client = await door.connect()
        answers = [await client.send(plain_mail(f"{number}")) for number in range(3)]
        assert [answer[:3] for answer in answers] == ["250", "250", "421"]
        await client.close()

    async def test_commands(self, door: OpenDoor) -> None:
        client = await door.connect()
        for _ in range(60):
            if not (await client.command("NOOP")).startswith("250"):
                break
        assert client.said.startswith("421")


async def test_chunks(door: OpenDoor) -> None:
    """RFC 3030."""
    raw = plain_mail("分块\r\n.\r\n内容")
    client = await door.connect()
    await client.command("EHLO x")
    await client.command("MAIL FROM:<a@b.example>")
    await client.raw(b"BDAT 5\r\n12345")
    assert (await client.answer()).startswith("503")
    await client.command(f"RCPT TO:<{HOTLINE}>")
    await client.raw(b"BDAT 20\r\n" + raw[:20])
    assert (await client.answer()).startswith("250")
    assert (await client.command("DATA")).startswith("503")
    await client.raw(b"BDAT %d LAST\r\n" % (len(raw) - 20) + raw[20:])
    assert (await client.answer()).startswith("250 2.0.0 Taken")
    [row] = mails(door.room)
    assert row["size"] == len(raw)
    await client.close()


async def test_pipelined(door: OpenDoor) -> None:
    """RFC 2920: commands after the end of a mail are heard."""
    client = await door.connect()
    await client.raw(
        b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<%b>\r\nDATA\r\n" % HOTLINE.encode()
    )
    answers = [await client.answer() for _ in range(4)]
    assert answers[-1].startswith("354")
    await client.raw(plain_mail("eins") + b".\r\nMAIL FROM:<c@d.example>\r\nNOOP\r\n")
    answers = [(await client.answer())[:3] for _ in range(3)]
    assert answers == ["250", "250", "250"]
    await client.close()


async def test_a_store_that_is_away_is_told_as_for_now(
    door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("at 10.0.0.5 is nobody")

    raw = plain_mail("以后再来")
    with monkeypatch.context() as broken:
        broken.setattr(Database, "write", away)
        assert (
            await door.send(raw)
        ) == "451 4.3.0 Cannot take the mail now, please try again later"
    assert count(door.room) == 0
    assert (await door.send(raw)).startswith("250")


async def test_a_full_disk_is_told_as_for_now(
    door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    raw = plain_mail("大信\n" * 100_000)
    with monkeypatch.context() as broken:
        broken.setattr("intake.security.sealed_stream._write_all", full)
        assert (await door.send(raw)).startswith("452")
    assert count(door.room) == 0
    assert list((door.room.settings.uploads / "mail").iterdir()) == []
    assert (await door.send(raw)).startswith("250")


async def test_a_hanging_disk_is_answered_in_time(
    door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(sessions, "DISK_SECONDS", 0.2)
    monkeypatch.setattr("channels.email.spool.asyncio.to_thread", hang)
    assert (await door.send(plain_mail("大信\n" * 100_000))).startswith("452")


async def test_a_fault_of_ours_tells_nothing_of_us(
    door: OpenDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("could not connect to postgres at 10.0.0.5")

    monkeypatch.setattr("channels.email.door.MailDoor._envelope", broken)
    answer = await door.send(plain_mail("x"))
    assert answer.startswith("451")
    assert "postgres" not in answer


async def test_odd_lines_end_no_session_with_500_of_our_text(door: OpenDoor) -> None:
    client = await door.connect()
    for line in (
        b"\xff\xfe\r\n",
        b"MAIL\r\n",
        b"RCPT TO:<\xff@x>\r\n",
        b"VRFY \xff\r\n",
        b"A" * 9000,
    ):
        await client.raw(line + b"\r\n")
    await client.raw(b"QUIT\r\n")
    heard = (await client.reader.read()).decode("utf-8", "replace")
    assert "Traceback" not in heard
    assert "Error: (" not in heard


class TestEncrypted:
    @pytest.fixture
    def mail_settings(self, tmp_path: Path) -> dict[str, object]:
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=county.example"
        command = ["openssl", *asked.split(), "-keyout", key, "-out", certificate]
        subprocess.run(command, check=True, capture_output=True)
        return {
            "mail_certificate": certificate,
            "mail_certificate_key": key,
            "mail_relay_user": "gateway",
            "mail_relay_password": SecretStr("not-a-real-one"),
        }

    async def test_starttls_and_sign_in(self, door: OpenDoor) -> None:
        def send() -> tuple[int, bytes]:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            with smtplib.SMTP("127.0.0.1", door.port) as link:
                link.ehlo()
                assert not link.has_extn("auth")
                link.starttls(context=context)
                link.ehlo()
                with pytest.raises(smtplib.SMTPAuthenticationError):
                    link.login("gateway", "wrong")
                link.login("gateway", "not-a-real-one")
                link.sendmail("a@b.example", [HOTLINE], plain_mail("加密"))
                return link.noop()

        assert (await asyncio.to_thread(send))[0] == 250
        [row] = mails(door.room)
        stored = find_mail(door.room, row["contact_id"])
        assert stored is not None
        assert (stored.envelope.tls, stored.envelope.user) == (True, "gateway")
        assert stored.envelope.trusted

    async def test_what_was_sent_before_tls_counts_for_nothing(self, door: OpenDoor) -> None:
        """Command injection before STARTTLS (RFC 3207 section 4.2)."""
        client = await door.connect()
        await client.command("EHLO x")
        await client.raw(b"STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n")
        assert (await client.answer()).startswith("220")
        await client.close()
        assert count(door.room) == 0
