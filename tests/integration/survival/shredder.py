"""A gate that tears what passes it: byte by byte, or with rubbish thrown in."""

import asyncio
from contextlib import suppress

from tests.integration.survival.gate import CHUNK, Gate


class Shredder(Gate):
    """Every byte a segment of its own, so that no message or character arrives in one piece."""

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links.add(writer)
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flowing.wait()
                for byte in data:
                    writer.write(bytes([byte]))
                    await writer.drain()
        self._links.discard(writer)
        writer.close()


class Forger(Gate):
    """Speaks for the PBX as well: says what nobody asked for, in no known language."""

    RUBBISH = (
        b"Response: Success\r\nActionID: nobody\r\n\r\n"
        b"Event: Hangup\r\nUniqueid: \xff\xfe\r\nCause: x\r\n\r\n"
        b"Event: Newchannel\r\n\r\n"
        b"Event: QueueCallerJoin\r\nTimestamp: soon\r\nQueue: hotline\r\n\r\n"
        b"::::\r\n\r\nEvent: AgentConnect\r\nLinkedid: \r\nTimestamp: nan\r\n\r\n"
    )

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._links.add(writer)
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                whole = data.endswith(b"\r\n\r\n") and data.startswith((b"Event", b"Response"))
                writer.write(data + self.RUBBISH if whole else data)
                await writer.drain()
        self._links.discard(writer)
        writer.close()
