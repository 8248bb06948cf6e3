"""A scripted AMI server: says what a test tells it to, in the pieces a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, str]
Script = Callable[["Peer", Message], Awaitable[None]]

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
BOOTED = {"Event": "FullyBooted", "Status": "Fully Booted"}


def packed(message: Message) -> bytes:
    """A message as it goes over the wire."""
    return "".join(f"{name}: {value}\r\n" for name, value in message.items()).encode() + b"\r\n"


@dataclass(slots=True)
class Peer:
    """One connection, seen from the server."""

    server: "FakeAmi"
    writer: asyncio.StreamWriter

    async def say(self, *messages: Message) -> None:
        """All of them in one write: the client may read them as one piece."""
        await self.raw(b"".join(packed(one) for one in messages))

    async def raw(self, data: bytes) -> None:
        if self.server.piece:
            for first in range(0, len(data), self.server.piece):
                self.writer.write(data[first : first + self.server.piece])
                await self.writer.drain()
                await asyncio.sleep(0)
        else:
            self.writer.write(data)
            await self.writer.drain()

    async def answer(self, asked: Message, text: str = "", **more: str) -> None:
        told = {"Response": "Success", "ActionID": asked.get("ActionID", ""), "Message": text}
        await self.say(told | more)

    async def drop(self) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)


@dataclass(slots=True)
class FakeAmi:
    """``asked`` is everything that arrived, over all connections; ``script`` answers the rest.

    ``piece`` is the number of bytes of each write, 0 for whole messages. ``mute`` stops every
    answer. ``started`` is what CoreStatus tells.
    """

    port: int = 0
    secret: str = "right"
    started: tuple[str, str] = ("2026-07-01", "08:00:00")
    piece: int = 0
    mute: bool = False
    script: Script | None = None
    asked: list[Message] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    connections: int = 0

    def actions(self, name: str) -> list[Message]:
        return [one for one in self.asked if one.get("Action") == name]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        peer = Peer(self, writer)
        self.peers.append(peer)
        try:
            await peer.raw(BANNER)
            while data := await reader.readuntil(b"\r\n\r\n"):
                lines = data.decode().strip().split("\r\n")
                asked = {k: v for k, _, v in (line.partition(": ") for line in lines)}
                self.asked.append(asked)
                if not self.mute:
                    await self._answer(peer, asked)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.peers.remove(peer)
            writer.close()

    async def _answer(self, peer: Peer, asked: Message) -> None:
        action = asked.get("Action")
        if action == "Login":
            if asked.get("Secret") == self.secret:
                await peer.answer(asked, "Authentication accepted")
                await peer.say(BOOTED)
            else:
                refusal = {"Response": "Error", "Message": "Authentication failed"}
                await peer.say(refusal | {"ActionID": asked.get("ActionID", "")})
        elif action == "CoreStatus":
            date, time = self.started
            await peer.answer(asked, CoreStartupDate=date, CoreStartupTime=time)
        elif action == "Ping":
            await peer.answer(asked, Ping="Pong")
        elif self.script is not None:
            await self.script(peer, asked)


@asynccontextmanager
async def fake_ami(**fields: Any) -> AsyncIterator[FakeAmi]:
    """A listening fake; all of its connections are gone at the end."""
    fake = FakeAmi(**fields)
    server = await asyncio.start_server(fake.serve, "127.0.0.1", fake.port)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for peer in list(fake.peers):
            await peer.drop()


async def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until ``holds`` is true; fails after ``seconds``."""
    for _ in range(int(seconds / 0.005)):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"it did not come to that in {seconds} s")
