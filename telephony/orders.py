"""What the PBX is told for each kind of command; every one with a deadline, none sent twice.

An order either is done, or raises ``NotDone`` with the sentence the desk shows.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.domain.agent import Device
from intake.domain.pbx_command import Command, CommandKind
from intake.services.pbx_commands import open_value
from intake.services.workroom import Workroom
from telephony import floor
from telephony.connection import Link, Refused
from telephony.dialled import Dialled, configured, inside
from telephony.exchange import Exchange
from telephony.originate import Originator
from telephony.queue import QueueMirror

Answer = dict[str, Any]

_INTERFACES = {Device.BROWSER.value: "PJSIP/web-{}", Device.PHONE.value: "PJSIP/agent-{}"}
_GONE = "通话已经结束或已转走，操作没有执行。"


class NotDone(Exception):
    """The PBX did not do it; the message is for the person who asked."""


@dataclass(slots=True)
class Switchboard:
    """Everything an order may use."""

    room: Workroom
    link: Link
    exchange: Exchange
    queue: QueueMirror
    originator: Originator

    async def action(self, name: str, refused: str, **headers: str) -> None:
        """One action; raises NotDone with ``refused`` when the PBX says no."""
        try:
            await self.link.request({"Action": name} | headers)
        except Refused as error:
            raise NotDone(refused) from error

    async def write(self, what: str, values: Mapping[str, str]) -> None:
        """Into the PBX's own database; raises NotDone."""
        try:
            written = await self.originator.write(what, values)
        except Refused:
            written = False
        if not written:
            raise NotDone("电话交换机没有接受设置，请联系管理员。")


async def _agent_on(board: Switchboard, command: Command) -> Answer:
    """Into the queue with the device chosen, out of it with the other one."""
    payload = command.payload
    extension, device = payload["extension"], payload.get("device", Device.PHONE.value)
    if payload.get("secret"):
        await _credential(board, command)
    chosen = _INTERFACES[device].format(inside(extension))
    for other in _interfaces(extension):
        if other != chosen:
            await _leave_queue(board, other)
    paused = "true" if payload.get("paused") else "false"
    reason = str(payload.get("reason") or "")
    told = {"Queue": board.queue.queue, "Interface": chosen, "Paused": paused}
    try:
        await board.link.request({"Action": "QueueAdd", "MemberName": extension} | told)
    except Refused as error:
        if "already there" not in str(error).casefold():
            raise NotDone("电话交换机没有接受签入，请联系管理员检查分机。") from error
    await board.action("QueuePause", "电话交换机没有接受暂停状态，请重试。", Reason=reason, **told)
    return {"extension": extension}


async def _agent_off(board: Switchboard, command: Command) -> Answer:
    extension = command.payload["extension"]
    for interface in _interfaces(extension):
        await _leave_queue(board, interface)
    if command.payload.get("device") == Device.BROWSER.value:
        await board.write("secret", {"MS_KEY": extension, "MS_VALUE": ""})
    return {"extension": extension}


async def _leave_queue(board: Switchboard, interface: str) -> None:
    """Gone is gone: that it was not there is no trouble."""
    try:
        await board.link.request(
            {"Action": "QueueRemove", "Queue": board.queue.queue, "Interface": interface}
        )
    except Refused:
        return


async def _pause(board: Switchboard, command: Command) -> Answer:
    extension = command.payload["extension"]
    paused = "true" if command.kind is CommandKind.PAUSE else "false"
    done = False
    for interface in _interfaces(extension):
        headers = {"Action": "QueuePause", "Queue": board.queue.queue, "Interface": interface}
        headers |= {"Paused": paused, "Reason": str(command.payload.get("reason") or "")}
        try:
            await board.link.request(headers)
            done = True
        except Refused:
            continue
    if not done:
        raise NotDone("分机不在接听队列中，请重新签入。")
    return {"extension": extension}


async def _credential(board: Switchboard, command: Command) -> Answer:
    extension = command.payload["extension"]
    secret = open_value(board.room, "secret", extension, command.payload["secret"])
    if not (secret.isascii() and secret.isalnum()):
        raise NotDone("话机口令无效，请重新签入。")
    await board.write("secret", {"MS_KEY": inside(extension), "MS_VALUE": secret})
    return {"extension": extension}


