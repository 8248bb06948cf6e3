"""Mutated mails: no crash, no hang, no 5xx, and every one that was taken is in the balance.

MINSHENG_TEST_INPUTS sets how many are read (a twentieth of them goes over the wire and through the
worker), MINSHENG_TEST_SEED the randomness.
"""

import asyncio
import os
import random
import time
from contextlib import suppress

from channels.email.dns import Written
from channels.email.door import MailDoor
from channels.email.letter import Unreadable
from channels.email.markup import harmless
from channels.email.read import read
from channels.email.trust import verify
from intake.domain.contact import Outcome
from intake.domain.mail import Envelope
from intake.domain.numbers import county_day
from intake.services.balance import balance
from intake.services.workroom import Workroom
from tests.abuse.mail_mutants import mutant
from tests.mail.client import Client
from tests.mail.office import decide_mails, mails, with_mail

INPUTS = int(os.environ.get("MINSHENG_TEST_INPUTS", "4000"))
SEED = int(os.environ.get("MINSHENG_TEST_SEED", "20261122"))
LONGEST_SECONDS = 10.0
_RECORDS = Written({("mail.example", "TXT"): [b"v=spf1 -all"]})


def test_reading() -> None:
    """Unreadable is the only complaint."""
    slowest, worst = 0.0, 0
    unreadable = 0
    for number in range(SEED, SEED + INPUTS):
        raw = mutant(number)
        began = time.process_time()
        try:
            letter = read(raw)
        except Unreadable:
            unreadable += 1
            continue
        harmless(letter.markup)
        verify(raw, Envelope("192.0.2.1", "x", letter.sender), letter, _RECORDS)
        for text in (
            letter.subject,
            letter.text,
            letter.visible,
            letter.sender,
            letter.sender_name,
        ):
            text.encode("utf-8")
            assert "\x00" not in text, number
        took = time.process_time() - began
        if took > slowest:
            slowest, worst = took, number
    assert slowest < LONGEST_SECONDS, f"mail {worst} took {slowest:.1f} s"
    assert unreadable < INPUTS / 2


async def test_over_the_wire_and_through_the_worker(room: Workroom) -> None:
    """What the door takes gets its one outcome, whatever is in it."""
    count = INPUTS // 20 if room.database.embedded else INPUTS // 100
    door = MailDoor(with_mail(room, mail_rate="1000000/minute", mail_daily_cap=10_000))
    server = await door.listen()
    port = server.sockets[0].getsockname()[1]
    taken = 0
    for number in range(SEED, SEED + count):
        client = await Client.connect(port)
        answer = await client.send(mutant(number))
        await client.close()
        assert answer.startswith("250"), (number, answer)
        taken += 1
    server.close()
    decide_mails(room)
    rows = mails(room)
    assert taken >= len(rows) > taken * 0.9
    assert Outcome.OPEN.value not in {row["outcome"] for row in rows}
    sheet = balance(room, county_day(room.clock()))
    assert sheet.closed, sheet.faults


async def test_garbage_instead_of_a_conversation(room: Workroom) -> None:
    """Commands at random: answered or cut off, never with a fault of ours."""
    door = MailDoor(with_mail(room, mail_rate="1000000/minute"))
    server = await door.listen()
    port = server.sockets[0].getsockname()[1]
    words = [b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<hotline@county.example>", b"DATA"]
    words += [b"BDAT 5", b"BDAT 3 LAST", b"BDAT -1", b"RSET", b".", b"AUTH PLAIN =", b"STARTTLS"]
    words += [b"\x00\xff", b"MAIL FROM:<" + b"a" * 600 + b">", b"HELP \xff", b"x" * 70_000, b"NOOP"]
    for number in range(max(20, INPUTS // 40)):
        chance = random.Random(SEED + number)
        lines = [chance.choice(words) for _ in range(chance.randrange(1, 30))]
        client = await Client.connect(port)
        with suppress(ConnectionError):
            await client.raw(b"\r\n".join(lines) + b"\r\n")
            client.writer.write_eof()
            async with asyncio.timeout(20):
                heard = await client.reader.read()
            assert b"Error: (" not in heard
        await client.close()
    async with asyncio.timeout(5):
        assert (await Client.connect(port)).said.startswith("220")
    server.close()
