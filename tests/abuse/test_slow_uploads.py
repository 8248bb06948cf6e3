"""Nine photos of 10 MB from each of eight slow clients at once: memory does not follow them."""

import asyncio
import hashlib
import os

import pytest
from sqlalchemy import select

from intake.store.tables import attachment
from tests.abuse.bad_inputs import JPEG, PATH
from tests.abuse.conftest import Target
from tests.integration.survival.ledger import counts

CLIENTS = 8
PHOTOS = 9
SIZE = 9_990_000
PIECE = 64 * 1024
MEGABYTES = 60

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def photo(client: int) -> bytes:
    """Begins like a photo and is as long as may be."""
    return JPEG + os.urandom(1024) + bytes([client]) * (SIZE - len(JPEG) - 1024)


def head_of(number: int) -> bytes:
    line = f'Content-Disposition: form-data; name="photos"; filename="{number}.jpg"'
    return f"--x\r\n{line}\r\nContent-Type: image/jpeg\r\n\r\n".encode()


class SlowClient:
    """Sends its form in small pieces, and lets the others have their turn after each."""

    def __init__(self, port: int, number: int, photos: int = PHOTOS) -> None:
        self.port = port
        self.number = number
        self.photos = photos
        self.photo = photo(number)
        self.sent = 0

    async def send(self, *, give_up_after: int = 2**62, end: bytes = b"--x--\r\n") -> int:
        """The status of the answer; 0 when it gave up after so many bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        words = f'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n垃圾{self.number}\r\n'
        first = words.encode()
        parts = [head_of(number) for number in range(self.photos)]
        length = len(first) + len(end) + sum(len(head) + SIZE + 2 for head in parts)
        writer.write(
            f"POST {PATH} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"Content-Length: {length}\r\n\r\n".encode()
        )
        try:
            writer.write(first)
            for head in parts:
                writer.write(head)
                for begin in range(0, SIZE, PIECE):
                    writer.write(self.photo[begin : begin + PIECE])
                    await writer.drain()
                    self.sent += PIECE
                    if self.sent >= give_up_after:
                        return 0
                    await asyncio.sleep(0.001)
                writer.write(b"\r\n")
            writer.write(end)
            line = await reader.readline()
            return int(line.split()[1])
        finally:
            writer.close()


async def watched(target: Target, clients: list[SlowClient]) -> tuple[list[int], float]:
    """Every client's status, and the most memory seen meanwhile."""
    most = 0.0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, target.memory())
            await asyncio.sleep(0.05)

    watcher = asyncio.create_task(watch())
    try:
        async with asyncio.timeout(240):
            statuses = await asyncio.gather(*(client.send() for client in clients))
    finally:
        watcher.cancel()
    return list(statuses), most


def test_memory_stays(target: Target) -> None:
    asyncio.run(SlowClient(target.port, 100, photos=1).send())
    before = target.memory()
    clients = [SlowClient(target.port, number) for number in range(CLIENTS)]
    statuses, most = asyncio.run(watched(target, clients))
    assert statuses == [201] * CLIENTS
    assert most - before < MEGABYTES, f"{before:.0f} MB, then {most:.0f} MB"
    assert len(target.incoming()) == CLIENTS * PHOTOS + 1
    with target.room.database.read() as conn:
        rows = conn.execute(select(attachment.c.key, attachment.c.sha256, attachment.c.size)).all()
    for key, digest, size in rows:
        stored = (target.room.settings.uploads / key).read_bytes()
        assert len(stored) == size == SIZE
        assert hashlib.sha256(stored).hexdigest() == digest


def test_aborted_and_refused_uploads_leave_nothing(target: Target) -> None:
    async def attack() -> list[int]:
        return list(
            await asyncio.gather(
                SlowClient(target.port, 1).send(give_up_after=15_000_000),
                SlowClient(target.port, 2).send(give_up_after=5_000_000),
                SlowClient(target.port, 3, photos=2).send(end=b"--x--??"),
                SlowClient(target.port, 4, photos=1).send(end=b"--x\r\nX: y\r\n\r\nv\r\n--x--\r\n"),
            )
        )

    statuses = asyncio.run(attack())
    assert statuses[:2] == [0, 0]
    assert all(status in (400, 422) for status in statuses[2:]), statuses
    for _ in range(200):
        if not target.incoming():
            break
        asyncio.run(asyncio.sleep(0.05))
    assert target.incoming() == []
    assert set(counts(target.room).values()) == {0}
    assert target.healthy()
