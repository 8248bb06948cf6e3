"""Automatic return calls: looks every few seconds whether an agent is free and a task is due.

What is dialled, and that nothing is dialled twice, is decided by the services; this is only the
clock. It runs beside the bridge while this process holds the PBX's lease and the link is live.
"""

import asyncio
from contextlib import suppress

import structlog

from intake.services.dial_upkeep import settle_dials
from intake.services.outbox import StoreUnavailable
from intake.services.return_plan import plan_automatic
from intake.services.workroom import Workroom

log = structlog.get_logger()

_EVERY_SECONDS = 5.0


async def dial_automatically(room: Workroom, stop: asyncio.Event) -> None:
    """Until ``stop``: settle dials that are over, then begin those that agents are free for.

    A store that is away is waited for: an attempt that was not committed was never dialled.
    """
    while not stop.is_set():
        try:
            await asyncio.to_thread(settle_dials, room)
            begun = await asyncio.to_thread(plan_automatic, room)
        except StoreUnavailable as error:
            log.warning("automatic return calls wait for the store", error=str(error))
        else:
            if begun:
                log.info("automatic return calls begun", calls=len(begun))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _EVERY_SECONDS)
