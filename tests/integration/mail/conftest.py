"""An open mail door on a workroom of its own, on each database."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from channels.email.door import MailDoor
from intake.services.workroom import Workroom
from tests.mail.client import Client
from tests.mail.office import with_mail


class OpenDoor:
    """A listening door; ``connect`` talks to it line by line."""

    def __init__(self, room: Workroom, server: asyncio.Server) -> None:
        self.room = room
        self.port: int = server.sockets[0].getsockname()[1]

    async def connect(self) -> Client:
        return await Client.connect(self.port)

    async def send(self, raw: bytes, **envelope: str) -> str:
        """One mail in a session of its own; the answer to its end."""
        client = await self.connect()
        answer = await client.send(raw, **envelope)
        await client.close()
        return answer


@pytest.fixture
def mail_settings() -> dict[str, object]:
    """Settings of the door; tests override this fixture."""
    return {"mail_rate": "100000/minute"}


@pytest.fixture
async def door(room: Workroom, mail_settings: dict[str, object]) -> AsyncIterator[OpenDoor]:
    """The door, open for one test."""
    made = MailDoor(with_mail(room, **mail_settings))
    server = await made.listen()
    yield OpenDoor(room, server)
    server.close()
    await made.wait_empty(2)
