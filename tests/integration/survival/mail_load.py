"""Mail servers that do what good ones do: they send a mail until it is taken."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.mail.client import Client
from tests.mail.writing import plain_mail

LONG = "很长的一行，让邮件落到磁盘上。\n" * 12_000


class MailLoad:
    """``clients`` senders in a thread of their own, until ``stop``; ``taken`` by their own name."""

    def __init__(self, port: int, clients: int = 5) -> None:
        self.taken: set[str] = set()
        self.faults: list[str] = []
        self.put_off = 0
        self._port = port
        self._clients = clients
        self._stopping = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float = 90.0) -> set[str]:
        """Let every sender bring its last mail home."""
        self._stopping = True
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "a mail was never taken"
        return self.taken

    async def _run(self) -> None:
        await asyncio.gather(*(self._sender(number) for number in range(self._clients)))

    async def _sender(self, number: int) -> None:
        count = 0
        while not self._stopping:
            count += 1
            name = f"sender{number}mail{count}"
            body = LONG if count % 25 == 7 else ""
            raw = plain_mail(f"编号{name}完。\n{body}", sender=f"{name}@mail.example")
            await self._until_taken(name, raw)

    async def _until_taken(self, name: str, raw: bytes) -> None:
        taken = False
        while not taken:
            taken = await self._taken(name, raw)
            await asyncio.sleep(0.02)

    async def _taken(self, name: str, raw: bytes) -> bool:
        with suppress(OSError, TimeoutError, ConnectionError):
            client = await Client.connect(self._port)
            try:
                answer = await client.send(raw)
            finally:
                await client.close()
            if answer.startswith("250 2.0.0"):
                self.taken.add(name)
                return True
            if answer and answer[0] not in "24":
                self.faults.append(answer)
        self.put_off += 1
        return False


@contextmanager
def mailing(port: int, clients: int = 5) -> Iterator[MailLoad]:
    """A load that is stopped in any case."""
    load = MailLoad(port, clients)
    load.start()
    try:
        yield load
    finally:
        load._stopping = True
