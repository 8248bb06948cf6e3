"""The process of the mail door: open until SIGTERM or SIGINT, then let running sessions end."""

import asyncio
import signal

import structlog

from channels.email.door import MailDoor
from intake.services.workroom import Workroom

log = structlog.get_logger()

_GRACE_SECONDS = 10.0


async def serve(room: Workroom) -> None:
    """Serve until a signal; raises OSError when the address cannot be listened on."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    door = MailDoor(room)
    server = await door.listen()
    log.info("mail door is open", port=server.sockets[0].getsockname()[1])
    await stopped.wait()
    server.close()
    await door.wait_empty(_GRACE_SECONDS)
    room.database.close()
    log.info("mail door is shut")
