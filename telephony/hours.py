"""What the PBX must know of our rules: whether the hotline is open, and until when.

Told on every connection and again at each change; the PBX keeps it through its own restarts, and
takes a closed state for open once its time is over, so that a dead bridge never closes a hotline.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from intake.domain.calendar import WorkCalendar
from intake.domain.call import LinkState
from telephony.orders import NotDone, Switchboard
from telephony.wire import LinkLost

log = structlog.get_logger()

_LOOK_SECONDS = 1.0
_FAR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether the hotline is open now, and when that changes."""

    is_open: bool
    until: datetime


def opening(calendar: WorkCalendar, now: datetime, *, always: bool) -> Opening:
    """By the work calendar; ``always`` for a hotline that never closes (GB/T 33358: advisable)."""
    if always:
        return Opening(True, now + _FAR)
    begin, end = next(calendar.working_spans(now))
    return Opening(True, end) if begin <= now else Opening(False, begin)


async def keep_hours(board: Switchboard) -> None:
    """Tell the PBX for ever; a refusal is logged and tried again at the next look."""
    told, connection = Opening(False, datetime.max.replace(tzinfo=UTC)), 0
    while True:
        if board.link.state is LinkState.LIVE:
            room = board.room
            now = opening(room.calendar, room.clock(), always=room.settings.pbx_always_open)
            fresh = connection == board.link.connection and told.is_open is now.is_open
            ends = told.until < room.clock() + timedelta(days=1) and told.until != now.until
            if (not fresh or ends) and await _tell(board, now):
                told, connection = now, board.link.connection
        await asyncio.sleep(_LOOK_SECONDS)


async def _tell(board: Switchboard, now: Opening) -> bool:
    values = {
        "MS_VALUE": "1" if now.is_open else "0",
        "MS_UNTIL": str(int(now.until.timestamp())),
    }
    try:
        await board.write("open", values)
    except (NotDone, LinkLost, TimeoutError) as error:
        log.warning("the PBX was not told the opening hours", reason=str(error))
        return False
    return True
