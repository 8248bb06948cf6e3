"""20,000 bad inputs over raw sockets: refused in order, nothing half stored, nobody hurt.

PostgreSQL, which refuses some characters that SQLite takes, gets a tenth of them.

MINSHENG_TEST_INPUTS sets how many, MINSHENG_TEST_SEED the randomness.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from intake.store.tables import attachment
from tests.abuse.bad_inputs import MAKERS
from tests.abuse.conftest import Target
from tests.integration.survival.ledger import counts

INPUTS = int(os.environ.get("MINSHENG_TEST_INPUTS", "20000"))
SEED = int(os.environ.get("MINSHENG_TEST_SEED", "20261122"))
CLIENTS = 8
MEGABYTES = 80

Sent = tuple[str, int]


async def answers(port: int, inputs: int) -> list[Sent]:
    """Send everything; answer the maker and the status of each, 0 for silence."""
    numbers = iter(range(inputs))
    heard: list[Sent] = []

    async def client() -> None:
        link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        for number in numbers:
            chance = random.Random(SEED + number)
            maker = MAKERS[number % len(MAKERS)]
            raw = maker(chance)
            link = link or await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            status, keep = await send(*link, raw)
            heard.append((maker.__name__, status))
            if not keep:
                link[1].close()
                link = None
        if link:
            link[1].close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return heard


async def send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes
) -> tuple[int, bool]:
    """The status of the answer, and whether the connection may be used again."""
    try:
        writer.write(raw)
        async with asyncio.timeout(20):
            head = await reader.readuntil(b"\r\n\r\n")
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
        return 0, False
    status = int(head.split(None, 2)[1])
    lowered = head.lower()
    found = lowered.partition(b"content-length:")[2]
    if found:
        try:
            await reader.readexactly(int(found.split(None, 1)[0]))
        except (ConnectionError, asyncio.IncompleteReadError):
            return status, False
    closes = status == 400 or b"connection: close" in lowered or not found
    return status, not closes


def pairs(counted: Counter[Sent]) -> Iterator[str]:
    for (maker, status), number in sorted(counted.items()):
        yield f"{maker} {status}: {number}"


def test_bad_inputs(target: Target) -> None:
    before = target.memory()
    inputs = INPUTS if target.room.database.embedded else INPUTS // 10
    heard = asyncio.run(answers(target.port, inputs))
    counted = Counter(heard)
    assert len(heard) == inputs
    wrong = [line for line in pairs(counted) if line.split()[1][:1] not in "024"]
    assert not wrong, wrong
    others = {status for _, status in counted if status // 100 == 2} - {200, 201}
    assert not others, others

    assert target.process.poll() is None
    assert target.healthy()
    assert target.memory() - before < MEGABYTES, f"{before:.0f} MB, now {target.memory():.0f} MB"

    stored = counts(target.room)
    created = sum(number for (_, status), number in counted.items() if status == 201)
    assert stored["ticket"] == stored["contact"] == stored["event"] == stored["outbox"]
    assert 0 < stored["ticket"] <= created
    with target.room.database.read() as conn:
        named = sorted(conn.execute(select(attachment.c.key)).scalars())
    assert [f"incoming/{path.name}" for path in target.incoming()] == named
