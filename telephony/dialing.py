"""Calls of ours: each with the attempt's own id as channel id, looked up before it is dialled.

Whatever process dies in between, one attempt never becomes two calls: the channel is asked for
first, the store is asked whether it should still be, and the PBX refuses an id that lives.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from time import time
from typing import Any

from intake.domain.agent import Device
from intake.domain.call import Purpose
from intake.domain.pbx_command import Command, CommandKind
from intake.services.agent_calls import agents_to_restore
from intake.services.pbx_commands import open_value
from intake.services.return_attempts import may_still_dial
from telephony.attempt import Attempt
from telephony.connection import Refused
from telephony.dialled import NotDialable, dialled, inside
from telephony.ledger import Ledger
from telephony.orders import Answer, NotDone, Order, Switchboard
from telephony.snapshot import list_channels

OPERATOR_SECONDS = 20.0
CITIZEN_SECONDS = 45.0


def dialing(ledger: Ledger) -> Mapping[CommandKind, Order]:
    """The orders that dial; they ask the store through ``ledger``."""
    return {
        CommandKind.ORIGINATE: partial(_originate, ledger),
        CommandKind.ORIGINATE_RETURN: partial(_originate, ledger),
    }


async def _originate(ledger: Ledger, board: Switchboard, command: Command) -> Answer:
    """Dial, unless the channel lives already; an attempt that fails here ends in the books too."""
    key = command.payload["attempt_id"]
    if key in {channel["Uniqueid"] for channel in await list_channels(board.link)}:
        return {"attempt_id": key, "bound": True}
    if not await ledger.call(partial(may_still_dial, board.room, key)):
        raise NotDone("这次拨打已经取消或不再需要。")
    attempt = Attempt(
        id=key,
        purpose=Purpose(command.payload["purpose"]),
        extension=command.payload.get("extension", ""),
        number=open_value(board.room, "number", key, command.payload["number"]),
    )
    board.exchange.expect(attempt)
    try:
        if command.kind is CommandKind.ORIGINATE:
            await _by_operator(ledger, board, attempt)
        else:
            await _by_dialplan(board, attempt)
    except (NotDone, NotDialable):
        board.exchange.fail(key, time())
        raise
    return {"attempt_id": key}


async def _by_operator(ledger: Ledger, board: Switchboard, attempt: Attempt) -> None:
    """The operator's telephone rings first, then the citizen's."""
    number = dialled(attempt.number, board.room.settings.area_code)
    line = await _line_of(ledger, board, attempt.extension)
    answer = await _begin(
        board,
        attempt,
        {"Channel": line, "Context": "minsheng-outbound"},
        [
            f"MS_NUMBER={number}",
            f"MS_ATTEMPT={attempt.id}",
            # The operator asked for this call: the browser's telephone answers it by itself.
            f"PJSIP_HEADER(add,X-Minsheng-Purpose)={attempt.purpose.value}",
        ],
        OPERATOR_SECONDS,
    )
    async with asyncio.timeout(OPERATOR_SECONDS + 2.0):
        answered = await answer
    if not answered:
        raise NotDone("您的话机没有接听，没有拨打市民的电话。")


async def _by_dialplan(board: Switchboard, attempt: Attempt) -> None:
    """The citizen's telephone rings; the dialplan asks and the keys answer."""
    number = dialled(attempt.number, board.room.settings.area_code)
    answer = await _begin(
        board,
        attempt,
        {"Channel": f"PJSIP/{number}@trunk", "Context": "minsheng-return"},
        [f"MS_ATTEMPT={attempt.id}"],
        CITIZEN_SECONDS,
    )
    # It may ring for longer than a command lives: how it went, the call tells.
    answer.add_done_callback(partial(_without_channel, board, attempt))


def _without_channel(board: Switchboard, attempt: Attempt, answer: asyncio.Future[bool]) -> None:
    """The PBX could not even start a channel: nobody else would ever tell of the end."""
    failed = not answer.cancelled() and answer.exception() is None and not answer.result()
    if failed:
        board.exchange.fail(attempt.id, time())


async def _begin(
    board: Switchboard,
    attempt: Attempt,
    headers: dict[str, Any],
    variables: list[str],
    seconds: float,
) -> asyncio.Future[bool]:
    """Ask for the channel under the attempt's id; raises NotDone when the PBX will not try."""
    told = headers | {"Exten": "s", "Priority": "1", "ChannelId": attempt.id}
    told |= {"Variable": variables, "CallerID": f"<{board.room.settings.hotline}>"}
    try:
        return await board.originator.begin(attempt.id, told, seconds)
    except Refused as error:
        raise NotDone("电话交换机没有接受拨打，请重试。") from error


async def _line_of(ledger: Ledger, board: Switchboard, extension: str) -> str:
    """The telephone the operator signed in with; raises NotDone."""
    seats = await ledger.call(partial(agents_to_restore, board.room))
    for seat in seats:
        if seat.extension == extension:
            kind = "web" if seat.device is Device.BROWSER else "agent"
            return f"PJSIP/{kind}-{inside(extension)}"
    raise NotDone("您还没有签入分机，请先签入再拨打。")
