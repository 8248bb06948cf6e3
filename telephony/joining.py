"""Orders that move lines about: hold, transfer, calls of three, listening in (domain.md §7.1).

The caller is never dropped on the way: each step leaves both sides in a place where they hear
something, and where the next step finds them.
"""

from collections.abc import Mapping
from time import time

from intake.domain.pbx_command import Command, CommandKind
from telephony import floor
from telephony.exchange import Exchange
from telephony.floor import Parties
from telephony.orders import Answer, NotDone, Order, Switchboard, target_of

_GONE = "通话已经结束或已转走，操作没有执行。"
_RING_SECONDS = 20.0
_DEVICES = {"BROWSER": "web", "PHONE": "agent"}


async def _hold(board: Switchboard, command: Command) -> Answer:
    """The citizen hears music, the operator quiet."""
    linkedid = command.payload["linkedid"]
    both = _parties(board, command)
    await _redirect(board, both, ("minsheng-hold", "caller"), ("minsheng-hold", "agent"))
    mark_hold(board.exchange, linkedid, held=True)
    return {}


async def _unhold(board: Switchboard, command: Command) -> Answer:
    both = _parties(board, command)
    await board.action("Bridge", _GONE, Channel1=both.citizen, Channel2=both.operator, Tone="no")
    mark_hold(board.exchange, command.payload["linkedid"], held=False)
    return {}


def mark_hold(exchange: Exchange, linkedid: str, *, held: bool) -> None:
    """Holding by redirection shows no Hold event: the books are told so here."""
    now = time()
    event = {"Event": "Hold" if held else "Unhold", "Linkedid": linkedid}
    exchange.hear(event, now, now)


async def _transfer(board: Switchboard, command: Command) -> Answer:
    """The citizen goes to the target at once; the operator is free."""
    context, number = target_of(board, command)
    citizen = floor.citizen_line(board.exchange, command.payload["linkedid"])
    await board.action(
        "Redirect", _GONE, Channel=citizen, Context=context, Exten=number, Priority="1"
    )
    return {}


async def _consult(board: Switchboard, command: Command) -> Answer:
    """The citizen hears music while the operator asks the target first."""
    context, number = target_of(board, command)
    line = _operator(board, command)
    await board.action("Atxfer", _GONE, Channel=line, Exten=number, Context=context)
    return {}


async def _complete(board: Switchboard, command: Command) -> Answer:
    """The operator leaves; citizen and target stay together."""
    line = _operator(board, command)
    await board.action("Hangup", _GONE, Channel=line, Cause="16")
    return {}


async def _cancel(board: Switchboard, command: Command) -> Answer:
    """Back to the citizen; the target is sent away."""
    line = _operator(board, command)
    await board.action("CancelAtxfer", "没有正在进行的咨询转接。", Channel=line)
    return {}


async def _conference(board: Switchboard, command: Command) -> Answer:
    """Citizen and operator meet in a room, and the target is called into it.

    When the target does not answer, the two go on talking there.
    """
    context, number = target_of(board, command)
    linkedid = command.payload["linkedid"]
    await _redirect(
        board,
        _parties(board, command),
        ("minsheng-conference", linkedid),
        ("minsheng-conference", linkedid),
    )
    called = f"Local/{number}@{context}/n"
    answered = await board.originator.start(
        f"conference-{command.id}",
        {
            "Channel": called,
            "Context": "minsheng-conference",
            "Exten": linkedid,
            "Priority": "1",
            "CallerID": f"<{board.room.settings.hotline}>",
        },
        _RING_SECONDS,
    )
    if not answered:
        raise NotDone("对方没有接听，您与来电人的通话仍在继续。")
    return {}


async def _spy(board: Switchboard, command: Command) -> Answer:
    """The shift leader's own telephone rings; what it hears depends on the mode."""
    payload = command.payload
    spied = _operator(board, command)
    device = _DEVICES.get(payload.get("device", "PHONE"), "agent")
    answered = await board.originator.start(
        f"spy-{command.id}",
        {
            "Channel": f"PJSIP/{device}-{payload['by_extension']}",
            "ChannelId": f"spy-{command.id}",
            "Context": "minsheng-spy",
            "Exten": payload["mode"],
            "Priority": "1",
            "Variable": [f"MS_SPY={spied}"],
        },
        _RING_SECONDS,
    )
    if not answered:
        raise NotDone("您的话机没有接听，监听没有开始。")
    return {}


def _parties(board: Switchboard, command: Command) -> Parties:
    extension = command.payload.get("extension", "")
    return floor.parties(board.exchange, command.payload["linkedid"], extension)


def _operator(board: Switchboard, command: Command) -> str:
    extension = command.payload.get("extension", "")
    return floor.operator_line(board.exchange, command.payload["linkedid"], extension)


async def _redirect(
    board: Switchboard, both: Parties, citizen: tuple[str, str], operator: tuple[str, str]
) -> None:
    """Both sides at once, so that neither is hung up because the other one left."""
    await board.action(
        "Redirect",
        _GONE,
        Channel=both.citizen,
        Context=citizen[0],
        Exten=citizen[1],
        Priority="1",
        ExtraChannel=both.operator,
        ExtraContext=operator[0],
        ExtraExten=operator[1],
        ExtraPriority="1",
    )


JOINING: Mapping[CommandKind, Order] = {
    CommandKind.HOLD: _hold,
    CommandKind.UNHOLD: _unhold,
    CommandKind.TRANSFER_BLIND: _transfer,
    CommandKind.TRANSFER_ATTENDED: _consult,
    CommandKind.TRANSFER_COMPLETE: _complete,
    CommandKind.TRANSFER_CANCEL: _cancel,
    CommandKind.CONFERENCE: _conference,
    CommandKind.SPY: _spy,
}
