"""Nobody is left alone with the music: a held caller whose operator is gone goes back in line."""

import asyncio
from contextlib import suppress

import structlog

from intake.domain.call import Direction, LinkState
from telephony.calls import Call
from telephony.channels import is_line
from telephony.connection import Refused
from telephony.framing import Headers
from telephony.orders import Switchboard
from telephony.verdict import direction_of
from telephony.wire import LinkLost

log = structlog.get_logger()

_LOOK_SECONDS = 1.0
_MUSIC = "MusicOnHold"


async def watch_held(board: Switchboard) -> None:
    """Look for forsaken callers for ever."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if board.link.state is not LinkState.LIVE:
            continue
        for call in board.exchange.live():
            if is_held(call) and (channel := forsaken(call)):
                await back_in_line(board, call, channel)


def is_held(call: Call) -> bool:
    """Whether the last that was heard of holding is that it began."""
    return bool(call.holds) and max(call.holds)[1] == "Hold"


def forsaken(call: Call) -> str:
    """The caller's channel when no operator is left in the call; "" otherwise."""
    lines = [leg for leg in call.legs.values() if leg.gone is None and is_line(leg.channel)]
    root = call.root
    alone = len(lines) == 1 and root is not None and lines[0] is root and not root.extension
    return lines[0].channel if alone and direction_of(call) is Direction.IN else ""


def held_alone(call: Call, listed: Headers) -> str:
    """As ``forsaken``, for a caller found in a snapshot: holding began before this process."""
    return forsaken(call) if listed.get("Application") == _MUSIC else ""


async def back_in_line(board: Switchboard, call: Call, channel: str) -> None:
    """Into the queue again, before anything else; the recording goes on."""
    headers = {"Action": "Redirect", "Channel": channel, "Context": "minsheng-hotline"}
    with suppress(LinkLost, TimeoutError):
        try:
            await board.link.request(headers | {"Exten": "queue", "Priority": "join"})
        except Refused as error:
            log.warning("a held caller could not be put back in line", reason=str(error))
            return
        call.holds.clear()
        log.info("a held caller whose operator is gone is back in line", linkedid=call.linkedid)
