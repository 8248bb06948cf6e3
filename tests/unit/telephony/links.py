"""Our link and the bare library, each connected to the fake AMI."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from panoramisk import Manager

from intake.domain.call import LinkState
from telephony.connection import Address, Link, Timing
from telephony.framing import Headers
from telephony.inbox import Inbox
from tests.unit.telephony.fake_ami import FakeAmi, until

QUICK = Timing(
    connect=1.0, answer=0.3, boot=1.0, ping_every=0.1, first_pause=0.05, longest_pause=0.1
)
CALM = Timing(connect=1.0, answer=0.3, boot=1.0, ping_every=60.0, first_pause=0.05)


@asynccontextmanager
async def linked(
    fake: FakeAmi, timing: Timing = CALM, *, word: str = "right", inbox: Inbox | None = None
) -> AsyncIterator[Link]:
    """Our link to the fake, running."""
    link = Link(Address("127.0.0.1", fake.port, "user", word), timing=timing, inbox=inbox)
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        link.close()
        await asyncio.wait_for(task, 3)


@asynccontextmanager
async def bare(fake: FakeAmi, *, word: str = "right", **config: Any) -> AsyncIterator[Manager]:
    """The library as it comes, connected and logged in."""
    manager = Manager(
        host="127.0.0.1",
        port=fake.port,
        username="user",
        secret=word,
        loop=asyncio.get_running_loop(),
        **{"reconnect_timeout": 0, "ping_delay": 60} | config,
    )
    await manager.connect()
    await until(lambda: fake.actions("Login"))
    try:
        yield manager
    finally:
        manager.connect = lambda *_args, **_more: None
        manager.close()


async def is_up(link: Link) -> None:
    await until(lambda: link.state is LinkState.SYNCING)


async def heard(link: Link, count: int) -> list[Headers]:
    events: list[Headers] = []
    async with asyncio.timeout(5):
        while len(events) < count:
            events += [one for one in await link.inbox.take() if isinstance(one, dict)]
    return events


FIVE = [{"Event": "Five", "Number": str(number)} for number in range(5)]
