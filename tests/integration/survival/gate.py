"""A gate before a server: open, shut (refuses and cuts), or frozen (holds everything back).

For the service it is an outage of the server, without touching the server that all tests share.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress

CHUNK = 64 * 1024


class Gate:
    """Forwards TCP from a loopback port of its own to ``host:port`` in a thread of its own."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self._target = (host, port)
        self._loop = asyncio.new_event_loop()
        self._listening: asyncio.Server | None = None
        self._links: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._call(self._open())

    def open(self) -> None:
        self._call(self._open())

    def shut(self) -> None:
        """Cut every connection and refuse new ones, as a server that was stopped."""
        self._call(self._shut())

    def freeze(self) -> None:
        """Keep connections but let nothing through, as a server that hangs."""
        self._call(self._freeze())

    def end(self) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _call(self, work: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        self._flowing.set()
        if self._listening is None:
            self._listening = await asyncio.start_server(self._join, "127.0.0.1", self.port)
            self.port = self._listening.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        for link in list(self._links):
            link.transport.abort()
        self._flowing.set()

    async def _freeze(self) -> None:
        self._flowing.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            other_reader, other_writer = await asyncio.open_connection(*self._target)
            await asyncio.gather(self._pass(reader, other_writer), self._pass(other_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links.add(writer)
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        self._links.discard(writer)
        writer.close()


@contextmanager
def gate(host: str, port: int) -> Iterator[Gate]:
    """An open gate, gone at the end."""
    made = Gate(host, port)
    try:
        yield made
    finally:
        made.end()
