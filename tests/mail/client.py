"""An SMTP client that does exactly what it is told, right or wrong."""

import asyncio
from typing import Self

from tests.mail.office import CITIZEN, HOTLINE


class Client:
    """One connection; ``said`` is the last answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.said = ""

    @classmethod
    async def connect(cls, port: int) -> Self:
        client = cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))
        await client.answer()
        return client

    async def answer(self) -> str:
        """The next answer, all of its lines; empty when the other side hung up."""
        lines = []
        async with asyncio.timeout(30):
            while line := await self.reader.readline():
                lines.append(line.decode("utf-8", "replace").rstrip())
                if line[3:4] != b"-":
                    break
        self.said = "\n".join(lines)
        return self.said

    async def raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def raw_without_end(self, most: int) -> None:
        """A mail that never ends; raises ConnectionError when the door has had enough."""
        for _ in range(most // 10_000):
            await self.raw(b"x" * 10_000)

    async def command(self, line: str) -> str:
        await self.raw(line.encode("utf-8", "surrogateescape") + b"\r\n")
        return await self.answer()

    async def begin(self, sender: str = CITIZEN, to: str = HOTLINE) -> str:
        """Up to DATA; the last answer that was given."""
        for line in ("EHLO client.example", f"MAIL FROM:<{sender}>", f"RCPT TO:<{to}>", "DATA"):
            if not (await self.command(line)).startswith(("2", "3")):
                break
        return self.said

    async def send(self, raw: bytes, sender: str = CITIZEN, to: str = HOTLINE) -> str:
        """A whole mail; the answer to its end, or the first refusal."""
        if not (await self.begin(sender, to)).startswith("354"):
            return self.said
        text = raw if raw.endswith(b"\r\n") or not raw else raw + b"\r\n"
        text = (b"." + text) if text.startswith(b".") else text
        await self.raw(text.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        return await self.answer()

    async def close(self) -> None:
        self.writer.close()