async def _hangup(board: Switchboard, command: Command) -> Answer:
    """End the whole call; with a third in the room only the operator leaves, and the two stay."""
    linkedid = command.payload["linkedid"]
    lines = floor.lines_of(board.exchange, linkedid)
    extension = command.payload.get("extension", "")
    own = [leg for leg in lines.values() if leg.extension and leg.extension == extension]
    leaving = own if own and await _in_room(board, linkedid) > len(lines) else lines.values()
    gone = 0
    for leg in leaving:
        try:
            await board.link.request({"Action": "Hangup", "Channel": leg.channel, "Cause": "16"})
            gone += 1
        except Refused:
            continue
    if not gone:
        raise NotDone(_GONE)
    return {}


async def _in_room(board: Switchboard, linkedid: str) -> int:
    """How many are in the call's conference; 0 when there is none."""
    try:
        listed = await board.link.listing({"Action": "ConfbridgeList", "Conference": linkedid})
    except Refused:
        return 0
    return sum(one.get("Event") == "ConfbridgeList" for one in listed)


async def _mute(board: Switchboard, command: Command) -> Answer:
    """The operator is not heard; the operator hears on."""
    linkedid, extension = command.payload["linkedid"], command.payload.get("extension", "")
    channel = floor.operator_line(board.exchange, linkedid, extension)
    value = "on" if command.kind is CommandKind.MUTE else "off"
    await board.action("Setvar", _GONE, Channel=channel, Variable="MUTEAUDIO(in)", Value=value)
    return {}


async def _record(board: Switchboard, command: Command) -> Answer:
    """Silence in the recording while private data is told, on whichever line it was started."""
    state = "1" if command.kind is CommandKind.RECORD_PAUSE else "0"
    for leg in floor.lines_of(board.exchange, command.payload["linkedid"]).values():
        headers = {"Action": "MixMonitorMute", "Channel": leg.channel, "Direction": "both"}
        try:
            await board.link.request(headers | {"State": state})
        except Refused:
            continue
        return {}
    raise NotDone("这次通话没有在录音。")


async def _open_hours(board: Switchboard, command: Command) -> Answer:
    opened, until = command.payload["open"], command.payload["until"]
    await board.write("open", {"MS_VALUE": "1" if opened else "0", "MS_UNTIL": str(int(until))})
    return {}


async def _nuisance(board: Switchboard, command: Command) -> Answer:
    reference = str(command.payload.get("reference", ""))
    number = open_value(board.room, "number", reference, command.payload["number"])
    key = configured(number, board.room.settings.area_code)
    await board.write("nuisance", {"MS_KEY": key, "MS_VALUE": "1" if command.payload["on"] else ""})
    return {}


def target_of(board: Switchboard, command: Command) -> tuple[str, Dialled]:
    """Context and number of a transfer or conference; the number comes sealed from our own list."""
    payload = command.payload
    number = open_value(board.room, "number", payload["target"], payload["number"])
    if payload.get("internal"):
        return "minsheng-agent", inside(number)
    return "minsheng-trunk", configured(number, board.room.settings.area_code)


def _interfaces(extension: str) -> list[str]:
    return [pattern.format(inside(extension)) for pattern in _INTERFACES.values()]


Order = Callable[[Switchboard, Command], Awaitable[Answer]]

ORDERS: Mapping[CommandKind, Order] = {
    CommandKind.AGENT_ON: _agent_on,
    CommandKind.AGENT_OFF: _agent_off,
    CommandKind.PAUSE: _pause,
    CommandKind.UNPAUSE: _pause,
    CommandKind.CREDENTIAL: _credential,
    CommandKind.HANGUP: _hangup,
    CommandKind.MUTE: _mute,
    CommandKind.UNMUTE: _mute,
    CommandKind.RECORD_PAUSE: _record,
    CommandKind.RECORD_RESUME: _record,
    CommandKind.OPEN_HOURS: _open_hours,
    CommandKind.NUISANCE: _nuisance,
}
