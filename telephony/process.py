"""`minsheng telephony`: one process a PBX, elected by the lease of its row (architecture §4)."""

import asyncio
import os
import signal
import socket
from functools import partial

import structlog

from intake.services import pbx_link
from intake.services.outbox import StoreUnavailable
from intake.services.workroom import Workroom
from telephony.bridge import make_bridge
from telephony.dialer import dial_automatically
from telephony.recordings import RecordingRounds

log = structlog.get_logger()

_ASK_SECONDS = 2.0


def run_telephony(room: Workroom) -> None:
    """Follow the PBX until SIGTERM or SIGINT; waits in line while another process does."""
    asyncio.run(_until_stopped(room))


async def _until_stopped(room: Workroom) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    turns = asyncio.create_task(take_turns(room))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait({turns, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    turns.cancel()
    ended = await asyncio.gather(turns, return_exceptions=True)
    if isinstance(ended[0], Exception):
        raise ended[0]


async def take_turns(room: Workroom) -> None:
    """Wait for the lease, bridge while holding it, and hand it back at the end."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    name = room.settings.pbx_name
    waiting = False
    while True:
        if await _lease(room, name, holder):
            waiting = False
            await _hold(room, name, holder)
        elif not waiting:
            waiting = True
            log.info("another telephony process follows this pbx; waiting", pbx=name)
        await asyncio.sleep(_ASK_SECONDS)


async def _hold(room: Workroom, name: str, holder: str) -> None:
    """Run the bridge until the lease is somebody else's."""
    work = asyncio.create_task(_follow(room))
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=_ASK_SECONDS)
            if not work.done() and not await _lease(room, name, holder, away=True):
                log.error("another process took over this pbx", pbx=name)
                return
        await work
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        room.database.submit(partial(pbx_link.give_up_lease, room, name, holder))


async def _follow(room: Workroom) -> None:
    """The bridge and what goes on beside it; whatever fails ends all, to be started anew."""
    stop = asyncio.Event()
    work = (make_bridge(room).run(), RecordingRounds(room).run(), dial_automatically(room, stop))
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _lease(room: Workroom, name: str, holder: str, *, away: bool = False) -> bool:
    """Whether we hold the lease; ``away`` is the answer while nobody can tell.

    Nobody else can take it either while the store is away.
    """
    try:
        work = room.database.submit(partial(pbx_link.take_lease, room, name, holder))
        return await asyncio.wrap_future(work)
    except StoreUnavailable:
        return away
