"""The end of a mail is found wherever the network cuts, and nowhere else."""

import asyncio

import pytest

from channels.email.wire import sized_mail, stuffed_mail

AFTER = b"MAIL FROM:<next@mail.example>\r\n"
MAILS = [
    b"",
    b"\r\n",
    b"a\r\n",
    b".\r\n",
    b"..\r\n.x\r\n\r\n.\n\r\n",
    b"a\n.\nb\r.\rc\r\n",
    b"a\n.\r\nMAIL FROM:<x@y.example>\r\n",
    b"a\r.\r\nDATA\r\n",
    b"\r\r\n.\r\r\n\n\r\n",
    b"x" * 300 + b"\r\n" + b"." * 300 + b"\r\n",
    b"line\r\n" * 60,
    b"".join(b"a" * length + b"\r\n.b\r\n\r.\r\n" for length in range(40)),
]


def stuffed(mail: bytes) -> bytes:
    """As a sender writes it (RFC 5321 section 4.5.2)."""
    text = b"." + mail if mail.startswith(b".") else mail
    return text.replace(b"\r\n.", b"\r\n..") + b".\r\n"


async def received(wire: bytes, step: int, limit: int) -> tuple[bytes, bytes]:
    """What is read of the mail, and what is left for the next command."""
    reader = asyncio.StreamReader(limit=limit)

    async def feed() -> None:
        for place in range(0, len(wire), step):
            reader.feed_data(wire[place : place + step])
            await asyncio.sleep(0)
        reader.feed_eof()

    feeding = asyncio.create_task(feed())
    mail = b"".join([piece async for piece in stuffed_mail(reader)])
    await feeding
    return mail, await reader.read()


@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("limit", [16, 4096])
async def test_every_cut(mail: bytes, limit: int) -> None:
    wire = stuffed(mail) + AFTER
    for step in (1, 2, 3, 4, 5, 7, 11, 64, len(wire)):
        assert await received(wire, step, limit) == (mail, AFTER), step


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r"]
)
async def test_no_other_end_ends_a_mail(end: bytes) -> None:
    """SMTP smuggling: another server's idea of an end is text here."""
    smuggled = b"a" + end + b"MAIL FROM:<x@y.example>\r\nDATA\r\nevil\r\n"
    mail, rest = await received(smuggled + b".\r\n" + AFTER, 5, 64)
    assert mail.count(b"MAIL FROM") == 1
    assert rest == AFTER


async def test_a_hang_up_is_told() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        await received(b"half a mail\r\n", 4, 64)


async def test_a_chunk_is_as_long_as_told() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b"\r\n.\r\n12345" + AFTER)
    reader.feed_eof()
    assert b"".join([piece async for piece in sized_mail(reader, 10)]) == b"\r\n.\r\n12345"
    assert await reader.read() == AFTER
